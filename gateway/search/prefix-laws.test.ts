import type { Observation } from "@medplum/fhirtypes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fold } from "./fold.ts";
import { PREFIXES, type Prefix } from "./prefix.ts";
import { found } from "./search.fixtures.ts";

const UCUM = "http://unitsofmeasure.org";

function meets(resource: Observation, parameter: string, value: string): boolean {
  return found("Observation", [resource], new URLSearchParams([[parameter, value]]).toString()).length === 1;
}

function verdicts(resource: Observation, parameter: string, value: string): Readonly<Record<Prefix, boolean>> {
  const of = (prefix: Prefix): boolean => meets(resource, parameter, `${prefix}${value}`);
  return {
    eq: of("eq"),
    ne: of("ne"),
    gt: of("gt"),
    lt: of("lt"),
    ge: of("ge"),
    le: of("le"),
    sa: of("sa"),
    eb: of("eb"),
    ap: of("ap"),
  };
}

/** What holds between the prefixes for any value of a resource and any value of a query. */
function holdLaws(resource: Observation, parameter: string, value: string): void {
  const is = verdicts(resource, parameter, value);
  expect(is.ne).toBe(!is.eq);
  expect(meets(resource, parameter, value)).toBe(is.eq);
  if (is.gt) expect(is.ge).toBe(true);
  if (is.lt) expect(is.le).toBe(true);
  if (is.sa) expect(is.gt).toBe(true);
  if (is.eb) expect(is.lt).toBe(true);
  if (is.eq) expect(is.ap).toBe(true);
  expect(is.sa && is.eb).toBe(false);
  expect(is.sa && is.lt).toBe(false);
  expect(is.eb && is.gt).toBe(false);
  expect(is.eq || is.gt || is.lt).toBe(true);
}

const base: Observation = { resourceType: "Observation", id: "it", status: "final", code: { text: "x" } };
const decimal = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, places]) => (digits / 10 ** places).toFixed(places));
const comparator = fc.constantFrom(undefined, "<", "<=", ">", ">=");
const day = fc.date({ min: new Date("1990-01-01"), max: new Date("2040-12-31"), noInvalidDate: true });
const dateText = fc
  .tuple(day, fc.constantFrom(4, 7, 10, 16, 20))
  .map(([date, length]) => date.toISOString().slice(0, length))
  .map((text) => (text.length === 16 ? `${text}Z` : text.length === 20 ? `${text.slice(0, 19)}Z` : text));

test("the prefixes of quantities are consistent for every value and every comparator", () => {
  fc.assert(
    fc.property(decimal, decimal, comparator, (stored, asked, sign) => {
      const valueQuantity = { value: Number(stored), ...(sign === undefined ? {} : { comparator: sign }) };
      holdLaws({ ...base, valueQuantity }, "value-quantity", asked);
    }),
    { numRuns: 300 },
  );
});

test("the prefixes of dates are consistent for every precision, and for periods", () => {
  fc.assert(
    fc.property(dateText, dateText, dateText, fc.boolean(), (one, other, asked, isPeriod) => {
      const [start = "", end = ""] = [one, other].sort();
      holdLaws(
        { ...base, ...(isPeriod ? { effectivePeriod: { start, end } } : { effectiveDateTime: one }) },
        "date",
        asked,
      );
    }),
    { numRuns: 300 },
  );
});

test("a resource without a value meets no prefix at all, ne included", () => {
  for (const prefix of PREFIXES) {
    expect(meets(base, "value-quantity", `${prefix}5`)).toBe(false);
    expect(meets(base, "date", `${prefix}2020`)).toBe(false);
  }
});

test("every number is found as it was written, in its own unit and in any other of its dimension", () => {
  const units = [
    ["kg", "g", 1_000],
    ["m", "cm", 100],
    ["h", "min", 60],
    ["L", "mL", 1_000],
  ] as const;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom(...units), (value, [large, small, times]) => {
      const resource = { ...base, valueQuantity: { value, system: UCUM, code: large } };
      expect(meets(resource, "value-quantity", `${value}|${UCUM}|${large}`)).toBe(true);
      expect(meets(resource, "value-quantity", `${value * times}|${UCUM}|${small}`)).toBe(true);
      expect(meets(resource, "value-quantity", `ne${value * times}|${UCUM}|${small}`)).toBe(false);
      expect(meets(resource, "value-quantity", `${value}|${UCUM}|K`)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("any code, text or URL is found by itself once it is escaped, whatever it holds", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((word) => fold(word) !== "");
  const escaped = (word: string): string => word.replace(/[\\,|$]/g, (sign) => `\\${sign}`);
  fc.assert(
    fc.property(text, text, (system, code) => {
      const resource: Observation = { ...base, code: { coding: [{ system, code }] }, valueString: code };
      expect(meets(resource, "code", `${escaped(system)}|${escaped(code)}`)).toBe(true);
      expect(meets(resource, "code", escaped(code))).toBe(true);
      expect(meets(resource, "code:not", escaped(code))).toBe(false);
      expect(meets(resource, "value-string:exact", escaped(code))).toBe(true);
      expect(meets(resource, "value-string", escaped(code))).toBe(true);
      expect(meets(resource, "code-value-string", `${escaped(code)}$${escaped(code)}`)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("no text whatever makes a query throw", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "code",
      "date",
      "value-quantity",
      "subject",
      "_profile",
      "code-value-quantity",
      "_has:",
      "_include",
    ),
    fc.string({ maxLength: 30 }),
  );
  const rest = fc.string({ unit: "binary", maxLength: 30 });
  fc.assert(
    fc.property(name, rest, rest, (parameter, modifier, value) => {
      const text = new URLSearchParams([[`${parameter}${modifier}`, value]]).toString();
      try {
        found("Observation", [base], text);
      } catch (thrown) {
        // What is refused is thrown by the fixture as a list of issues.
        expect(JSON.parse(thrown instanceof Error ? thrown.message : "")).toEqual([
          expect.objectContaining({ kind: expect.any(String) }),
        ]);
      }
    }),
    { numRuns: 1_000 },
  );
});
