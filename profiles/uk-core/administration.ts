import type { UKCoreProfile } from "./profile.ts";

export const ADMINISTRATION: readonly UKCoreProfile[] = [
  {
    name: "UKCore-Consent",
    version: "2.4.0",
    base: "http://hl7.org/fhir/StructureDefinition/Consent",
    elements: {
      "Consent.status": { mustSupport: true },
      "Consent.scope": { mustSupport: true },
      "Consent.category": { mustSupport: true },
      "Consent.patient": { mustSupport: true },
      "Consent.dateTime": { mustSupport: true },
      "Consent.performer": { mustSupport: true },
      "Consent.organization": { mustSupport: true },
      "Consent.source[x]": { mustSupport: true },
      "Consent.provision.code": {
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-ConsentException" },
      },
    },
  },
  {
    name: "UKCore-Organization",
    version: "2.5.1",
    base: "http://hl7.org/fhir/StructureDefinition/Organization",
    elements: {
      "Organization.extension:mainLocation": {
        type: [
          { code: "Extension", profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MainLocation"] },
        ],
      },
      "Organization.extension:organizationPeriod": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/organization-period"] }],
      },
      "Organization.identifier": {
        slicing: { discriminator: [{ type: "value", path: "system" }], ordered: false, rules: "open" },
        mustSupport: true,
      },
      "Organization.identifier:odsOrganisationCode": { max: "1" },
      "Organization.identifier:odsOrganisationCode.system": {
        min: 1,
        fixedUri: "https://fhir.nhs.uk/Id/ods-organization-code",
      },
      "Organization.identifier:odsOrganisationCode.value": { min: 1 },
      "Organization.identifier:odsSiteCode": { max: "1" },
      "Organization.identifier:odsSiteCode.system": { min: 1, fixedUri: "https://fhir.nhs.uk/Id/ods-site-code" },
      "Organization.identifier:odsSiteCode.value": { min: 1 },
      "Organization.active": { mustSupport: true },
      "Organization.type": {
        binding: { strength: "extensible", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-OrganizationType" },
      },
      "Organization.name": { mustSupport: true },
      "Organization.telecom": { mustSupport: true },
      "Organization.address": { mustSupport: true },
    },
  },
  {
    name: "UKCore-Practitioner",
    version: "2.4.0",
    base: "http://hl7.org/fhir/StructureDefinition/Practitioner",
    elements: {
      "Practitioner.identifier": { mustSupport: true },
      "Practitioner.name": { mustSupport: true },
      "Practitioner.telecom": { mustSupport: true },
      "Practitioner.communication": {
        binding: { strength: "required", valueSet: "http://hl7.org/fhir/ValueSet/all-languages" },
      },
    },
  },
  {
    name: "UKCore-PractitionerRole",
    version: "2.4.0",
    base: "http://hl7.org/fhir/StructureDefinition/PractitionerRole",
    elements: {
      "PractitionerRole.active": { mustSupport: true },
      "PractitionerRole.period": { mustSupport: true },
      "PractitionerRole.practitioner": { mustSupport: true },
      "PractitionerRole.organization": { mustSupport: true },
      "PractitionerRole.specialty": {
        mustSupport: true,
        binding: { strength: "extensible", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-PracticeSettingCode" },
      },
      "PractitionerRole.location": { mustSupport: true },
      "PractitionerRole.telecom": { mustSupport: true },
    },
  },
  {
    name: "UKCore-Provenance",
    version: "1.2.0",
    base: "http://hl7.org/fhir/StructureDefinition/Provenance",
    elements: {
      "Provenance.target": { mustSupport: true },
      "Provenance.recorded": { mustSupport: true },
      "Provenance.agent": { mustSupport: true },
      "Provenance.signature": { mustSupport: true },
    },
  },
];
