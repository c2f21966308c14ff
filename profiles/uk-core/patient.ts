import type { UKCoreProfile } from "./profile.ts";

export const PATIENT: readonly UKCoreProfile[] = [
  {
    name: "UKCore-Patient",
    version: "2.6.1",
    base: "http://hl7.org/fhir/StructureDefinition/Patient",
    elements: {
      "Patient.extension:birthPlace": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/patient-birthPlace"] }],
      },
      "Patient.extension:birthSex": {
        type: [
          { code: "Extension", profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex"] },
        ],
      },
      "Patient.extension:cadavericDonor": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/patient-cadavericDonor"] }],
      },
      "Patient.extension:contactPreference": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactPreference"],
          },
        ],
      },
      "Patient.extension:deathNotificationStatus": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus"],
          },
        ],
      },
      "Patient.extension:ethnicCategory": {
        max: "1",
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"],
          },
        ],
      },
      "Patient.extension:fetalStatus": {
        type: [
          { code: "Extension", profile: ["http://hl7.org/fhir/6.0/StructureDefinition/extension-Patient.fetalStatus"] },
        ],
        isModifier: false,
      },
      "Patient.extension:residentialStatus": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ResidentialStatus"],
          },
        ],
      },
      "Patient.extension:patientInterpreterRequired": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"] }],
      },
      "Patient.extension:nhsNumberUnavailableReason": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberUnavailableReason"],
          },
        ],
        isModifier: false,
      },
      "Patient.identifier": {
        slicing: { discriminator: [{ type: "value", path: "system" }], ordered: false, rules: "open" },
        mustSupport: true,
      },
      "Patient.identifier:nhsNumber": { max: "1", mustSupport: false },
      "Patient.identifier:nhsNumber.extension:nhsNumberVerificationStatus": {
        max: "1",
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"],
          },
        ],
        mustSupport: false,
      },
      "Patient.identifier:nhsNumber.system": { min: 1, fixedUri: "https://fhir.nhs.uk/Id/nhs-number" },
      "Patient.identifier:nhsNumber.value": { min: 1 },
      "Patient.active": { mustSupport: true },
      "Patient.name": { mustSupport: true },
      "Patient.telecom": { mustSupport: true },
      "Patient.telecom.system.extension:otherContactSystem": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-OtherContactSystem"],
          },
        ],
      },
      "Patient.gender": { mustSupport: true },
      "Patient.birthDate": { mustSupport: true },
      "Patient.birthDate.extension:birthTime": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/patient-birthTime"] }],
      },
      "Patient.address": { mustSupport: true },
      "Patient.address.extension:addressKey": {
        type: [
          { code: "Extension", profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey"] },
        ],
        mustSupport: false,
      },
      "Patient.maritalStatus": {
        binding: {
          strength: "extensible",
          valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-PersonMaritalStatusCode",
        },
      },
      "Patient.contact.extension:contactRank": {
        type: [
          { code: "Extension", profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactRank"] },
        ],
      },
      "Patient.contact.extension:copyCorrespondenceIndicator": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-CopyCorrespondenceIndicator"],
          },
        ],
      },
      "Patient.contact.relationship": {
        binding: { strength: "extensible", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-PersonRelationshipType" },
      },
      "Patient.contact.telecom.system.extension:otherContactSystem": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-OtherContactSystem"],
          },
        ],
      },
      "Patient.communication.extension:proficiency": {
        max: "1",
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/patient-proficiency"] }],
      },
      "Patient.communication.language": {
        binding: { strength: "required", valueSet: "http://hl7.org/fhir/ValueSet/all-languages" },
      },
      "Patient.managingOrganization": { mustSupport: true },
    },
  },
];
