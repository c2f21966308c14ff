import type { CodeableConcept, Coding, Quantity } from "@medplum/fhirtypes";
import { LOINC, SNOMED, UCUM } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import { isDecimal, shiftDecimal } from "../datatypes/decimal.ts";
import { toQuantity } from "../datatypes/quantity.ts";

/** A measurement of the body: the codes it comes under, the one LOINC code that UK Core fixes, its unit and range. */
export interface Measure {
  readonly loinc: string;
  /** LOINC codes of older messages, which UK Core does not allow beside its own. */
  readonly formerLoinc: readonly string[];
  /** SNOMED CT codes, the general one first. */
  readonly snomed: readonly string[];
  readonly unit: "kg" | "cm";
  readonly minimum: number;
  readonly maximum: number;
  /** Leaf of the UK Core vital signs profiles. */
  readonly profile: string;
}

export const VITAL_SIGNS = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns";

const WEIGHT: Measure = {
  loinc: "29463-7",
  formerLoinc: [],
  snomed: ["27113001", "364589006"],
  unit: "kg",
  minimum: 0.15,
  maximum: 500,
  profile: `${VITAL_SIGNS}-BodyWeight`,
};
const HEIGHT: Measure = {
  loinc: "8302-2",
  formerLoinc: [],
  snomed: ["50373000", "1149101003", "248333004"],
  unit: "cm",
  minimum: 20,
  maximum: 300,
  profile: `${VITAL_SIGNS}-BodyHeight`,
};
const LENGTH: Measure = { ...HEIGHT, formerLoinc: ["8306-3"], snomed: ["248334005"] };
const HEAD: Measure = {
  loinc: "9843-4",
  formerLoinc: ["8287-5"],
  snomed: ["363812007", "169876006"],
  unit: "cm",
  minimum: 5,
  maximum: 100,
  profile: `${VITAL_SIGNS}-HeadCircumference`,
};
const MEASURES = [WEIGHT, LENGTH, HEAD, HEIGHT];

/** The measurement that a code says; SNOMED CT tells length from height where LOINC does not. */
export function measureOf({ coding = [] }: CodeableConcept): Measure | undefined {
  const has = (system: string, codes: readonly string[]): boolean =>
    coding.some((one) => one.system === system && one.code !== undefined && codes.includes(one.code));
  return (
    MEASURES.find(({ snomed }) => has(SNOMED, snomed)) ??
    MEASURES.find(
      ({ loinc, formerLoinc }) => has(LOINC, [...formerLoinc]) || (formerLoinc.length === 0 && has(LOINC, [loinc])),
    ) ??
    MEASURES.find(({ loinc }) => has(LOINC, [loinc]))
  );
}

/**
 * The codes as UK Core wants them: exactly one of LOINC and at least one of SNOMED CT. `replaced` is a LOINC code of an
 * older message, which cannot stand beside it.
 */
export function toMeasureCodes(
  measure: Measure,
  { coding = [] }: CodeableConcept,
): { readonly coding: Coding[]; readonly replaced: readonly Coding[] } {
  const others = coding.filter(({ system }) => system !== LOINC);
  const isSnomed = others.some(({ system }) => system === SNOMED);
  const [general = ""] = measure.snomed;
  return {
    coding: [toCoding(LOINC, measure.loinc), ...(isSnomed ? [] : [toCoding(SNOMED, general)]), ...others],
    replaced: coding.filter(({ system, code }) => system === LOINC && code !== measure.loinc),
  };
}

const POWERS: Readonly<Record<string, { readonly unit: "kg" | "cm"; readonly places: number }>> = {
  kg: { unit: "kg", places: 0 },
  g: { unit: "kg", places: -3 },
  cm: { unit: "cm", places: 0 },
  m: { unit: "cm", places: 2 },
  mm: { unit: "cm", places: -1 },
};

/**
 * The value in kilogram or centimeter, exactly: the point is moved in the text. `undefined` where the unit is no UCUM
 * code that is known here, or where there is a comparator; `impossible` where no child's value can lie.
 */
export function toMeasured(
  measure: Measure,
  { value, system, code, comparator }: Quantity,
): Quantity | "impossible" | undefined {
  const power = system === UCUM && code !== undefined && Object.hasOwn(POWERS, code) ? POWERS[code] : undefined;
  if (value === undefined || comparator !== undefined || power?.unit !== measure.unit) return undefined;
  const text = String(value);
  const converted = isDecimal(text) ? Number(shiftDecimal(text, power.places)) : Number.NaN;
  if (!(converted >= measure.minimum && converted <= measure.maximum)) return "impossible";
  return toQuantity(converted, measure.unit === "kg" ? "kilogram" : "centimeter", measure.unit);
}
