import { isDecimal, shiftDecimal } from "../datatypes/decimal.ts";
import type { Unit } from "./unit.ts";

export type MeasureName = "weight" | "height" | "length" | "head-circumference";

/** What is measured: its codes, the unit it is served in and the range in which a child's value can lie. */
export interface Measure {
  readonly name: MeasureName;
  readonly loinc: string;
  readonly snomed: string;
  /** Codes under which it comes as a coded observation. */
  readonly submitted: readonly string[];
  readonly base: "kg" | "cm";
  readonly minimum: number;
  readonly maximum: number;
  /** Leaf of the UK Core vital signs profiles. */
  readonly profile: string;
}

const PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns";

export const WEIGHT: Measure = {
  name: "weight",
  loinc: "29463-7",
  snomed: "27113001",
  submitted: ["27113001"],
  base: "kg",
  minimum: 0.15,
  maximum: 500,
  profile: `${PROFILE}-BodyWeight`,
};

export const HEIGHT: Measure = {
  name: "height",
  loinc: "8302-2",
  snomed: "50373000",
  submitted: ["50373000"],
  base: "cm",
  minimum: 20,
  maximum: 300,
  profile: `${PROFILE}-BodyHeight`,
};

/**
 * Lying length. UK Core has one profile for height and length, which fixes LOINC 8302-2 and allows no second LOINC code,
 * so 8306-3 (body height, lying) cannot stand beside it; SNOMED CT says that the child was lying.
 */
export const LENGTH: Measure = { ...HEIGHT, name: "length", snomed: "248334005", submitted: ["248334005"] };

/** LOINC 8287-5 is what Digital Child Health used; UK Core fixes 9843-4. */
const HEAD_CIRCUMFERENCE: Measure = {
  name: "head-circumference",
  loinc: "9843-4",
  snomed: "363812007",
  submitted: ["363812007", "9843-4", "8287-5"],
  base: "cm",
  minimum: 5,
  maximum: 100,
  profile: `${PROFILE}-HeadCircumference`,
};

const BY_SUBMITTED_CODE: ReadonlyMap<string, Measure> = new Map(
  [WEIGHT, HEIGHT, LENGTH, HEAD_CIRCUMFERENCE].flatMap((measure) => measure.submitted.map((code) => [code, measure])),
);

export function measureOf(code: string): Measure | undefined {
  return BY_SUBMITTED_CODE.get(code);
}

/** The value in the unit it is served in (kg or cm), or what was expected instead. Exact: the decimal point is moved in the text. */
export function readMeasurement(
  measure: Measure,
  value: string,
  unit: Unit,
): { readonly value: number } | { readonly expected: string } {
  if (unit.toBase?.base !== measure.base)
    return { expected: `expected a unit of ${measure.base === "kg" ? "mass" : "length"}` };
  if (!isDecimal(value)) return { expected: "expected a plain decimal number" };
  const converted = Number(shiftDecimal(value, unit.toBase.places));
  return converted >= measure.minimum && converted <= measure.maximum
    ? { value: converted }
    : {
        expected: `expected a ${measure.name} of ${measure.minimum} to ${measure.maximum} ${measure.base} after conversion`,
      };
}
