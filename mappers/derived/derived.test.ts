import type { Observation } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { ASQ3 } from "#profiles/generated/codes.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { SNOMED } from "#profiles/systems.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toDevelopmentalCategory } from "../datatypes/developmental-category.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import { createFixtureContext } from "../fixture-context.ts";
import type { Derivation, Made } from "../mapper.ts";
import { asq3CutOff } from "./asq-3-band.ts";
import { toDerived } from "./derived.ts";

const CHILD = { birthDate: "2022-03-14", gender: "female" };

function toMade(code: string, value: number, more: Partial<Observation> = {}): Made {
  const unit = code === "27113001" ? toQuantity(value, "kilogram", "kg") : toQuantity(value, "centimeter", "cm");
  return {
    slot: "told",
    record: "record",
    resource: {
      resourceType: "Observation",
      id: "told",
      status: "final",
      category: toDevelopmentalCategory(ASQ3.has(code) ? [ASQ3.get(code)?.domain ?? ""] : []),
      code: toCodeableConcept(SNOMED, code),
      subject: { reference: "Patient/the-child" },
      effectiveDateTime: "2024-06-20T10:15:00+01:00",
      valueQuantity: ASQ3.has(code) ? toQuantity(value, "score", "{score}") : unit,
      ...more,
    },
  };
}

function derive(made: Made, child: typeof CHILD | { birthDate?: string; gender?: string } = CHILD, on?: Derivation[]) {
  const context = createFixtureContext("leeds-csds", "383", on ?? ["asq-3-band", "growth-centile"]);
  return toDerived([made], { birthDate: child.birthDate, gender: child.gender }, context).map(({ slot, resource }) => {
    if (resource.resourceType !== "Observation") throw new Error("only Observations are derived");
    return { slot, resource };
  });
}

const shownBy = ({ resource }: { readonly resource: Observation }) =>
  resource.valueQuantity?.value ?? resource.valueCodeableConcept?.coding?.[0]?.code;

test("nothing is computed unless it is switched on, and then only that", () => {
  const [score, weight] = [toMade("953261000000103", 20), toMade("27113001", 12.45)];
  expect([...derive(score, CHILD, []), ...derive(weight, CHILD, [])]).toEqual([]);
  expect(derive(score, CHILD, ["growth-centile"])).toEqual([]);
  expect(derive(weight, CHILD, ["asq-3-band"])).toEqual([]);
});

describe("bands of ASQ-3", () => {
  test.each([
    ["953261000000103", 24.01, "below-cut-off"],
    ["953261000000103", 24.02, "at-or-above-cut-off"],
    ["953311000000105", 33.3, "at-or-above-cut-off"],
    ["953311000000105", 33.2, "below-cut-off"],
    ["953211000000100", 0, "below-cut-off"],
    ["953251000000101", 60, "at-or-above-cut-off"],
  ])("the score %s = %s is %s", (code, score, band) => {
    const [made] = derive(toMade(code, score));
    expect(made && shownBy(made)).toBe(band);
    expect(made?.resource.derivedFrom).toEqual([{ reference: "Observation/told" }]);
    expect(made?.resource.referenceRange?.[0]?.low?.value).toBe(asq3CutOff(code));
    expect(made?.resource.method?.text).toContain("cut-offs");
  });

  test("only the fifteen scores of the 24, 27 and 30 month questionnaires have one", () => {
    const withBand = [...ASQ3].filter(([code]) => derive(toMade(code, 30)).length > 0);
    expect([...new Set(withBand.map(([, { months }]) => months))].sort()).toEqual([24, 27, 30]);
    expect(withBand).toHaveLength(15);
  });

  test("no other score has one", () => {
    expect(derive(toMade("1054011000000104", 60))).toEqual([]);
  });
});

describe("growth against the WHO standards", () => {
  test("a measurement has a z-score and a centile that name the reference and say uncorrected", () => {
    const made = derive(toMade("27113001", 12.45));
    expect(made.map(({ slot }) => slot)).toEqual(["told/z-score", "told/centile"]);
    expect(made.map(shownBy)).toEqual([0.195, 57.72]);
    for (const { resource } of made) {
      expect(resource.method?.text).toBe("WHO Child Growth Standards 2006, uncorrected for gestation");
      expect(resource.derivedFrom).toEqual([{ reference: "Observation/told" }]);
      expect(resource.performer).toBeUndefined();
    }
  });

  test.each([
    ["a child whose sex is not known", toMade("27113001", 12.45), { ...CHILD, gender: "unknown" }],
    ["a child whose sex is other", toMade("27113001", 12.45), { ...CHILD, gender: "other" }],
    ["a child without a birth date", toMade("27113001", 12.45), { gender: "female" }],
    ["a child of ten", toMade("27113001", 30), { ...CHILD, birthDate: "2014-03-14" }],
    ["a child of 13 days", toMade("27113001", 3.5, { effectiveDateTime: "2022-03-27" }), CHILD],
    ["a child of four", toMade("27113001", 16, { effectiveDateTime: "2026-03-14" }), CHILD],
    ["a length, lying, of a child of two", toMade("248334005", 88), CHILD],
    ["a height, standing, of a child of one", toMade("50373000", 74, { effectiveDateTime: "2023-03-20" }), CHILD],
    ["a day that is only a year", toMade("27113001", 12, { effectiveDateTime: "2024" }), CHILD],
    ["a value that was taken back", toMade("27113001", 12.45, { status: "entered-in-error" }), CHILD],
    ["a value in another unit", toMade("27113001", 12.45, { valueQuantity: toQuantity(12450, "gram", "g") }), CHILD],
    ["a birth weight", toMade("364589006", 3.4), CHILD],
  ] as const)("there is none for %s", (_what, made, child) => {
    expect(derive(made, child)).toEqual([]);
  });
});

test("all that is derived is valid by R4 and by its own profile", () => {
  const all = [
    toMade("953261000000103", 20),
    toMade("27113001", 12.45),
    toMade("50373000", 87.6),
    toMade("363812007", 48),
  ];
  const made = all.flatMap((one) => derive(one));
  expect(made).toHaveLength(7);
  expect(made.flatMap(({ resource }) => [...validateBase(resource), ...validateProfiles(resource)])).toEqual([]);
});
