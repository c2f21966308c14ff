import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { HubStory } from "./hub-stories.ts";
import type { SourceRecord } from "./records.ts";

const REGISTRATION: readonly string[] = [
  "child_id",
  "nhs_number",
  "given_name",
  "family_name",
  "birth_date",
  "gender",
  "postcode",
  "hub_code",
  "hub_ods_code",
  "hub_name",
  "registered_on",
  "ended_on",
  "home_language",
  // In every such register, and none of a child's record: they have to be dropped on the way in.
  "parent_given_name",
  "parent_phone",
  "early_help_plan",
];

const CONTACT: readonly string[] = [
  "contact_id",
  "child_id",
  "contact_date",
  "contact_time",
  "activity",
  "attended",
  "session_name",
  "outcome",
];

export const HUB_REGISTRATION_HEADER = toCsvLine(REGISTRATION);
export const HUB_CONTACT_HEADER = toCsvLine(CONTACT);

/** The authority's own code of its hub: it has one. */
const HUB_CODE = "CENTRAL";

/** The child's registration, by table and key; its contacts hang off it. */
export function hubRecordId({ held }: SourceRecord<HubStory>): string {
  return `registrations/${held.localId}`;
}

/** A row of the register of a hub. */
export function toHubRegistrationLine({ held, story, flaw }: SourceRecord<HubStory>): string {
  const row: Record<string, string | undefined> = {
    child_id: held.localId,
    nhs_number: held.nhsNumber,
    given_name: held.given,
    family_name: held.family,
    birth_date: held.birthDate,
    gender: held.sex,
    postcode: held.postcode,
    hub_code: HUB_CODE,
    hub_ods_code: story.hub.odsCode,
    hub_name: story.hub.name,
    registered_on: story.registered,
    ended_on: story.ended,
    home_language: "English",
    parent_given_name: "Parent",
    parent_phone: "01632 960000",
    early_help_plan: "N",
  };
  if (flaw === "impossible-date") row.registered_on = impossibleDateOf(story.registered);
  if (flaw === "wrong-check-digit" && held.nhsNumber !== undefined) {
    row.nhs_number = withWrongCheckDigit(held.nhsNumber);
  }
  if (flaw === "unknown-outcome") row.gender = "perhaps";
  const line = toCsvRow(REGISTRATION, row);
  return flaw === "wrong-column-count" ? withoutLastField(line) : line;
}

/** The rows of all contacts of one child. */
export function toHubContactLines({ held, story }: SourceRecord<HubStory>): string {
  return story.contacts
    .map(({ date, time, activity, attended }, place) =>
      toCsvRow(CONTACT, {
        contact_id: `${held.localId}-${place + 1}`,
        child_id: held.localId,
        contact_date: date,
        contact_time: time,
        activity,
        attended,
        session_name: "Weekly group",
        outcome: attended === "yes" ? "Settled well" : undefined,
      }),
    )
    .join("");
}
