import { SCREENING_ITEMS } from "./screening-items.ts";
import { ACTIVITY, ASSESSMENT, BREASTFEEDING, CONTACT, OBS, REFERRAL, REFERRAL_ASSESSMENT } from "./table-names.ts";

/** Slots of what is made, as the tables of fields and rules name them: a word in braces stands for any text. */
const of = (table: string, ...items: readonly string[]): string[] => items.map((item) => `${table}/{key}/${item}`);

export const REVIEW = of(ACTIVITY, "review");
export const CODED_MEASUREMENT = of(ACTIVITY, "weight", "height", "length", "head-circumference");
export const CODED_SCORE = of(ACTIVITY, "score");
export const OTHER_OBSERVATION = of(ACTIVITY, "observation");
export const FINDING = of(ACTIVITY, "finding");
export const PROCEDURE = of(ACTIVITY, "procedure");
export const FEEDING_FINDING = of(ACTIVITY, "breastfeeding");
export const FEEDING_STATUS = of(BREASTFEEDING, "breastfeeding");
export const WEIGHT = of(OBS, "weight");
export const HEIGHT = of(OBS, "height");
export const LENGTH = of(OBS, "length");
export const CONTACT_SCORE = of(ASSESSMENT, "score");
export const REFERRAL_SCORE = of(REFERRAL_ASSESSMENT, "score");
export const CONTACT_PANEL = of(CONTACT, "asq-3-{month}");
export const REFERRAL_PANEL = of(REFERRAL, "asq-3-{month}");
export const BAND = ["{score}/asq-3-band"];
export const Z_SCORE = ["{measurement}/z-score"];
export const CENTILE = ["{measurement}/centile"];

export const FEEDING = [...FEEDING_FINDING, ...FEEDING_STATUS];
export const MEASUREMENTS = [...CODED_MEASUREMENT, ...WEIGHT, ...HEIGHT, ...LENGTH];
export const GROWTH = [...Z_SCORE, ...CENTILE];

/** All that was found at a contact, and what is computed from it. */
export const AT_CONTACT = [CONTACT, ACTIVITY, BREASTFEEDING, OBS, ASSESSMENT].map((table) => `${table}/{rest}`);
/** What was assessed for a referral, on a day of its own. */
export const AT_REFERRAL = [REFERRAL, REFERRAL_ASSESSMENT].map((table) => `${table}/{rest}`);

export function screensOf(table: string, column?: string): string[] {
  return SCREENING_ITEMS.filter(
    (item) => item.table === table && (column === undefined || item.column === column),
  ).flatMap((item) => of(table, item.column));
}
