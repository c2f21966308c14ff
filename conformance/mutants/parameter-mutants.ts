import { type Mutant, mutant, requestChanged, valuesChanged, withoutParameter } from "./breakage.ts";

/** Broken rules about what search parameters find. */
export const PARAMETER_MUTANTS: readonly Mutant[] = [
  mutant("_id is ignored", "search-parameters/id", "SP-01", withoutParameter("_id")),
  mutant(
    "a comma does not widen",
    "search-parameters/and-or",
    "SP-06",
    valuesChanged((value, name) => (name === "_id" ? value : (value.split(",").at(0) ?? ""))),
  ),
  mutant(
    "a repeated parameter counts once",
    "search-parameters/and-or",
    "SP-06",
    requestChanged((url) => {
      for (const [name, value] of [...url.searchParams].reverse()) url.searchParams.set(name, value);
    }),
  ),
  mutant(
    "strings mind their case",
    "search-parameters/strings",
    "STR-01",
    requestChanged((url) => {
      for (const name of ["family", "given", "name"]) {
        const value = url.searchParams.get(name);
        if (value === null) continue;
        url.searchParams.delete(name);
        url.searchParams.set(`${name}:exact`, value);
      }
    }),
  ),
  mutant(
    "a prefix is cut from a string",
    "search-parameters/string-prefixes",
    "PFX-06",
    valuesChanged((value, name) => (/^(family|given|name)$/.test(name) ? value.replace(/^gt/, "") : value)),
  ),
  mutant(
    "an escaped comma parts values",
    "search-parameters/escaped-comma",
    "ESC-01",
    valuesChanged((value) => value.replaceAll("\\,", ",")),
  ),
  mutant(
    "the system of a token is ignored",
    "search-parameters/token-system-and-code",
    "TOK-02",
    valuesChanged((value) => value.replace(/^https?:[^|]*\|(?=.)/, "")),
  ),
  mutant(
    "a code alone finds nothing",
    "search-parameters/token-code",
    "TOK-01",
    valuesChanged((value, name) => (name === "identifier" && !value.includes("|") ? `|${value}` : value)),
  ),
  mutant(
    "a bar before a code is ignored",
    "search-parameters/token-without-system",
    "TOK-03",
    valuesChanged((value) => value.replace(/^\|/, "")),
  ),
  mutant(
    "a system alone finds nothing",
    "search-parameters/token-system",
    "TOK-04",
    valuesChanged((value) => value.replace(/\|$/, "|none")),
  ),
  mutant(
    "a full address is no reference",
    "search-parameters/references",
    "REF-01",
    valuesChanged((value, name) => (name === "subject" && value.startsWith("http") ? "Patient/none" : value)),
  ),
  mutant(
    "patient takes any type",
    "search-parameters/patient-only",
    "REF-04",
    valuesChanged((value) => value.replace(/^Group\//, "")),
  ),
  mutant(
    ":exact forgives case",
    "search-parameters/exact",
    "MOD-04",
    requestChanged((url) => {
      url.search = url.search.replaceAll("%3Aexact", "%3Acontains").replaceAll(":exact", ":contains");
    }),
  ),
  mutant(
    ":not is ignored",
    "search-parameters/not",
    "MOD-06",
    requestChanged((url) => {
      url.search = url.search.replaceAll("%3Anot", "");
    }),
  ),
  mutant(
    ":missing is turned round",
    "search-parameters/missing",
    "MOD-02",
    valuesChanged((value, name) => (name.endsWith(":missing") && value === "true" ? "false" : value)),
  ),
  mutant("_lastUpdated is ignored", "search-parameters/last-updated", "SP-02", withoutParameter("_lastUpdated")),
  mutant(
    "a month is its first day",
    "search-parameters/date-precision",
    "DATE-03",
    valuesChanged((value) => (/^\d{4}-\d\d$/.test(value) ? `${value}-01` : value)),
  ),
  mutant(
    "ne is eq",
    "search-parameters/date-not-equal",
    "PFX-03",
    valuesChanged((value) => value.replace(/^ne(?=\d)/, "eq")),
  ),
  mutant(
    "sa is ge",
    "search-parameters/date-order",
    "PFX-04",
    valuesChanged((value) => value.replace(/^sa(?=\d)/, "ge")),
  ),
  mutant(
    "ap is refused",
    "search-parameters/date-approximate",
    "PFX-05",
    valuesChanged((value) => value.replace(/^ap(?=\d)/, "xx")),
  ),
  mutant(
    "the zone is ignored",
    "search-parameters/date-zone",
    "DATE-05",
    requestChanged((url) => {
      const value = url.searchParams.get("_lastUpdated") ?? "";
      if (/[+]01:00$/.test(value)) url.searchParams.set("_lastUpdated", "ge2026-03-02");
    }),
  ),
  mutant(
    "an impossible date is mended",
    "search-parameters/date-impossible",
    "DATE-06",
    valuesChanged((value) => value.replace("02-30", "03-02")),
  ),
  mutant(
    "an hour stands alone",
    "search-parameters/date-forms",
    "DATE-01",
    valuesChanged((value) => value.replace(/T10$/, "T10:00")),
  ),
  mutant(
    ":contains is starts-with",
    "search-parameters/contains",
    "MOD-05",
    requestChanged((url) => {
      url.search = url.search.replaceAll("%3Acontains", "");
    }),
  ),
];
