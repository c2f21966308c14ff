import { displayOf } from "#profiles/generated/codes.ts";
import {
  CSDS_BLOOD_SPOT_OUTCOME,
  CSDS_BLOOD_SPOT_STATUS,
  CSDS_EXAMINATION_RESULT,
  CSDS_HEARING_OUTCOME,
} from "#profiles/systems.ts";
import { BLOOD_SPOT, EXAMINATION, HEARING } from "./table-names.ts";

/** A column that holds the outcome of one newborn screen. */
export interface ScreeningItem {
  readonly table: string;
  readonly column: string;
  /** Item of the NHS Data Dictionary. */
  readonly item: string;
  /** Code of our CodeSystem `newborn-screen`. */
  readonly screen: string;
  /** Columns that say when, the first of them that has a value. */
  readonly dates: readonly string[];
  /** Whether a list that is held here has the code. */
  isListed(code: string): boolean;
  /** Systems and codes under which it is served, the one that the source used first. */
  toCodes(code: string): readonly { readonly system: string; readonly code: string }[];
}

const BLOOD_SPOT_CONDITIONS: readonly (readonly [column: string, name: string, screen: string])[] = [
  ["Result_Phenylketonuria", "PKU", "phenylketonuria"],
  ["Result_SickleCellDisease", "SICKLE CELL DISEASE", "sickle-cell-disease"],
  ["Result_CysticFibrosis", "CYSTIC FIBROSIS", "cystic-fibrosis"],
  ["Result_CongenitalHypothyroidism", "CONGENITAL HYPOTHYROIDISM", "congenital-hypothyroidism"],
  ["Result_MCADD", "MCADD", "mcadd"],
  ["Result_Homocystinuria", "HCU", "homocystinuria"],
  ["Result_MapleSyrupUrineDisease", "MSUD", "maple-syrup-urine-disease"],
  ["Result_GlutaricAciduriaTypeOne", "GA1", "glutaric-aciduria-type-1"],
  ["Result_IsovalericAciduria", "IVA", "isovaleric-acidaemia"],
];

/** The list of neither hearing outcome is established, so their codes go through as they come. */
const HEARING_ITEMS: readonly ScreeningItem[] = [
  {
    table: HEARING,
    column: "Result_HearingScreening",
    item: "NEWBORN HEARING SCREENING OUTCOME",
    screen: "hearing-screening",
    dates: [],
    isListed: () => false,
    toCodes: (code) => [{ system: CSDS_HEARING_OUTCOME, code }],
  },
  {
    table: HEARING,
    column: "Result_HearingAudiology",
    item: "NEWBORN HEARING AUDIOLOGY OUTCOME",
    screen: "hearing-audiology",
    dates: ["Procedure_Date"],
    isListed: () => false,
    toCodes: (code) => [{ system: CSDS_HEARING_OUTCOME, code }],
  },
];

const BLOOD_SPOT_ITEMS: readonly ScreeningItem[] = BLOOD_SPOT_CONDITIONS.map(([column, name, screen]) => ({
  table: BLOOD_SPOT,
  column,
  item: `NEWBORN BLOOD SPOT TEST OUTCOME STATUS CODE (${name})`,
  screen: `blood-spot-${screen}`,
  dates: ["CardCompletion_Date", "TestResult_ReceivedDate"],
  isListed: (code) => isStatus(code.slice(0, 2)),
  toCodes: (code) => [
    ...(code.length === 2 && isStatus(code) ? [] : [{ system: CSDS_BLOOD_SPOT_STATUS, code }]),
    ...(isStatus(code.slice(0, 2)) ? [{ system: CSDS_BLOOD_SPOT_OUTCOME, code: code.slice(0, 2) }] : []),
  ],
}));

const EXAMINATION_ITEMS: readonly ScreeningItem[] = ["Hips", "Heart", "Eyes", "Testes"].map((part) => ({
  table: EXAMINATION,
  column: `Result_${part}`,
  item: `INFANT PHYSICAL EXAMINATION RESULT (${part.toUpperCase()})`,
  screen: `examination-${part.toLowerCase()}`,
  dates: ["Examination_Date"],
  isListed: (code) => displayOf(CSDS_EXAMINATION_RESULT, code) !== undefined,
  toCodes: (code) => [{ system: CSDS_EXAMINATION_RESULT, code }],
}));

export const SCREENING_ITEMS: readonly ScreeningItem[] = [...HEARING_ITEMS, ...BLOOD_SPOT_ITEMS, ...EXAMINATION_ITEMS];

function isStatus(code: string): boolean {
  return displayOf(CSDS_BLOOD_SPOT_OUTCOME, code) !== undefined;
}
