import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { SourceRecord } from "./records.ts";
import type { CheckStory } from "./stories.ts";

const COLUMNS: readonly string[] = [
  "check_id",
  "child_id",
  "nhs_number",
  "given_name",
  "family_name",
  "birth_date",
  "sex",
  "postcode",
  "setting_name",
  "early_years_urn",
  "ofsted_urn",
  "check_date",
  "practitioner_role",
  "communication_and_language",
  "physical_development",
  "personal_social_emotional",
  "areas_of_concern",
  "planned_support",
  "sharing_agreed",
  "sharing_agreed_by",
  "sharing_agreed_on",
];

export const PROGRESS_CHECK_HEADER = toCsvLine(COLUMNS);

/** A row of the template in which settings send the progress check at two. */
export function toProgressCheckLine({ held, story, flaw }: SourceRecord<CheckStory>): string {
  const row: Record<string, string | undefined> = {
    child_id: held.localId,
    nhs_number: held.nhsNumber,
    given_name: held.given,
    family_name: held.family,
    birth_date: held.birthDate,
    sex: held.sex === "female" ? "F" : "M",
    postcode: held.postcode,
    setting_name: story.setting.name,
    early_years_urn: story.setting.earlyYearsUrn,
    ofsted_urn: story.setting.ofstedUrn,
    check_date: story.date,
    practitioner_role: "key-person",
    communication_and_language: story.communicationAndLanguage,
    physical_development: story.physicalDevelopment,
    personal_social_emotional: story.personalSocialEmotionalDevelopment,
    areas_of_concern: story.areasOfConcern,
    planned_support: story.supportedRequestedOrProvided,
    ...(story.isAnswered
      ? { sharing_agreed: story.parentalConsent, sharing_agreed_by: "parent", sharing_agreed_on: story.date }
      : {}),
  };
  if (flaw === "impossible-date") row.check_date = impossibleDateOf(story.date);
  if (flaw === "wrong-check-digit") {
    if (held.nhsNumber === undefined) row.ofsted_urn = "12345";
    else row.nhs_number = withWrongCheckDigit(held.nhsNumber);
  }
  if (flaw === "unknown-outcome") row.sharing_agreed = "perhaps";
  const line = toCsvRow(COLUMNS, row);
  return flaw === "wrong-column-count" ? withoutLastField(line) : line;
}

/** What the check is called as a source record: the setting, its reference, and the day. */
export function progressCheckRecordId({ held, story }: SourceRecord<CheckStory>): string {
  return `${story.setting.earlyYearsUrn}/${held.localId}/${story.date}`;
}
