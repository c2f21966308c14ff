import type { Consent, ConsentProvision, ConsentProvisionActor, Extension } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import {
  ACT_CODE,
  ACT_REASON,
  CONSENT_SCOPE,
  DATA_CLASS,
  LOCAL_AUTHORITY,
  OBJECTION_DECISION_EXTENSION,
  OBJECTION_STATE,
  OBJECTION_STATE_EXTENSION,
  SHARING_DECISION,
} from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toOrganizationReference, toPatientReference } from "../datatypes/reference.ts";
import type { MapContext } from "../mapper.ts";
import type { Recipient, SharingRegisterRecord } from "./record.ts";

const PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/**
 * The entry as a Consent: what may be shared as the law allows (root, permit), and in it what a family has taken out
 * (nested, deny). An agreement states its limits on the root, since it takes nothing out.
 */
export function toConsent(record: SharingRegisterRecord, slot: string, context: MapContext): Consent {
  const extension = toExtensions(record);
  return {
    resourceType: "Consent",
    id: context.id(slot),
    meta: {
      profile: [
        canonical("StructureDefinition", "sharing-consent"),
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent",
      ],
    },
    ...(extension.length === 0 ? {} : { extension }),
    identifier: [
      { ...toSourceRecordIdentifier(context.source, record.recordId), assigner: { display: record.recordedBy } },
    ],
    // An entry that has ended stays active: its period says so, and at the moment of a request.
    status: record.decision === "objection" && record.state === "refused" ? "rejected" : "active",
    scope: toCodeableConcept(CONSENT_SCOPE, "patient-privacy"),
    category: [toCodeableConcept(ACT_CODE, "INFA"), toCodeableConcept(SHARING_DECISION, record.decision)],
    patient: toPatientReference(context.patientId),
    dateTime: record.recordedOn,
    performer: [toPerformer(record, context)],
    organization: [
      toOrganizationReference(context.organizationId({ system: LOCAL_AUTHORITY, value: context.localAuthority })),
    ],
    policyRule: toCodeableConcept(ACT_CODE, "OPTIN"),
    provision: toProvision(record),
  };
}

function toProvision(record: SharingRegisterRecord): ConsentProvision {
  const period = {
    start: record.validFrom,
    ...(record.validUntil === undefined ? {} : { end: record.validUntil }),
  };
  const limits: ConsentProvision = {
    ...(record.recipients.length === 0 ? {} : { actor: record.recipients.map(toActor) }),
    ...(record.purposes.length === 0 ? {} : { purpose: record.purposes.map((code) => toCoding(ACT_REASON, code)) }),
    class: record.dataClasses.map((code) => toCoding(DATA_CLASS, code)),
  };
  return record.decision === "agreement"
    ? { type: "permit", period, ...limits }
    : { type: "permit", period, provision: [{ type: "deny", period: { ...period }, ...limits }] };
}

function toActor(recipient: Recipient): ConsentProvisionActor {
  return {
    role: { coding: [toCoding(PARTICIPATION_TYPE, "IRCP", "information recipient")] },
    reference: { type: "Organization", identifier: { ...recipient } },
  };
}

/** The relationship in a word: the name of a parent is not needed to know on whose responsibility a decision rests. */
function toPerformer(
  { responsiblePerson }: SharingRegisterRecord,
  context: MapContext,
): NonNullable<Consent["performer"]>[number] {
  return responsiblePerson === "young-person"
    ? { ...toPatientReference(context.patientId), display: "Young person" }
    : { type: "RelatedPerson", display: responsiblePerson };
}

function toExtensions(record: SharingRegisterRecord): Extension[] {
  if (record.decision === "agreement") return [];
  const state = { url: OBJECTION_STATE_EXTENSION, valueCoding: toCoding(OBJECTION_STATE, record.state) };
  if (record.state === "received") return [state];
  return [
    state,
    {
      url: OBJECTION_DECISION_EXTENSION,
      extension: [
        { url: "decidedBy", valueString: record.decidedBy },
        { url: "decidedOn", valueDateTime: record.decidedOn },
      ],
    },
  ];
}
