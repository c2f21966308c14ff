import type { FieldRow } from "../mapper.ts";

/**
 * The columns of the register: a template of this gateway, because there is no national form. `SourceIdentity` is what
 * finds the child; it goes no further, since the register says what a family decided, not who the child is.
 */
export const FIELDS: readonly FieldRow[] = [
  {
    field: "record_id",
    to: "Consent.identifier.where(system.endsWith('source-record-id'))",
    why: "a later row with the same one is the same entry, corrected",
  },
  { field: "child_id", to: "SourceIdentity.localId", why: "what the register calls the child" },
  { field: "nhs_number", to: "SourceIdentity.nhsNumber", why: "ten digits" },
  { field: "upn", to: "SourceIdentity.upn", why: "unique pupil number" },
  { field: "given_name", to: "SourceIdentity.given" },
  { field: "family_name", to: "SourceIdentity.family" },
  { field: "birth_date", to: "SourceIdentity.birthDate", why: "YYYY-MM-DD" },
  { field: "postcode", to: "SourceIdentity.postcode" },
  {
    field: "decision",
    to: "Consent.category.where(coding.system.endsWith('sharing-decision'))",
    why: "`objection` or `agreement`",
  },
  {
    field: "data_classes",
    to: "Consent.provision.provision.class",
    why: "`health-visiting`, `education`, separated by `;`; of an agreement `Consent.provision.class`",
  },
  {
    field: "recipients",
    to: "Consent.provision.provision.actor",
    why: "ODS codes, or schools as `383/3999`, separated by `;`; empty is everyone; of an agreement `Consent.provision.actor`",
  },
  {
    field: "purposes",
    to: "Consent.provision.provision.purpose",
    why: "codes of v3-ActReason, separated by `;`; empty is every purpose; of an agreement `Consent.provision.purpose`",
  },
  {
    field: "state",
    to: "Consent.extension.where(url.endsWith('objection-state'))",
    why: "`received`, `upheld` or `refused`; of an objection alone; with `refused` the status is rejected",
  },
  {
    field: "decided_by",
    to: "Consent.extension.where(url.endsWith('objection-decision')).extension.where(url='decidedBy')",
    why: "team or role, not a name; with `upheld` and `refused`",
  },
  {
    field: "decided_on",
    to: "Consent.extension.where(url.endsWith('objection-decision')).extension.where(url='decidedOn')",
    why: "YYYY-MM-DD; with `upheld` and `refused`",
  },
  { field: "valid_from", to: "Consent.provision.period.start", why: "YYYY-MM-DD" },
  { field: "valid_until", to: "Consent.provision.period.end", why: "YYYY-MM-DD, the last day; empty is without end" },
  { field: "recorded_by", to: "Consent.identifier.assigner.display", why: "team or role, not a name" },
  { field: "recorded_on", to: "Consent.dateTime", why: "YYYY-MM-DD" },
  {
    field: "responsible_person",
    to: "Consent.performer",
    why: "whose parental responsibility it rests on: `mother`, `father`, `parent`, `guardian`, `carer`, or `young-person` for the child itself",
  },
  { field: "responsible_name", why: "the relationship is enough", droppedAtDoor: true },
];
