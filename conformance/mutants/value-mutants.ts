import { type Mutant, mutant, requestChanged, statusChanged, valuesChanged, withoutParameter } from "./breakage.ts";

function exactly(...names: readonly string[]) {
  return requestChanged((url) => {
    for (const name of names) {
      const value = url.searchParams.get(name);
      if (value === null) continue;
      url.searchParams.delete(name);
      url.searchParams.set(`${name}:exact`, value);
    }
  });
}

const quantities = (change: (value: string) => string) =>
  valuesChanged((value, name) => (name === "value-quantity" ? change(value) : value));
const dates = (change: (value: string) => string) =>
  valuesChanged((value, name) => (name === "date" || name === "birthdate" ? change(value) : value));

/** Broken rules about values, on resources made to show them. */
export const VALUE_MUTANTS: readonly Mutant[] = [
  mutant("accents matter", "search-values/accents", "STR-01", exactly("family")),
  mutant("punctuation matters", "search-values/punctuation", "STR-02", exactly("family")),
  mutant("a family is one word", "search-values/family-parts", "STR-03", exactly("family")),
  mutant("a name is searched by its use", "search-values/name-and-address-parts", "STR-04", withoutParameter("name")),
  mutant(
    "name looks at families alone",
    "search-values/any-path",
    "SP-05",
    requestChanged((url) => {
      const value = url.searchParams.get("name");
      if (value !== null) url.searchParams.set("family", value);
    }),
  ),
  mutant(
    "a telephone number needs a system",
    "search-values/contact-points",
    "TOK-05",
    valuesChanged((value, name) => (name === "phone" ? `phone|${value}` : value)),
  ),
  mutant(
    "codings are mixed",
    "search-values/codings",
    "TOK-06",
    valuesChanged((value, name) => (name === "code" ? (value.split("|").at(-1) ?? "") : value)),
  ),
  mutant(
    "no system is any system",
    "search-values/without-system",
    "TOK-03",
    valuesChanged((value) => value.replace(/^\|/, "")),
  ),
  mutant(":text is overlooked", "search-values/text-of-code", "MOD-07", withoutParameter("code:text")),
  mutant(
    "an escaped comma is none",
    "search-values/escapes",
    "ESC-01",
    valuesChanged((value) => value.replaceAll("\\,", ",")),
  ),
  mutant(
    ":of-type looks at the value alone",
    "search-values/of-type",
    "MOD-08",
    requestChanged((url) => {
      const [, , value] = url.searchParams.get("identifier:of-type")?.split("|") ?? [];
      if (value === undefined) return;
      url.searchParams.delete("identifier:of-type");
      url.searchParams.set("identifier", value);
    }),
  ),
  mutant(
    "codes in capitals find others",
    "search-values/case-of-codes",
    "TOK-07",
    requestChanged((url) => {
      if (/\|KIT-/.test(url.searchParams.get("identifier") ?? "")) url.searchParams.delete("identifier");
    }),
  ),
  mutant("tags are overlooked", "search-values/marks", "SP-03", withoutParameter("_tag")),
  mutant(
    "an extension counts as a value",
    "search-values/missing-with-extension",
    "MOD-03",
    valuesChanged((value, name) => (name === "birthdate:missing" ? String(value !== "true") : value)),
  ),
  mutant(
    ":not wants a value",
    "search-values/not-without-value",
    "MOD-06",
    requestChanged((url) => {
      if (url.searchParams.has("gender:not")) url.searchParams.set("gender:missing", "false");
    }),
  ),
  mutant(
    "digits do not count",
    "search-values/significant-digits",
    "NUM-01",
    quantities((value) => value.replace("100.0", "100")),
  ),
  mutant(
    "gt is about",
    "search-values/exact-with-prefix",
    "NUM-02",
    quantities((value) => value.replace(/^gt5.4$/, "gt5.35")),
  ),
  mutant(
    "exponents are not read",
    "search-values/exponents",
    "NUM-03",
    quantities((value) => value.replace(/[eE]-\d+$/, "")),
  ),
  mutant(
    "a unit alone is not read",
    "search-values/quantity-forms",
    "QTY-01",
    quantities((value) => value.replace("||mg", "||none")),
  ),
  mutant(
    "printed units are not read",
    "search-values/quantity-units",
    "QTY-02",
    quantities((value) => value.replace("||milligram", "||none")),
  ),
  mutant(
    "another unit is an error",
    "search-values/quantity-conversion",
    "QTY-03",
    statusChanged(200, 400, ({ url }) => url.includes("0.0054")),
  ),
  mutant(
    "an open end has ended",
    "search-values/open-periods",
    "DATE-04",
    dates((value) => value.replace("ge2999", "eb1900")),
  ),
  mutant(
    "an open start has begun",
    "search-values/open-starts",
    "DATE-04",
    dates((value) => value.replace("le1900", "eb1800")),
  ),
  mutant(
    "each event of a timing counts",
    "search-values/timings",
    "DATE-07",
    dates((value) => value.replace(/^2020-01$/, "2020")),
  ),
  mutant(
    "a month overlaps a year",
    "search-values/partial-dates",
    "PFX-02",
    dates((value) => value.replace(/^2000-03$/, "ap2000-03")),
  ),
  mutant(
    "zones are overlooked",
    "search-values/zones",
    "DATE-05",
    dates((value) => value.replace(/^2020-05-31T23:30:00Z$/, "1999")),
  ),
  mutant(
    "ne finds what has no value",
    "search-values/inequality",
    "PFX-03",
    requestChanged((url) => {
      if (url.searchParams.get("birthdate")?.startsWith("ne")) url.searchParams.delete("birthdate");
    }),
  ),
];
