import type { UKCoreProfile } from "./profile.ts";

export const VITAL_SIGNS: readonly UKCoreProfile[] = [
  {
    name: "UKCore-Observation-VitalSigns-BodyWeight",
    version: "1.0.0",
    base: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns",
    elements: {
      "Observation.code.coding:loinc.code": { fixedCode: "29463-7" },
      "Observation.code.coding:snomedCT": {
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-BodyWeightMeasurements" },
      },
      "Observation.value[x]": { min: 1, type: [{ code: "Quantity" }] },
      "Observation.value[x].unit": { fixedString: "kilogram" },
      "Observation.value[x].system": { fixedUri: "http://unitsofmeasure.org" },
      "Observation.value[x].code": { fixedCode: "kg" },
    },
  },
  {
    name: "UKCore-Observation-VitalSigns-BodyHeight",
    version: "1.1.1",
    base: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns",
    elements: {
      "Observation.code.coding:loinc.code": { fixedCode: "8302-2" },
      "Observation.code.coding:snomedCT": {
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-BodyHeightMeasurements" },
      },
      "Observation.value[x]": {
        min: 1,
        type: [{ code: "Quantity" }],
        binding: { strength: "required", valueSet: "http://hl7.org/fhir/ValueSet/all-distance-units" },
      },
    },
  },
  {
    name: "UKCore-Observation-VitalSigns-HeadCircumference",
    version: "1.0.0",
    base: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns",
    elements: {
      "Observation.code.coding:loinc.code": { fixedCode: "9843-4" },
      "Observation.code.coding:snomedCT": {
        binding: {
          strength: "preferred",
          valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-HeadCircumferenceMeasurements",
        },
      },
      "Observation.value[x]": { min: 1, type: [{ code: "Quantity" }] },
      "Observation.value[x].unit": { fixedString: "centimeter" },
      "Observation.value[x].system": { fixedUri: "http://unitsofmeasure.org" },
      "Observation.value[x].code": { fixedCode: "cm" },
    },
  },
  {
    name: "UKCore-Observation-VitalSigns-BMI",
    version: "1.0.0",
    base: "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns",
    elements: {
      "Observation.code.coding:loinc.code": { fixedCode: "39156-5" },
      "Observation.code.coding:snomedCT": {
        max: "1",
        binding: { strength: "preferred", valueSet: "https://fhir.hl7.org.uk/ValueSet/UKCore-BMI" },
      },
      "Observation.code.coding:snomedCT.system": { min: 1 },
      "Observation.code.coding:snomedCT.code": { min: 1 },
      "Observation.value[x]": { min: 1, type: [{ code: "Quantity" }] },
      "Observation.value[x].value": { min: 1 },
      "Observation.value[x].system": { min: 1, fixedUri: "http://unitsofmeasure.org" },
      "Observation.value[x].code": { min: 1, fixedCode: "kg/m2" },
    },
  },
];
