import { canonical } from "#profiles/canonical.ts";
import { FAMILY_HUB_ACTIVITY, FAMILY_HUB_OBSERVATION, OBSERVATION_CATEGORY } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toOrganizationReference, toPatientReference } from "../datatypes/reference.ts";
import { toUkDateTime } from "../datatypes/uk-time.ts";
import type { CsvRow, Made, MapContext } from "../mapper.ts";
import type { Hub } from "./hub.ts";
import { CONTACTS } from "./tables.ts";

const PROFILES = [
  canonical("StructureDefinition", "family-hub-contact"),
  "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
];

/** Whether the child came. A contact that was cancelled or missed says nothing of the child. */
export function isAttended({ attended }: CsvRow): boolean {
  return attended === "yes";
}

/** Whether a contact's day lies before the child's birth. */
export function isBeforeBirth({ contact_date: date = "" }: CsvRow, { birth_date: birth = "" }: CsvRow): boolean {
  return date < birth;
}

/** That the child came to an activity of a hub; which one stands in the value. */
export function toHubContact(contact: CsvRow, hub: Hub, context: MapContext): Made {
  const { contact_id: id = "", contact_date: date = "", contact_time: time, activity = "" } = contact;
  const record = `${CONTACTS}/${id}`;
  return {
    slot: record,
    record,
    resource: {
      resourceType: "Observation",
      id: context.id(record),
      meta: { profile: [...PROFILES] },
      identifier: [toSourceRecordIdentifier(context.source, record)],
      status: "final",
      category: [toCodeableConcept(OBSERVATION_CATEGORY, "social-history")],
      code: toCodeableConcept(FAMILY_HUB_OBSERVATION, "family-hub-contact"),
      subject: toPatientReference(context.patientId),
      effectiveDateTime: time === undefined ? date : toUkDateTime(date, time),
      performer: [toOrganizationReference(context.organizationId(hub.identifiers[0]), hub.name)],
      valueCodeableConcept: toCodeableConcept(FAMILY_HUB_ACTIVITY, activity),
    },
  };
}
