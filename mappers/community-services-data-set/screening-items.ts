import { displayOf } from "#profiles/generated/codes.ts";
import {
  CHILD_HEALTH_FINDING,
  CSDS_BLOOD_SPOT_STATUS,
  CSDS_EXAMINATION_RESULT,
  CSDS_HEARING_OUTCOME,
  NEWBORN_SCREEN,
  SNOMED,
} from "#profiles/systems.ts";
import { BLOOD_SPOT, EXAMINATION, HEARING } from "./table-names.ts";

interface SystemAndCode {
  readonly system: string;
  readonly code: string;
}

/** A column that holds the outcome of one newborn screen. */
export interface ScreeningItem {
  readonly table: string;
  readonly column: string;
  /** Item of the NHS Data Dictionary. */
  readonly item: string;
  /** What was screened for: as messages of Digital Child Health code the same, and in our CodeSystem `newborn-screen`. */
  readonly screens: readonly SystemAndCode[];
  /** A profile that its Observation follows besides `newborn-screen`, if it has a date. */
  readonly profile?: "blood-spot-screening" | "newborn-hearing-outcome";
  /** Columns that say when, the first of them that has a value. */
  readonly dates: readonly string[];
  /** Whether a list that is held here has the code. */
  isListed(code: string): boolean;
  /** Systems and codes under which it is served, the one that the source used first. */
  toCodes(code: string): readonly SystemAndCode[];
}

/** Each with the last part of the name of its list in Digital Child Health, and the SNOMED CT code of the test. */
const BLOOD_SPOT_CONDITIONS = [
  { column: "Result_Phenylketonuria", item: "PKU", screen: "phenylketonuria", list: "PKU", test: "314081000" },
  {
    column: "Result_SickleCellDisease",
    item: "SICKLE CELL DISEASE",
    screen: "sickle-cell-disease",
    list: "SCD",
    test: "314090007",
  },
  {
    column: "Result_CysticFibrosis",
    item: "CYSTIC FIBROSIS",
    screen: "cystic-fibrosis",
    list: "CF",
    test: "314080004",
  },
  {
    column: "Result_CongenitalHypothyroidism",
    item: "CONGENITAL HYPOTHYROIDISM",
    screen: "congenital-hypothyroidism",
    list: "CHT",
    test: "400984005",
  },
  { column: "Result_MCADD", item: "MCADD", screen: "mcadd", list: "MCADD", test: "428056008" },
  { column: "Result_Homocystinuria", item: "HCU", screen: "homocystinuria", list: "HCU", test: "940201000000107" },
  {
    column: "Result_MapleSyrupUrineDisease",
    item: "MSUD",
    screen: "maple-syrup-urine-disease",
    list: "MSUD",
    test: "940221000000103",
  },
  {
    column: "Result_GlutaricAciduriaTypeOne",
    item: "GA1",
    screen: "glutaric-aciduria-type-1",
    list: "GA1",
    test: "940131000000109",
  },
  {
    column: "Result_IsovalericAciduria",
    item: "IVA",
    screen: "isovaleric-acidaemia",
    list: "IVA",
    test: "940151000000102",
  },
] as const;

/** Newborn hearing screening programme outcome. */
const HEARING_OUTCOME = "276771000000107";

/** The list of neither hearing outcome is established, so their codes go through as they come. */
const HEARING_ITEMS: readonly ScreeningItem[] = [
  {
    table: HEARING,
    column: "Result_HearingScreening",
    item: "NEWBORN HEARING SCREENING OUTCOME",
    screens: [
      { system: SNOMED, code: HEARING_OUTCOME },
      { system: NEWBORN_SCREEN, code: "hearing-screening" },
    ],
    profile: "newborn-hearing-outcome",
    dates: [],
    isListed: () => false,
    toCodes: (code) => [{ system: CSDS_HEARING_OUTCOME, code }],
  },
  {
    table: HEARING,
    column: "Result_HearingAudiology",
    item: "NEWBORN HEARING AUDIOLOGY OUTCOME",
    screens: [{ system: NEWBORN_SCREEN, code: "hearing-audiology" }],
    profile: "newborn-hearing-outcome",
    dates: ["Procedure_Date"],
    isListed: () => false,
    toCodes: (code) => [{ system: CSDS_HEARING_OUTCOME, code }],
  },
];

const BLOOD_SPOT_ITEMS: readonly ScreeningItem[] = BLOOD_SPOT_CONDITIONS.map(({ column, item, screen, list, test }) => {
  const system = `https://fhir.nhs.uk/STU3/CodeSystem/DCH-BloodSpotOutcome${list}-1`;
  // The published list of phenylketonuria has lost its leading zeros.
  const published = (code: string): string => (list === "PKU" ? code.replace(/^0/, "") : code);
  const isListed = (code: string): boolean => displayOf(system, published(code)) !== undefined;
  return {
    table: BLOOD_SPOT,
    column,
    item: `NEWBORN BLOOD SPOT TEST OUTCOME STATUS CODE (${item})`,
    screens: [
      { system: SNOMED, code: test },
      { system: NEWBORN_SCREEN, code: `blood-spot-${screen}` },
    ],
    profile: "blood-spot-screening",
    dates: ["CardCompletion_Date", "TestResult_ReceivedDate"],
    isListed,
    toCodes: (code) => [
      { system: CSDS_BLOOD_SPOT_STATUS, code },
      ...(isListed(code) ? [{ system, code: published(code) }] : []),
    ],
  };
});

const EXAMINATION_ITEMS: readonly ScreeningItem[] = ["Hips", "Heart", "Eyes", "Testes"].map((part) => ({
  table: EXAMINATION,
  column: `Result_${part}`,
  item: `INFANT PHYSICAL EXAMINATION RESULT (${part.toUpperCase()})`,
  screens: [
    { system: CHILD_HEALTH_FINDING, code: `newborn-examination-${part.toLowerCase()}` },
    { system: NEWBORN_SCREEN, code: `examination-${part.toLowerCase()}` },
  ],
  dates: ["Examination_Date"],
  isListed: (code) => displayOf(CSDS_EXAMINATION_RESULT, code) !== undefined,
  toCodes: (code) => [{ system: CSDS_EXAMINATION_RESULT, code }],
}));

export const SCREENING_ITEMS: readonly ScreeningItem[] = [...HEARING_ITEMS, ...BLOOD_SPOT_ITEMS, ...EXAMINATION_ITEMS];
