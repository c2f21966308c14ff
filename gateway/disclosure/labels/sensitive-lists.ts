import { CTV3, ICD_10, LOINC, READ_V2, SNOMED } from "#profiles/systems.ts";
import type { LabelList, ServiceList } from "./label-list.ts";

const ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
const RCGP = "Royal College of General Practitioners, Safeguarding toolkit, safeguarding codes";
const CHAPTERS = "chapters of ICD-10 and Read version 2";

/** Codes whose presence tells what few may know. */
export const SENSITIVE_LISTS: readonly LabelList[] = [
  {
    id: "safeguarding",
    reason:
      "That a child is thought to be at risk, or is protected, is shared on a recorded decision and never along the way.",
    from: `${RCGP}; ${CHAPTERS} on maltreatment and child protection`,
    confidentiality: "V",
    sensitivities: ["VIO"],
    codes: {
      [SNOMED]: [
        "836881000000105",
        "886941000000103",
        "886951000000100",
        "878111000000109",
        "1064461000000103",
        "1064961000000107",
      ],
      [READ_V2]: ["13WX.", "13W3.", "13If0", "13ZR.", "13ZT.", "13ZV.", "13ZW."],
      [CTV3]: ["XaZJs", "XafeJ", "XaaNV"],
    },
    chapters: { [READ_V2]: ["13I", "SN55", "TL7"], [ICD_10]: ["T74", "Y06", "Y07", "Z61", "Z62"] },
  },
  {
    id: "child-protection-plan",
    reason: "That there is a plan, for the child or in its family, is known to those who work on it.",
    from: RCGP,
    confidentiality: "V",
    sensitivities: ["VIO"],
    handling: ["child-protection-plan", "do-not-inform-family"],
    codes: {
      [SNOMED]: ["342191000000101", "375041000000100"],
      [READ_V2]: ["13Iv.", "13Iy."],
      [CTV3]: ["XaOnx", "XaPkF"],
    },
  },
  {
    id: "domestic-abuse",
    reason: "Whoever abuses must not learn from a child's record that it was told, nor where the family is.",
    from: `SNOMED CT; ${CHAPTERS}`,
    confidentiality: "R",
    sensitivities: ["SDV"],
    handling: ["do-not-inform-family"],
    codes: { [SNOMED]: ["412732008"] },
    chapters: { [READ_V2]: ["14X", "13VF"] },
  },
  {
    id: "mental-health",
    reason: "A parent's or a child's mental illness is for those who treat it or must take it into account.",
    from: `SNOMED CT; LOINC; ${CHAPTERS}. Disorders of development (F80 to F98) are no part of it`,
    confidentiality: "R",
    sensitivities: ["MH"],
    codes: {
      [SNOMED]: ["13746004", "35489007", "41006004", "48589009", "58703003", "74732009", "78667006", "248062006"],
      [LOINC]: ["44249-1", "44261-6", "69737-5", "70274-6", "71354-5", "99046-5"],
    },
    chapters: { [ICD_10]: ["F2", "F3", "F4", "F5", "F6"], [READ_V2]: ["E1", "E20", "E2B", "Eu2", "Eu3", "Eu4"] },
  },
  {
    id: "substance-use",
    reason: "A parent's use of alcohol or drugs, or what it did to an unborn child, is for those who act on it.",
    from: `SNOMED CT; LOINC; ${CHAPTERS}`,
    confidentiality: "R",
    sensitivities: ["ETH"],
    codes: {
      [SNOMED]: ["7200002", "15167005", "26416006", "66214007", "191816009"],
      [LOINC]: ["75626-2"],
    },
    chapters: {
      [ICD_10]: ["F10", "F11", "F12", "F13", "F14", "F15", "F16", "F17", "F18", "F19", "P04.4", "P96.1"],
      [READ_V2]: ["E23", "E24", "E25"],
    },
  },
  {
    id: "sexual-health",
    reason: "A child's record can tell of a parent's infection, which is the parent's to tell.",
    from: `SNOMED CT; LOINC; ${CHAPTERS}`,
    confidentiality: "R",
    sensitivities: ["STD"],
    codes: { [SNOMED]: ["8098009", "15628003", "76272004"] },
    chapters: { [ICD_10]: ["A50", "A51", "A52", "A53", "A54", "A55", "A56", "A57", "A58", "A59", "A60", "A63", "A64"] },
  },
  {
    id: "hiv",
    reason: "As sexual health; and that a baby was exposed tells of its mother.",
    from: `SNOMED CT; LOINC; ${CHAPTERS}`,
    confidentiality: "R",
    sensitivities: ["HIV"],
    codes: { [SNOMED]: ["86406008"], [LOINC]: ["56888-1"] },
    chapters: { [ICD_10]: ["B20", "B21", "B22", "B23", "B24", "Z21"], [READ_V2]: ["A788", "43C3"] },
  },
  {
    id: "adoption",
    reason: "What ties a child to who it was before an adoption is sealed.",
    from: "HL7 v3 RoleCode. Codes of clinical terminologies are not established here: a deployment names its own",
    confidentiality: "V",
    handling: ["adoption-sealed", "do-not-inform-family"],
    codes: { [ROLE_CODE]: ["CHLDADOPT", "DAUADOPT", "SONADOPT", "ADOPTP", "ADOPTF", "ADOPTM"] },
  },
];

/** Services that are told by their kind alone. Which organisations they are is for a deployment to name. */
export const SENSITIVE_SERVICES: readonly ServiceList[] = [
  {
    id: "refuge",
    reason: "That somebody at a refuge saw the child says where it lives and why.",
    kind: "Support service",
    confidentiality: "R",
    sensitivities: ["SDV"],
    words: ["refuge", "women's aid", "womens aid", "domestic abuse", "domestic violence", "idva", "marac"],
  },
  {
    id: "child-mental-health",
    reason: "That a mental health service saw the child says what it is seen for.",
    kind: "Health service",
    confidentiality: "R",
    sensitivities: ["MH"],
    words: ["camhs", "cypmhs", "mental health", "psychiatry", "psychiatric", "perinatal mental"],
  },
  {
    id: "safeguarding-team",
    reason: "That a safeguarding team or social care saw the child says that it may be at risk.",
    kind: "Children's service",
    confidentiality: "V",
    sensitivities: ["VIO"],
    words: [
      "safeguarding",
      "child protection",
      "children's social care",
      "social work",
      "social worker",
      "mash",
      "adoption",
    ],
  },
  {
    id: "substance-use-service",
    reason: "That a drug or alcohol service saw the child says what its parent is treated for.",
    kind: "Health service",
    confidentiality: "R",
    sensitivities: ["ETH"],
    words: ["substance misuse", "drug and alcohol", "addiction", "addictions"],
  },
  {
    id: "sexual-health-service",
    reason: "As of substance use.",
    kind: "Health service",
    confidentiality: "R",
    sensitivities: ["STD"],
    words: ["sexual health", "genitourinary", "gum clinic", "sarc"],
  },
];
