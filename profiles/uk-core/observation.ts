import type { UKCoreProfile } from "./profile.ts";

export const OBSERVATION: readonly UKCoreProfile[] = [
  {
    name: "UKCore-Observation",
    version: "2.5.0",
    base: "http://hl7.org/fhir/StructureDefinition/Observation",
    elements: {
      "Observation.extension:triggeredByR5": {
        type: [
          {
            code: "Extension",
            profile: ["http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.triggeredBy"],
          },
        ],
      },
      "Observation.extension:bodyStructureR5": {
        type: [
          {
            code: "Extension",
            profile: ["http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.bodyStructure"],
          },
        ],
      },
      "Observation.status": { mustSupport: true },
      "Observation.category": { mustSupport: true },
      "Observation.code": {
        mustSupport: true,
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-ObservationType" },
      },
      "Observation.subject": { mustSupport: true },
      "Observation.effective[x]": { mustSupport: true },
      "Observation.performer": { mustSupport: true },
      "Observation.value[x]": { mustSupport: true },
      "Observation.bodySite": { binding: { strength: "preferred" } },
      "Observation.method": { binding: { strength: "preferred" } },
      "Observation.component": { mustSupport: true },
      "Observation.component.code": {
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-ObservationType" },
      },
    },
  },
  {
    name: "UKCore-Observation-VitalSigns",
    version: "1.1.1",
    base: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation",
    elements: {
      Observation: {
        constraint: [
          {
            key: "ukcore-obs-vs-001",
            severity: "error",
            human: "One of the codes is of LOINC.",
            expression: "code.coding.where(system='http://loinc.org').exists()",
          },
        ],
      },
      "Observation.extension:bodyPosition": {
        type: [{ code: "Extension", profile: ["http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"] }],
        isModifier: false,
      },
      "Observation.extension:bodyPosition.value[x]": {
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-BodyPosition" },
      },
      "Observation.extension:recordingSetting": {
        type: [
          {
            code: "Extension",
            profile: ["https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-RecordingSetting"],
          },
        ],
        isModifier: false,
      },
      "Observation.status": { fixedCode: "final" },
      "Observation.category": { min: 1, max: "1" },
      "Observation.category.coding.system": { fixedUri: "http://terminology.hl7.org/CodeSystem/observation-category" },
      "Observation.category.coding.code": { fixedCode: "vital-signs" },
      "Observation.code.coding": { slicing: { discriminator: [{ type: "value", path: "system" }], rules: "open" } },
      "Observation.code.coding:loinc": {
        min: 1,
        max: "1",
        binding: { strength: "extensible", valueSet: "http://hl7.org/fhir/ValueSet/observation-vitalsignresult" },
      },
      "Observation.code.coding:loinc.system": { fixedUri: "http://loinc.org" },
      "Observation.code.coding:snomedCT": {
        min: 1,
        binding: {
          strength: "preferred",
          valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-ObservationVitalSignsType",
        },
      },
      "Observation.code.coding:snomedCT.system": { fixedUri: "http://snomed.info/sct" },
      "Observation.subject": { min: 1 },
      "Observation.effective[x]": { min: 1 },
    },
  },
];
