import type { Consent } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { ACT_CODE, CONSENT_SCOPE, SHARING_DECISION } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import { toReceivedObjection, toReviewProvision } from "../early-years-progress/sharing-decision.ts";
import { toSettingReference } from "../foundation-stage/setting.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { ProgressCheckRecord } from "./record.ts";
import type { CheckName } from "./to-observation.ts";

/** The parents' answer on sharing this check, about its Observations alone; none where they did not answer. */
export function toConsents(
  check: ProgressCheckRecord,
  observations: readonly [Made, ...Made[]],
  { name, context }: { readonly name: CheckName; readonly context: MapContext },
): Made[] {
  const { sharing, setting, checkDate } = check;
  if (sharing === undefined) return [];
  const slot = `${name.check}/sharing`;
  const consent: Consent = {
    resourceType: "Consent",
    id: context.id(slot),
    meta: {
      profile: [
        canonical("StructureDefinition", "sharing-consent"),
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent",
      ],
    },
    ...(sharing.isAgreed ? {} : { extension: [toReceivedObjection()] }),
    status: "active",
    scope: toCodeableConcept(CONSENT_SCOPE, "patient-privacy"),
    category: [
      toCodeableConcept(ACT_CODE, "INFA"),
      toCodeableConcept(SHARING_DECISION, sharing.isAgreed ? "agreement" : "objection"),
    ],
    patient: toPatientReference(context.patientId),
    dateTime: sharing.on ?? checkDate,
    ...(sharing.by === undefined ? {} : { performer: [{ type: "RelatedPerson", display: sharing.by }] }),
    organization: [toSettingReference(setting, context)],
    policyRule: toCodeableConcept(ACT_CODE, "OPTIN"),
    provision: toReviewProvision(sharing.isAgreed, observations),
  };
  return [{ slot, record: name.record, resource: consent }];
}
