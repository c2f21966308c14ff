/**
 * What UK Core says beyond R4 of the profiles that ours are derived from, in the sequence STU3: it publishes differentials
 * alone, so the snapshots of our profiles take it from here. Facts: https://simplifier.net/hl7fhirukcorer4
 */
export interface UKCoreProfile {
  /** Elements that are to be populated where known. */
  readonly mustSupport: readonly string[];
  readonly bindings?: Readonly<Record<string, { readonly strength: string; readonly valueSet: string }>>;
}

const BASE = "https://fhir.hl7.org.uk";

export const UK_CORE: Readonly<Record<string, UKCoreProfile>> = {
  [`${BASE}/StructureDefinition/UKCore-Patient`]: {
    mustSupport: [
      "Patient.identifier",
      "Patient.active",
      "Patient.name",
      "Patient.telecom",
      "Patient.gender",
      "Patient.birthDate",
      "Patient.address",
      "Patient.managingOrganization",
    ],
  },
  [`${BASE}/StructureDefinition/UKCore-Observation`]: {
    mustSupport: [
      "Observation.status",
      "Observation.category",
      "Observation.code",
      "Observation.subject",
      "Observation.effective[x]",
      "Observation.performer",
      "Observation.value[x]",
      "Observation.component",
    ],
    bindings: {
      "Observation.code": { strength: "preferred", valueSet: `${BASE}/ValueSet/UKCore-ObservationType` },
    },
  },
  [`${BASE}/StructureDefinition/UKCore-Consent`]: {
    mustSupport: [
      "Consent.status",
      "Consent.scope",
      "Consent.category",
      "Consent.patient",
      "Consent.dateTime",
      "Consent.performer",
      "Consent.organization",
      "Consent.source[x]",
    ],
    bindings: {
      "Consent.provision.code": { strength: "preferred", valueSet: `${BASE}/ValueSet/UKCore-ConsentException` },
    },
  },
};
