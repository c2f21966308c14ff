import { featureRule, may, type Requirement, rule, section, shall, should } from "./requirement.ts";

/** Searching: the interaction, its errors, common parameters, modifiers, and what comes back. R4 http.html, search.html. */
export const SEARCH: readonly Requirement[] = [
  ...section("http.html#search", {
    "SRCH-01": shall("search", "A search that works is answered 200 with a searchset, also when nothing matches."),
    "SRCH-02": shall("search", "A search sent as a form to _search finds what the same search by GET finds."),
    "SRCH-03": shall("search", "A search that fails explains itself in an OperationOutcome."),
    "SRCH-04": shall("search", "A remark inside a searchset is marked as outcome and reports no error."),
    "SRCH-05": rule("search", "A search on a type the server does not know is answered 404."),
    "SRCH-06": rule("search", "A _search body that is no form is answered 415."),
  }),
  ...section("http.html#vsearch", {
    "SRCH-07": featureRule(
      "compartment",
      "A search within a compartment finds what the same search on the type finds there.",
    ),
    "SRCH-08": should("search-system", "A search over several types takes only parameters that all of them have."),
  }),
  ...section("bundle.html", {
    "SRCH-09": shall("search", "Each entry has an absolute address that fits its id, and says why it is there."),
    "SRCH-10": rule("search", "No resource comes twice, neither on a page nor over the pages."),
  }),
  ...section("search.html#errors", {
    "ERR-01": should("search", "A value that breaks the syntax of its parameter is refused with 400."),
    "ERR-02": should("search", "A well-formed value that nothing has finds nothing, without an error."),
    "ERR-03": rule("search", "A parameter without a value is as good as absent."),
    "ERR-04": should("search", "Without a preference, an unknown parameter has no effect and is not claimed in self."),
    "ERR-05": should("search", "A client that prefers strict handling is told of a parameter that is not known."),
    "ERR-06": should("search", "A client that prefers lenient handling is served without the unknown parameter."),
    "ERR-07": rule("search", "403 means that policy forbids the search, other refusals mean a mistake in it."),
  }),
  ...section("search.html#id", {
    "SP-01": shall("search", "_id finds exactly the resources with these ids, on every type."),
  }),
  ...section("search.html#lastUpdated", {
    "SP-02": rule("search", "_lastUpdated selects by the time of the last change, with the prefixes of dates."),
  }),
  ...section("search.html#tag", {
    "SP-03": rule("search", "Tags and labels are searched as tokens, profiles as canonical addresses."),
  }),
  ...section("search.html#Summary", {
    "SP-04": shall("metadata", "No two parameters of a type have names that differ only by case."),
  }),
  ...section("search.html#parameters", {
    "SP-05": rule("search", "A parameter that covers several elements matches when one of them does."),
  }),
  ...section("search.html#ptypes", {
    "SP-06": rule("search", "Repeating a parameter narrows a search, values joined by commas widen it."),
  }),
  ...section("search.html#modifiers", {
    "MOD-01": shall("search", "A modifier that is not supported is refused with 400."),
    "MOD-02": rule("search", ":missing divides all resources into those with and those without the element."),
    "MOD-03": rule("search", "An element that has extensions and no value counts as missing."),
    "MOD-04": rule("search", ":exact compares whole strings, case and accents included."),
    "MOD-05": rule("search", ":contains finds its text anywhere in a string, case and accents aside."),
  }),
  ...section("search.html#token", {
    "MOD-06": rule("search", ":not finds all that does not match, resources without the element included."),
    "MOD-07": rule("search", ":text searches the words that go with a code."),
    "MOD-08": rule("search", ":of-type needs the identifier's type, its code and its value."),
  }),
  ...section("search.html#reference", {
    "MOD-09": rule("search", "A type as modifier limits a reference to that type, :identifier searches by identifier."),
  }),
  ...section("search.html#chaining", {
    "CHN-01": featureRule("chain", "A chain searches by what the referenced resource has, each chain by itself."),
    "CHN-02": should("chain", "A chain that could lead to several types is refused unless it names one."),
    "CHN-03": featureRule("chain", "A chain beyond what is supported is refused or ignored, never answered wrongly."),
  }),
  ...section("search.html#has", {
    "HAS-01": featureRule("has", "_has selects resources by those that refer to them."),
  }),
  ...section("search.html#contained", {
    "CONT-01": rule("search", "A contained resource is not found by itself."),
  }),
  ...section("search.html#sort", {
    "SORT-01": should("search", "Results come in the order asked for, key by key, and self says so."),
    "SORT-02": rule("search", "Of several values, the one that comes first in the direction decides the order."),
    "SORT-03": rule("search", "The order holds over pages, also among equals."),
    "SORT-04": rule("search", "A sort key that is not supported is an error to a client that wants strictness."),
  }),
  ...section("search.html#total", {
    "TOT-01": may("search", "An accurate total is given to whoever asks for it, and is right."),
  }),
  ...section("search.html#count", {
    "CNT-01": shall("search", "No page has more matches than asked for."),
    "CNT-02": shall("search", "_count=0 brings the number of matches alone."),
    "CNT-03": should("search", "Following pages are as large as the first."),
    "CNT-04": rule("search", "Included resources and remarks do not count towards the size of a page."),
    "CNT-05": rule("search", "A page size that is no whole number of zero or more is refused with 400."),
  }),
  ...section("search.html#include", {
    "INC-01": rule("include", "_include brings each resource referred to once, marked as included."),
    "INC-02": featureRule("revinclude", "_revinclude brings the resources that refer to the matches."),
    "INC-03": rule("include", "A reference that leads nowhere is left out of the includes without an error."),
    "INC-04": rule("include", "Includes of includes come only when asked for."),
    "INC-06": rule("include", "An include that is not known is refused or ignored, and breaks nothing."),
  }),
  ...section("search.html#Paging", {
    "INC-05": should("include", "Each page brings what its own matches refer to."),
  }),
  ...section("search.html#summary", {
    "INC-07": rule("include", "Includes and the text summary do not go together."),
    "SUM-01": rule("search", "_summary=count brings the number of matches and no entry."),
    "SUM-02": featureRule("summary", "Each kind of summary brings the elements defined for it."),
    "SUM-03": should("summary", "Summarised resources are marked as subsets."),
  }),
  ...section("search.html#elements", {
    "ELEM-01": should("elements", "_elements brings the elements named and the mandatory ones, marked as a subset."),
  }),
  ...section("search.html#conformance", {
    "SELF-01": shall("search", "self holds the parameters that were used and no other."),
    "SELF-02": rule("search", "Following self brings the same result again."),
  }),
  ...section("search.html#query", {
    "QRY-01": shall("search", "A named query that is not known is refused, under any handling."),
  }),
];
