import type { CodeableConcept, Consent } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { ACT_CODE, CONSENT_SCOPE, DCH_PARENTAL_CONSENT, SHARING_DECISION } from "#profiles/systems.ts";
import { toCodeableConcept, toCoding } from "../datatypes/coding.ts";
import { toSourceRecordIdentifier } from "../datatypes/identifier.ts";
import { toPatientReference } from "../datatypes/reference.ts";
import { toReceivedObjection, toReviewProvision } from "../early-years-progress/sharing-decision.ts";
import type { Made, MapContext } from "../mapper.ts";
import type { ProgressCheck, Provider } from "./record.ts";
import { PARENTAL_CONSENT } from "./sections.ts";
import { toPerformer } from "./to-organization.ts";

/**
 * The parents' answer on sharing this review, about the Observations of this review alone. Consent obtained permits them;
 * consent not obtained is a nested denial of them, in force as received. No answer, or nothing to share, makes no Consent.
 * A Consent here is no legal basis; it can only withhold.
 */
export function toConsents(
  check: ProgressCheck,
  observations: readonly Made[],
  { record, organization }: { readonly record: string; readonly organization: Provider | undefined },
  context: MapContext,
): Made[] {
  const { parentalConsent, start, status } = check;
  const [first, ...others] = observations;
  if (parentalConsent === undefined || first === undefined) return [];
  const consent: Consent = {
    resourceType: "Consent",
    id: context.id(PARENTAL_CONSENT),
    meta: {
      profile: [
        canonical("StructureDefinition", "sharing-consent"),
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent",
      ],
    },
    ...(parentalConsent === "N" ? { extension: [toReceivedObjection()] } : {}),
    identifier: [toSourceRecordIdentifier(context.source, record, PARENTAL_CONSENT)],
    // A denial stays in force though the review was entered in error: the texts are still the child's.
    status: status === "entered-in-error" && parentalConsent === "Y" ? "entered-in-error" : "active",
    scope: toCodeableConcept(CONSENT_SCOPE, "patient-privacy"),
    category: [toCodeableConcept(ACT_CODE, "INFA"), toDecision(parentalConsent)],
    patient: toPatientReference(context.patientId),
    dateTime: start,
    ...(organization === undefined ? {} : { organization: [toPerformer(organization, context)] }),
    policyRule: toCodeableConcept(ACT_CODE, "OPTIN"),
    provision: toReviewProvision(parentalConsent === "Y", [first, ...others]),
  };
  return [{ slot: PARENTAL_CONSENT, record, resource: consent }];
}

/** Our word for the decision with the answer as it was given; the text is the answer's. */
function toDecision(answer: "Y" | "N"): CodeableConcept {
  const given = toCoding(DCH_PARENTAL_CONSENT, answer);
  return {
    coding: [toCoding(SHARING_DECISION, answer === "Y" ? "agreement" : "objection"), given],
    ...(given.display === undefined ? {} : { text: given.display }),
  };
}
