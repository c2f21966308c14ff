import { areaOf } from "./areas.ts";
import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import { GOALS } from "./goals.ts";
import type { SourceRecord } from "./records.ts";
import type { ProfileStory } from "./stories.ts";

const COLUMNS: readonly string[] = [
  "FSP_ACADYR",
  "FSP_PupilMatchingRef",
  "FSP_UPN",
  "FSP_SURNAME",
  "FSP_FORENAME",
  "FSP_DOB",
  "FSP_SEX",
  "FSP_POSTCODE",
  "FSP_LA",
  "FSP_ESTAB",
  "FSP_URN",
  ...GOALS.map((goal) => `FSP_${goal.subject}_${goal.component}`),
];

export const EYFS_PROFILE_HEADER = toCsvLine(COLUMNS);

/** A row of the flat layout in which profiles of the National Pupil Database are kept (`FSP_…`), E-coded goals alone. */
export function toEyfsProfileLine({ area, held, story, flaw }: SourceRecord<ProfileStory>): string {
  const setting = "school" in story.setting ? story.setting.school : story.setting.nursery;
  const goals = GOALS.map((goal, place) => [`FSP_${goal.subject}_${goal.component}`, story.outcomes[place]]);
  const row: Record<string, string | undefined> = {
    FSP_ACADYR: story.academicYear,
    FSP_PupilMatchingRef: held.localId,
    FSP_UPN: held.upn,
    FSP_SURNAME: held.family,
    FSP_FORENAME: held.given,
    FSP_DOB: held.birthDate,
    FSP_SEX: held.sex === "female" ? "F" : "M",
    FSP_POSTCODE: held.postcode,
    FSP_LA: areaOf(area).localAuthority,
    FSP_ESTAB: "establishment" in setting ? setting.establishment : undefined,
    FSP_URN: "urn" in setting ? setting.urn : setting.earlyYearsUrn,
    ...Object.fromEntries(goals),
  };
  if (flaw === "impossible-date") row.FSP_DOB = impossibleDateOf(held.birthDate);
  if (flaw === "wrong-check-digit" && held.upn !== undefined) row.FSP_UPN = withWrongCheckDigit(held.upn);
  if (flaw === "unknown-outcome") row.FSP_LIT_E10 = "7";
  const line = toCsvRow(COLUMNS, row);
  return flaw === "wrong-column-count" ? withoutLastField(line) : line;
}

/** What the profile is called as a source record: the child's reference and the year in which the academic year ends. */
export function eyfsProfileRecordId({ held, story }: SourceRecord<ProfileStory>): string {
  return `${held.localId}/${story.academicYear.slice(5)}`;
}
