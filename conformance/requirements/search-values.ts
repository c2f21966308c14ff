import { featureRule, may, type Requirement, rule, section, shall, should } from "./requirement.ts";

/** How values of each search parameter type compare. R4 search.html. */
export const SEARCH_VALUES: readonly Requirement[] = [
  ...section("search.html#prefix", {
    "PFX-01": rule("search", "Numbers, dates and quantities take the nine prefixes, and none means equality."),
    "PFX-02": rule("search", "Equality means that the value searched for wholly covers the value stored."),
    "PFX-03": rule("search", "Inequality finds, among resources with a value, those that equality does not."),
    "PFX-04": rule(
      "search",
      "Greater and less compare overlapping ranges, starts-after and ends-before separate ones.",
    ),
    "PFX-05": rule("search", "An approximate search finds at least the exact value."),
    "PFX-06": rule("search", "Letters before a string, token or reference belong to the value."),
  }),
  ...section("search.html#number", {
    "NUM-01": rule("search", "The digits given say how exactly a number is meant."),
    "NUM-02": rule("search", "After an ordering prefix a number is meant exactly."),
    "NUM-03": rule("search", "Numbers may be written with an exponent."),
  }),
  ...section("search.html#date", {
    "DATE-01": shall("search", "A date is given from the year on to any precision, and hours come with minutes."),
    "DATE-02": shall("search", "The colons of a time may be percent-encoded."),
    "DATE-03": rule("search", "A date of low precision stands for the whole of its year, month or day."),
    "DATE-04": rule("search", "A period without an end goes on, one without a start always was."),
    "DATE-05": should("search", "A time zone is reckoned with, and its plus sign survives the address."),
    "DATE-06": rule("search", "A date that no calendar has is refused with 400."),
    "DATE-07": rule("search", "Of a timing only the first and the last moment count."),
  }),
  ...section("search.html#string", {
    "STR-01": rule("search", "A string is matched from its start, without regard to case and accents."),
    "STR-02": should("search", "Punctuation and spacing do not keep strings apart."),
    "STR-03": should("search", "Each part of a family name can be found by itself."),
    "STR-04": rule("search", "Names and addresses are searched in all their text parts, not in use or period."),
  }),
  ...section("search.html#token", {
    "TOK-01": rule("search", "A code alone matches in whatever system it stands."),
    "TOK-02": rule("search", "A system with a code matches only that code of that system."),
    "TOK-03": rule("search", "A bar before a code asks for codes that have no system."),
    "TOK-04": rule("search", "A system and a bar ask for any code of that system."),
    "TOK-05": shall("search", "Contact points, addresses and booleans are searched without a system."),
    "TOK-06": rule("search", "A concept with several codings is found by each of them."),
    "TOK-07": should("search", "Where a system does not say that case matters it does not, and in ids it always does."),
  }),
  ...section("search.html#quantity", {
    "QTY-01": rule("search", "A quantity is given with system and code, with a unit alone, or as a bare number."),
    "QTY-02": rule("search", "Without a system either code or printed unit may match, with one only the code."),
    "QTY-03": may("search", "Quantities in different units of one kind may be compared by conversion."),
  }),
  ...section("search.html#reference", {
    "REF-01": rule("search", "A reference is searched by id, by type and id, or by full address alike."),
    "REF-02": rule("search", "Relative and absolute references to the same resource are the same reference."),
    "REF-03": should("search", "A bare id that could be of several types is refused."),
    "REF-04": rule("search", "The patient parameter looks at references to Patients only."),
  }),
  ...section("search.html#versions", {
    "REF-05": should("search", "A reference to a version is found by a search for the resource."),
  }),
  ...section("search.html#composite", {
    "CMP-01": featureRule("composite", "The parts of a composite hold in one and the same element."),
    "CMP-02": featureRule("composite", "Composites may be joined by commas and take no modifier."),
  }),
  ...section("search.html#escaping", {
    "ESC-01": rule("search", "A backslash takes the special meaning from a comma, dollar, bar or backslash."),
    "ESC-02": rule("search", "Percent-encoding is undone before backslashes are looked at, and once."),
  }),
];
