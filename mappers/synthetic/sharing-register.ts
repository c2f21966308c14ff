import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { SourceRecord } from "./records.ts";
import type { SharingStory } from "./stories.ts";

const COLUMNS: readonly string[] = [
  "record_id",
  "child_id",
  "nhs_number",
  "upn",
  "given_name",
  "family_name",
  "birth_date",
  "postcode",
  "decision",
  "data_classes",
  "recipients",
  "purposes",
  "state",
  "decided_by",
  "decided_on",
  "valid_from",
  "valid_until",
  "recorded_by",
  "recorded_on",
  "responsible_person",
];

export const SHARING_REGISTER_HEADER = toCsvLine(COLUMNS);

/** Between the values of one field. */
const SEPARATOR = ";";

/** What the decision is called as a source record. */
export function sharingRecordId({ held }: SourceRecord<SharingStory>): string {
  return `${held.localId}-S1`;
}

/** A row of the register of what families decided about sharing. */
export function toSharingRegisterLine(record: SourceRecord<SharingStory>): string {
  const { held, story, flaw } = record;
  const row: Record<string, string | undefined> = {
    record_id: sharingRecordId(record),
    child_id: held.localId,
    nhs_number: held.nhsNumber,
    upn: held.upn,
    given_name: held.given,
    family_name: held.family,
    birth_date: held.birthDate,
    postcode: held.postcode,
    decision: story.decision,
    data_classes: story.dataClasses.join(SEPARATOR),
    recipients: story.recipients.join(SEPARATOR),
    purposes: story.purposes.join(SEPARATOR),
    state: story.state,
    decided_by: story.decidedOn === undefined ? undefined : "Data protection team",
    decided_on: story.decidedOn,
    valid_from: story.validFrom,
    valid_until: story.validUntil,
    recorded_by: "Family hub team",
    recorded_on: story.recordedOn,
    responsible_person: "parent",
  };
  if (flaw === "impossible-date") row.valid_from = impossibleDateOf(story.validFrom);
  if (flaw === "wrong-check-digit" && held.nhsNumber !== undefined)
    row.nhs_number = withWrongCheckDigit(held.nhsNumber);
  if (flaw === "unknown-outcome") row.decision = "perhaps";
  const line = toCsvRow(COLUMNS, row);
  return flaw === "wrong-column-count" ? withoutLastField(line) : line;
}
