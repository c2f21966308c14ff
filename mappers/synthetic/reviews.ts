import { monthsAndDaysBetween, toDate, toDay } from "./calendar.ts";
import { measurementOf } from "./growth.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";

/** COMMUNITY CARE ACTIVITY TYPE of the reviews that health visitors owe every child. */
export type ReviewType = "08" | "09" | "10" | "11";

/** One appointment for a review: kept, with its findings, or not kept, with none. */
export interface Review {
  readonly type: ReviewType;
  readonly date: string;
  /** ATTENDANCE STATUS: 5 and 6 are seen; 2, 3, 4 and 7 are not. */
  readonly attendance: "2" | "3" | "4" | "5" | "6" | "7";
  /** BREASTFEEDING STATUS, at six to eight weeks. */
  readonly breastfeeding?: "01" | "02" | "03";
  readonly weightKg?: number;
  readonly lengthCm?: number;
  readonly heightM?: number;
  readonly headCm?: number;
  /** Scores by SNOMED CT code of the assessment. */
  readonly assessments: readonly Assessment[];
}

export interface Assessment {
  readonly snomed: string;
  readonly score: number;
}

/** ASQ-3 codes in the order communication, gross motor, fine motor, problem solving, personal-social. */
const ASQ3: Readonly<Record<24 | 27 | 30, readonly string[]>> = {
  24: ["953211000000100", "953231000000108", "953221000000106", "953241000000104", "953251000000101"],
  27: ["953261000000103", "953281000000107", "953271000000105", "953291000000109", "953301000000108"],
  30: ["953311000000105", "953331000000102", "953321000000104", "953341000000106", "953351000000109"],
};
const ASQ_SE2: Readonly<Record<24 | 30, string>> = { 24: "1054011000000104", 30: "1054021000000105" };

/** Days of age in which each review happens, and how often the family is not at home the first time. */
const WINDOWS: readonly { type: ReviewType; first: number; last: number; missed: number; never: number }[] = [
  { type: "08", first: 10, last: 14, missed: 0.03, never: 0.01 },
  { type: "09", first: 42, last: 56, missed: 0.06, never: 0.04 },
  { type: "10", first: 330, last: 400, missed: 0.1, never: 0.1 },
  // From 23 months on there is a questionnaire; the window of the review starts at two years.
  { type: "11", first: 735, last: 905, missed: 0.12, never: 0.15 },
];
const REBOOKED_DAYS = { least: 2, most: 7 };

interface Circumstances {
  readonly ability: number;
  readonly today: string;
  readonly random: Random;
}

export function reviewsOf(person: Person, { ability, today, random }: Circumstances): readonly Review[] {
  const birth = toDay(person.birthDate);
  const size = { weight: random.normal(), length: random.normal(), head: random.normal() };
  const reviews: Review[] = [];
  for (const { type, first, last, missed, never } of WINDOWS) {
    const day = birth + random.between(first, last);
    const isMissed = random.chance(missed);
    const isNever = random.chance(never);
    const kept = isMissed ? day + random.between(REBOOKED_DAYS.least, REBOOKED_DAYS.most) : day;
    const attendance = random.pick(["5", "5", "5", "5", "6"] as const);
    const reason = random.pick(["3", "3", "2", "4", "7"] as const);
    const findings = findingsOf(type, person, { date: toDate(kept), ability, size, random });
    if ((isMissed || isNever) && day <= toDay(today)) {
      reviews.push({ type, date: toDate(day), attendance: reason, assessments: [] });
    }
    if (!isNever && kept <= toDay(today)) reviews.push({ type, date: toDate(kept), attendance, ...findings });
  }
  return reviews;
}

interface Circumstance {
  readonly date: string;
  readonly ability: number;
  readonly size: { readonly weight: number; readonly length: number; readonly head: number };
  readonly random: Random;
}

type Findings = Omit<Review, "type" | "date" | "attendance">;

function findingsOf(type: ReviewType, person: Person, { date, ability, size, random }: Circumstance): Findings {
  const age = monthsAndDaysBetween(person.birthDate, date);
  const child = { sex: person.sex, months: age.months + age.days / 30.4375 };
  // A child keeps to its line, give or take the scales and the day.
  const around = (deviation: number): number => Math.max(-3, Math.min(3, deviation * 0.9 + random.normal() * 0.2));
  const weightKg = rounded(measurementOf("weight", child, around(size.weight)), 2);
  const lengthCm = rounded(measurementOf("length", child, around(size.length)), 1);
  const headCm = rounded(measurementOf("head", child, around(size.head)), 1);
  const heightM = rounded(measurementOf("height", child, around(size.length)) / 100, 3);
  const breastfeeding = random.pick(["01", "01", "01", "02", "02", "03", "03", "03", "03"] as const);
  if (type === "08") return { weightKg, assessments: [] };
  if (type === "09") return { weightKg, lengthCm, headCm, breastfeeding, assessments: [] };
  if (type === "10") return { weightKg, lengthCm, assessments: [] };
  return { weightKg, heightM, assessments: assessmentsOf(age, ability, random) };
}

/** The questionnaire for an age changes in the middle of a month, at 25 months and 16 days and at 28 months and 16 days. */
function questionnaireOf({ months, days }: { months: number; days: number }): 24 | 27 | 30 {
  if (months < 25 || (months === 25 && days < 16)) return 24;
  return months < 28 || (months === 28 && days < 16) ? 27 : 30;
}

function assessmentsOf(age: { months: number; days: number }, ability: number, random: Random): readonly Assessment[] {
  const scores = ASQ3[questionnaireOf(age)].map((snomed) => ({ snomed, score: asq3Score(ability, random) }));
  if (!random.chance(0.8)) return scores;
  const concern = Math.max(0, 35 + (0.5 - ability) * 60 + random.normal() * 20);
  return [...scores, { snomed: ASQ_SE2[age.months < 27 ? 24 : 30], score: Math.min(465, toFives(concern)) }];
}

/** 0 to 60 in steps of five; low is a concern. */
function asq3Score(ability: number, random: Random): number {
  return Math.min(60, Math.max(0, toFives(36 + ability * 24 + random.normal() * 7)));
}

const toFives = (score: number): number => Math.round(score / 5) * 5;

function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
