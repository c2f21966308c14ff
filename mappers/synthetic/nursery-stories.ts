import { entitlementOf } from "../early-years-census/entitlement.ts";
import type { Nursery } from "./areas.ts";
import { monthsAndDaysBetween, receptionCohort, toDate, toDay } from "./calendar.ts";
import type { Person, Setting } from "./people.ts";
import { createRandom } from "./random.ts";

/** What the early years census tells of a child at a nursery. */
export interface CensusStory {
  /** YYYY-MM-DD. */
  readonly referenceDate: string;
  readonly nursery: Nursery;
  readonly entryDate: string;
  readonly hoursAtSetting: number;
  readonly fundedHours: number;
  readonly extendedHours: number;
  readonly expandedHours: number;
  readonly weeks: number;
  readonly isInDisabilityAccessFund: boolean;
  readonly hasPupilPremium: boolean;
  readonly senProvision: "N" | "K" | "E";
  /** A code of the census's own list. */
  readonly ethnicity?: string;
}

/** What decides a child's life at a nursery, beside who it is. */
export interface NurseryFacts {
  /** 0 to 1; the trait that moves questionnaires and profile together. */
  readonly ability: number;
  /** Whether the child was of the last finished reception year, and at a nursery instead of a school. */
  readonly isReceptionInNursery: boolean;
  /** ETHNIC CATEGORY of the child's health records. */
  readonly ethnicCategory?: string | undefined;
}

const ATTENDS = 0.6;
const YOUNGEST_MONTHS = 9;
const REFERENCE_DAY = "01-15";

/** The code of the census for what health visiting says in codes of the NHS: the same child, asked twice. */
const ETHNICITY: Readonly<Record<string, string>> = {
  A: "WBRI",
  C: "WOTH",
  G: "MOTH",
  H: "AIND",
  J: "APKN",
  K: "ABAN",
  M: "BCRB",
  N: "BAFR",
  P: "BOTH",
  S: "OOTH",
  Z: "REFU",
};

/** The last reference date of the census, seen from a day. */
export function lastReferenceDate(today: string): string {
  const year = Number(today.slice(0, 4));
  return today.slice(5) >= REFERENCE_DAY ? `${year}-${REFERENCE_DAY}` : `${year - 1}-${REFERENCE_DAY}`;
}

/** Whether a child goes to the nursery of its area when it is old enough. */
export function attendsNursery(person: Person, setting: Setting): boolean {
  return createRandom(setting.seed, "nursery", person.index).chance(ATTENDS);
}

/** The child in the last census, if it was at the nursery then and old enough. */
export function censusOf(person: Person, facts: NurseryFacts, setting: Setting): CensusStory | undefined {
  const referenceDate = lastReferenceDate(setting.today);
  const year = Number(referenceDate.slice(0, 4));
  const isInReception = person.birthDate <= receptionCohort(year).last;
  if (isInReception ? !isInReceptionAtNursery(person, facts, year) : !attendsNursery(person, setting)) return undefined;
  const { months } = monthsAndDaysBetween(person.birthDate, referenceDate);
  if (months < YOUNGEST_MONTHS) return undefined;
  const random = createRandom(setting.seed, "census", person.index);
  const isOfWorkingParents = random.chance(0.55);
  const isDisadvantaged = random.chance(0.2);
  const hours = hoursOf(months, { isOfWorkingParents, isDisadvantaged }, year);
  const total = hours.fundedHours + hours.extendedHours + hours.expandedHours;
  const earliest = toDay(person.birthDate) + 270;
  const ethnicity = ETHNICITY[facts.ethnicCategory ?? ""];
  return {
    referenceDate,
    nursery: person.area.nursery,
    entryDate: toDate(Math.max(earliest, toDay(referenceDate) - random.between(7, 500))),
    ...hours,
    hoursAtSetting: Math.max(12, total) + random.pick([0, 0, 2.5, 5, 10]),
    weeks: random.pick([38, 38, 38, 48]),
    isInDisabilityAccessFund: facts.ability < 0.02,
    hasPupilPremium: isDisadvantaged && random.chance(0.8),
    senProvision: facts.ability < 0.02 ? "E" : facts.ability < 0.12 ? "K" : "N",
    ...(ethnicity === undefined ? {} : { ethnicity }),
  };
}

function isInReceptionAtNursery({ birthDate }: Person, facts: NurseryFacts, year: number): boolean {
  return facts.isReceptionInNursery && birthDate >= receptionCohort(year).first;
}

/** The hours a week to which a child of an age is entitled, all of which it takes. */
function hoursOf(
  months: number,
  { isOfWorkingParents, isDisadvantaged }: { readonly isOfWorkingParents: boolean; readonly isDisadvantaged: boolean },
  year: number,
): Pick<CensusStory, "fundedHours" | "extendedHours" | "expandedHours"> {
  const rules = entitlementOf(year);
  const isThree = months >= 36;
  const fundedHours = isThree || (isDisadvantaged && months >= 24) ? rules.fundedHours : 0;
  return {
    fundedHours,
    extendedHours: isThree && isOfWorkingParents ? rules.extendedHours : 0,
    expandedHours:
      !isThree && isOfWorkingParents ? Math.min(rules.expandedHours, rules.fundedAndExpandedHours - fundedHours) : 0,
  };
}
