import type { Observation } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { Finding } from "./finding.ts";
import type { ChildHealthMessage } from "./record.ts";
import { toPerformer } from "./to-organization.ts";

const UK_CORE_OBSERVATION = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation";

/** One Observation for each finding of a message; all of one message carry the same identifier. */
export function toObservations(message: ChildHealthMessage, context: MapContext): Made[] {
  return message.findings.map((finding) => ({
    slot: finding.slot,
    record: message.recordId,
    resource: toObservation(finding, message, context),
  }));
}

function toObservation(finding: Finding, message: ChildHealthMessage, context: MapContext): Observation {
  const { found, identifiers, members, derivedFrom, security, slot } = finding;
  const { status, category, code, ...others } = found;
  const toReference = (target: string) => ({ reference: `Observation/${context.id(target)}` });
  return {
    resourceType: "Observation",
    id: context.id(slot),
    meta: { profile: toProfiles(finding), ...(security.length === 0 ? {} : { security: [...security] }) },
    identifier: [toSourceRecordIdentifier(context.source, message.recordId), ...identifiers.map((one) => ({ ...one }))],
    status,
    ...(category === undefined ? {} : { category }),
    code,
    subject: toPatientReference(context.patientId),
    ...(message.organization === undefined ? {} : { performer: [toPerformer(message.organization, context)] }),
    ...others,
    ...(members.length === 0 ? {} : { hasMember: members.map(toReference) }),
    ...(derivedFrom.length === 0 ? {} : { derivedFrom: derivedFrom.map(toReference) }),
  };
}

/** Our profiles by their logical ids; the leaf profiles of vital signs follow UK Core's Observation themselves. */
function toProfiles({ profiles }: Finding): string[] {
  const claimed = profiles.map((profile) =>
    profile.startsWith("https:") ? profile : canonical("StructureDefinition", profile),
  );
  return profiles.some((profile) => profile.startsWith("https:")) ? claimed : [...claimed, UK_CORE_OBSERVATION];
}
