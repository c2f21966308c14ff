import type { Coding } from "@medplum/fhirtypes";
import { CSDS_ACTIVITY_TYPE, DCH_ENCOUNTER_TYPE, EARLY_YEARS_OBSERVATION } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import type { CsvRow, Made } from "../mapper.ts";
import { ACTIVITY } from "./tables.ts";
import { type Surroundings, toCategory, toObservation, toProfiles } from "./to-observation.ts";

/**
 * COMMUNITY CARE ACTIVITY TYPE of the reviews of the Healthy Child Programme, with the encounter type that Digital Child
 * Health gives the same review. No SNOMED CT code for them is established, so none is claimed.
 */
const REVIEWS: ReadonlyMap<string, string | undefined> = new Map([
  ["08", "0023"],
  ["09", "0022"],
  ["10", "0021"],
  ["11", "0020"],
  ["12", undefined],
]);

export function isReview(activityType: string | undefined): activityType is string {
  return activityType !== undefined && REVIEWS.has(activityType);
}

/** That a review took place; which one stands in the code, to be searched for, and in the value, to be read. */
export function toHealthVisitorReview(surroundings: Surroundings, activity: CsvRow): Made[] {
  const { CareActivityID: key = "", Activity_Type: type } = activity;
  if (!isReview(type)) return [];
  const encounterType = REVIEWS.get(type);
  const kinds: Coding[] = [
    toCoding(CSDS_ACTIVITY_TYPE, type),
    ...(encounterType === undefined ? [] : [toCoding(DCH_ENCOUNTER_TYPE, encounterType)]),
  ];
  const name = kinds[0]?.display;
  const text = name === undefined ? {} : { text: name };
  return [
    toObservation(surroundings, {
      origin: { table: ACTIVITY, key, item: "review" },
      profiles: toProfiles("health-visitor-review"),
      category: toCategory("exam"),
      code: { coding: [toCoding(EARLY_YEARS_OBSERVATION, "health-visitor-review"), ...kinds], ...text },
      valueCodeableConcept: { coding: kinds, ...text },
    }),
  ];
}
