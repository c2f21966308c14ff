import type { ConformanceCase } from "../case.ts";
import { isSearchset, judge, matches, that } from "../checks.ts";
import { writing } from "./define.ts";
import { search } from "./samples.ts";
import { quantity, trials, UCUM } from "./search-values.ts";

/** Numbers and dates on resources made for the purpose. */
export const SEARCH_RANGE_CASES: readonly ConformanceCase[] = [
  trials(
    "search-values/significant-digits",
    ["NUM-01", "PFX-02"],
    "100 finds 99.6 and 100.4 but not 100.6; 1e2 finds 96 and not 94; 100.0 does not find 100.4.",
    "Observation",
    "value-quantity",
    quantity(100.4),
    [
      ["value-quantity", "100", true],
      ["value-quantity", "100.4", true],
      ["value-quantity", "100.0", false],
      ["value-quantity", "1e2", true],
      ["value-quantity", "101", false],
      ["value-quantity", "99", false],
    ],
  ),
  trials(
    "search-values/exact-with-prefix",
    ["NUM-02", "PFX-01"],
    "With gt, lt, ge, le, sa and eb the number written is exact.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", "gt5.39", true],
      ["value-quantity", "gt5.4", false],
      ["value-quantity", "ge5.4", true],
      ["value-quantity", "lt5.41", true],
      ["value-quantity", "lt5.4", false],
      ["value-quantity", "le5.4", true],
      ["value-quantity", "sa5.3", true],
      ["value-quantity", "eb5.3", false],
      ["value-quantity", "ne5.4", false],
      ["value-quantity", "ne7", true],
      ["value-quantity", "ap5.4", true],
    ],
  ),
  trials(
    "search-values/exponents",
    ["NUM-03"],
    "5.4e-3 and 5.40E-3 find 0.0054.",
    "Observation",
    "value-quantity",
    quantity(0.0054),
    [
      ["value-quantity", "5.4e-3", true],
      ["value-quantity", "5.40E-3", true],
      ["value-quantity", "5.4e-2", false],
    ],
  ),
  trials(
    "search-values/quantity-forms",
    ["QTY-01"],
    "A quantity is found by number, system and code, by number and unit, and by number alone.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", `5.4|${UCUM}|mg`, true],
      ["value-quantity", "5.4||mg", true],
      ["value-quantity", "5.4", true],
      ["value-quantity", `5.4|${UCUM}|kg`, false],
    ],
  ),
  trials(
    "search-values/quantity-units",
    ["QTY-02"],
    "Without a system the printed unit finds as the code does; with one the code alone.",
    "Observation",
    "value-quantity",
    quantity(5.4),
    [
      ["value-quantity", "5.4||milligram", true],
      ["value-quantity", "5.4||mg", true],
      ["value-quantity", `5.4|${UCUM}|milligram`, false],
      ["value-quantity", "5.4|https://example.org/units|mg", false],
    ],
  ),
  writing(
    "search-values/quantity-conversion",
    ["QTY-03"],
    "0.0054 g finds 5.4 mg, or nothing: either is allowed, and never an error.",
    { interaction: "create,search-type", parameter: "value-quantity" },
    async (context) => {
      const { id } = await context.data.make("Observation", quantity(5.4));
      const answer = await search(context, { _id: id, "value-quantity": `0.0054|${UCUM}|g` });
      return judge(isSearchset(answer));
    },
    ["Observation"],
  ),
  trials(
    "search-values/open-periods",
    ["DATE-04"],
    "A period without an end is found by any later date with ge, and by no earlier one with le.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectivePeriod: { start: "2020-03-01" } },
    [
      ["date", "ge2999", true],
      ["date", "gt2999", true],
      ["date", "le2020-02", false],
      ["date", "lt2020-02", false],
      ["date", "sa2020-02", true],
      ["date", "eb2999", false],
    ],
  ),
  trials(
    "search-values/open-starts",
    ["DATE-04"],
    "A period without a start is found by any earlier date with le.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectivePeriod: { end: "2020-03-01" } },
    [
      ["date", "le1900", true],
      ["date", "lt1900", true],
      ["date", "ge2020-04", false],
      ["date", "eb2020-04", true],
      ["date", "sa1900", false],
    ],
  ),
  trials(
    "search-values/timings",
    ["DATE-07"],
    "Of a timing with two events only the first and the last moment count.",
    "Observation",
    "date",
    { effectiveDateTime: undefined, effectiveTiming: { event: ["2020-01-10", "2020-03-10"] } },
    [
      ["date", "2020", true],
      ["date", "2020-01", false],
      ["date", "sa2020-01-20", false],
      ["date", "sa2019-12", true],
      ["date", "eb2020-04", true],
      ["date", "eb2020-02", false],
    ],
  ),
  trials(
    "search-values/partial-dates",
    ["PFX-02", "PFX-04"],
    "A birth date of a year is not found by a month of it; the year, and ge of a month of it, find it.",
    "Patient",
    "birthdate",
    { birthDate: "2000" },
    [
      ["birthdate", "2000-03", false],
      ["birthdate", "2000", true],
      ["birthdate", "ge2000-03", true],
      ["birthdate", "le2000-03", true],
      ["birthdate", "ne2000-03", true],
      ["birthdate", "sa2000-03", false],
    ],
  ),
  trials(
    "search-values/zones",
    ["DATE-05"],
    "An instant is found by its moment written in another zone, and not by the hour without regard to zones.",
    "Observation",
    "date",
    { effectiveDateTime: "2020-06-01T00:30:00+01:00" },
    [
      ["date", "2020-05-31T23:30:00Z", true],
      ["date", "2020-06-01T00:30:00+01:00", true],
      ["date", "2020-06-01T00:30:00Z", false],
    ],
  ),
  writing(
    "search-values/inequality",
    ["PFX-03"],
    "eq and ne part all that has a value; what has none is in neither.",
    { interaction: "create,search-type", parameter: "birthdate,identifier" },
    async (context) => {
      const { data } = context;
      const system = `urn:uuid:${crypto.randomUUID()}`;
      const births = ["2019", "2019-05", "2019-05-05", "2020-01-01", undefined];
      for (const birthDate of births) await data.make("Patient", { identifier: [{ system, value: "x" }], birthDate });
      const count = async (value: string) =>
        matches(await search(context, { identifier: `${system}|`, birthdate: value })).length;
      const [equal, other] = [await count("2019-05"), await count("ne2019-05")];
      return judge(
        that(equal === 2, "two equal to 2019-05", `${equal}`),
        that(other === 2, "two that are not", `${other}`),
      );
    },
    ["Patient"],
  ),
];
