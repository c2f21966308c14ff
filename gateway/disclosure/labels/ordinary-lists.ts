import { DEVELOPMENTAL_DOMAIN, LOINC, OBSERVATION_CATEGORY, SNOMED } from "#profiles/systems.ts";
import type { LabelDefault, LabelList } from "./label-list.ts";

/** Codes that are known and no more confidential than any record of a child. */
export const ORDINARY_LISTS: readonly LabelList[] = [
  {
    id: "contract",
    reason:
      "Every code that the contract names was looked at when it was taken in; what is sensitive stands in another list.",
    from: "CodeSystems and ValueSets of the contract",
    confidentiality: "N",
    isContract: true,
  },
  {
    id: "vital-signs",
    reason: "What is measured of any child at any contact.",
    from: "FHIR R4 vital signs, LOINC; SNOMED CT observable entities of the same measures",
    confidentiality: "N",
    codes: {
      [LOINC]: [
        "85353-1",
        "9279-1",
        "8867-4",
        "2708-6",
        "59408-5",
        "8310-5",
        "8302-2",
        "8306-3",
        "8308-9",
        "3137-7",
        "9843-4",
        "8287-5",
        "8289-1",
        "29463-7",
        "3141-9",
        "8339-4",
        "39156-5",
        "59576-9",
        "77606-2",
        "85354-9",
        "8480-6",
        "8462-4",
        "8478-0",
      ],
      [SNOMED]: [
        "27113001",
        "50373000",
        "363812007",
        "60621009",
        "386725007",
        "364075005",
        "86290005",
        "75367002",
        "271649006",
        "271650006",
        "431314004",
      ],
    },
  },
  {
    id: "birth",
    reason: "What is noted of any child at birth.",
    from: "LOINC: gestational age and Apgar scores",
    confidentiality: "N",
    codes: { [LOINC]: ["11884-4", "18185-9", "9271-8", "9272-6", "9274-2"] },
  },
];

const PERSON_RELATED = ["Patient", "Consent", "Provenance", "AuditEvent"];

export const DEFAULTS: readonly LabelDefault[] = [
  {
    id: "mapped-health",
    reason:
      "An entry of a community child health record. Its mapper drops codes that say a child may be at risk, and lists raise what else is sensitive.",
    types: ["Observation"],
    dataClasses: ["health-visiting"],
    isWritten: false,
    confidentiality: "N",
  },
  {
    id: "mapped-education",
    reason:
      "What a school, a setting or a hub records of a child's learning and attendance, in items that its mapper knows one by one.",
    types: ["Observation"],
    dataClasses: ["education"],
    isWritten: false,
    confidentiality: "N",
  },
  {
    id: "mapped-sharing",
    reason: "What a register of decisions says beside the decisions.",
    types: ["Observation"],
    dataClasses: ["sharing"],
    isWritten: false,
    confidentiality: "N",
  },
  {
    id: "vital-signs",
    reason: "The profile of vital signs says what may stand under this category.",
    types: ["Observation"],
    categories: { [OBSERVATION_CATEGORY]: ["vital-signs"] },
    confidentiality: "N",
  },
  {
    id: "development",
    reason: "A finding on development, of any of the domains in which every child is seen.",
    types: ["Observation"],
    categories: {
      [DEVELOPMENTAL_DOMAIN]: [
        "communication-and-language",
        "personal-social-and-emotional",
        "gross-motor",
        "fine-motor",
        "problem-solving",
        "literacy",
        "mathematics",
        "understanding-the-world",
        "expressive-arts-and-design",
      ],
    },
    confidentiality: "N",
  },
  {
    id: "person",
    reason:
      "Who may see them is ruled by relationship, by data class and by what they are about; places are hidden by the fold.",
    types: PERSON_RELATED,
    confidentiality: "N",
  },
  {
    id: "service",
    reason:
      "Who gives care is told as any directory does; services whose name tells too much stand in their own lists.",
    types: ["Organization", "Practitioner", "PractitionerRole"],
    confidentiality: "N",
  },
];
