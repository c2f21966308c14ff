import type { Observation } from "@medplum/fhirtypes";
import { DERIVATION_METHOD, DERIVED_OBSERVATION, OBSERVATION_CATEGORY, SNOMED } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toQuantity } from "../datatypes/quantity.ts";
import type { Made, MapContext } from "../mapper.ts";
import { toDerivedObservation } from "./derived-observation.ts";
import { lmsAt, partAt, toCentile, toDecimalAge, toZScore } from "./lms.ts";
import { BODY_MASS_INDEX, HEAD_CIRCUMFERENCE, LENGTH_OR_HEIGHT, WEIGHT, type WhoTable } from "./who-2006.ts";

/** What a growth reference asks of a child. */
export interface GrowingChild {
  /** YYYY-MM-DD. */
  readonly birthDate: string | undefined;
  readonly gender: string | undefined;
}

/** What is measured, by its SNOMED CT code: the table it is held to, and the part of it that fits how it was measured. */
const MEASURES: ReadonlyMap<
  string,
  {
    readonly name: string;
    readonly table: WhoTable;
    readonly base: "kg" | "cm" | "kg/m2";
    readonly part?: "infants" | "children";
  }
> = new Map([
  ["27113001", { name: "weight", table: WEIGHT, base: "kg" }],
  ["248334005", { name: "length", table: LENGTH_OR_HEIGHT, base: "cm", part: "infants" }],
  ["50373000", { name: "height", table: LENGTH_OR_HEIGHT, base: "cm", part: "children" }],
  ["363812007", { name: "head-circumference", table: HEAD_CIRCUMFERENCE, base: "cm" }],
  ["60621009", { name: "body-mass-index", table: BODY_MASS_INDEX, base: "kg/m2" }],
]);

const METHOD = "who-2006-uncorrected";

/**
 * Z-score and centile of a measurement by the WHO Child Growth Standards 2006, from two weeks of age to under four years,
 * for a child whose sex is male or female: lying length under two years, standing height from two years on, and neither
 * taken for the other. Age counts from the day of birth and is never corrected for gestation, which the method says. Nothing for
 * any other Observation.
 */
export function toGrowthReference(made: Made, child: GrowingChild, context: MapContext): Made[] {
  const { resource } = made;
  if (resource.resourceType !== "Observation") return [];
  const { birthDate, gender } = child;
  const { effectiveDateTime: day, valueQuantity: { value, code: unit } = {} } = resource;
  const measure = measureOf(resource);
  if (measure === undefined || birthDate === undefined || day === undefined || value === undefined) return [];
  if ((gender !== "male" && gender !== "female") || unit !== measure.base) return [];
  const age = toDecimalAge(birthDate, day);
  if (measure.part !== undefined && partAt(age) !== measure.part) return [];
  const lms = lmsAt(measure.table, gender, age);
  if (lms === undefined) return [];
  const zScore = toZScore(lms, value);
  const derive = (kind: string, quantity: Observation["valueQuantity"]): Made => {
    const code = `${measure.name}-for-age-${kind}`;
    return toDerivedObservation(made, {
      context,
      profile: "growth-reference",
      item: kind,
      category: [toCodeableConcept(OBSERVATION_CATEGORY, "exam")],
      code: toCodeableConcept(DERIVED_OBSERVATION, code),
      ...(quantity === undefined ? {} : { valueQuantity: quantity }),
      method: toCodeableConcept(DERIVATION_METHOD, METHOD),
    });
  };
  return [
    derive("z-score", toQuantity(rounded(zScore, 3), "standard deviations", "{z-score}")),
    derive("centile", toQuantity(rounded(toCentile(zScore), 2), "centile", "%")),
  ];
}

function measureOf({ code }: Observation) {
  for (const { system, code: snomed } of code.coding ?? []) {
    const measure = system === SNOMED && snomed !== undefined ? MEASURES.get(snomed) : undefined;
    if (measure !== undefined) return measure;
  }
  return undefined;
}

function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  // Minus nought is no number to show.
  return Math.round(value * factor) / factor + 0;
}
