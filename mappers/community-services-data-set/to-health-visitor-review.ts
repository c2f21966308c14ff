import type { Coding } from "@medplum/fhirtypes";
import { CSDS_ACTIVITY_TYPE, DCH_ENCOUNTER_TYPE, EARLY_YEARS_OBSERVATION } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import type { CsvRow, Made } from "../mapper.ts";
import type { AttendedContact } from "./contact.ts";
import { ACTIVITY } from "./table-names.ts";
import { type Surroundings, toCategory, toMembers, toObservation, toProfiles } from "./to-observation.ts";

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

/** A contact at which the child was seen, and what was found there, without what a panel of its own groups. */
export interface FoundAtContact {
  readonly contact: AttendedContact;
  readonly found: readonly Made[];
}

interface Reviewing {
  readonly contact: AttendedContact;
  readonly activity: CsvRow;
  readonly found: readonly Made[];
}

/**
 * The reviews of a child, each the panel of what was found at its contact. A child has one review of a kind a day: where
 * several contacts of a day have the same one, the first is told, and what was found at any of them is in it.
 */
export function toHealthVisitorReviews(
  surroundings: Omit<Surroundings, "occasion">,
  contacts: readonly FoundAtContact[],
): Made[] {
  const reviews = new Map<string, Reviewing[]>();
  for (const { contact, found } of contacts) {
    for (const activity of contact.activities) {
      if (!isReview(activity.Activity_Type)) continue;
      const review = `${activity.Activity_Type}/${contact.date}`;
      reviews.set(review, [...(reviews.get(review) ?? []), { contact, activity, found }]);
    }
  }
  return [...reviews.values()].flatMap((same) => {
    const ordered = same.toSorted((left, right) => (rank(left) < rank(right) ? -1 : 1));
    const [first] = ordered;
    if (first === undefined) return [];
    const members = [...new Set(ordered.flatMap(({ found }) => found))];
    return [toReview({ ...surroundings, occasion: first.contact }, first.activity, members)];
  });
}

/** Earlier contacts first; the key decides between equals, so that the order of rows does not. */
function rank({ contact, activity }: Reviewing): string {
  return `${contact.effective.padEnd(25)}${contact.record}/${activity.CareActivityID}`;
}

/** That a review took place; which one stands in the code, to be searched for, and in the value, to be read. */
function toReview(surroundings: Surroundings, activity: CsvRow, members: readonly Made[]): Made {
  const { CareActivityID: key = "", Activity_Type: type = "" } = activity;
  const encounterType = REVIEWS.get(type);
  const kinds: Coding[] = [
    toCoding(CSDS_ACTIVITY_TYPE, type),
    ...(encounterType === undefined ? [] : [toCoding(DCH_ENCOUNTER_TYPE, encounterType)]),
  ];
  const name = kinds[0]?.display;
  const text = name === undefined ? {} : { text: name };
  return toObservation(surroundings, {
    origin: { table: ACTIVITY, key, item: "review" },
    profiles: toProfiles("health-visitor-review"),
    category: toCategory("exam"),
    code: { coding: [toCoding(EARLY_YEARS_OBSERVATION, "health-visitor-review"), ...kinds], ...text },
    valueCodeableConcept: { coding: kinds, ...text },
    ...(members.length === 0 ? {} : { hasMember: toMembers(members) }),
  });
}
