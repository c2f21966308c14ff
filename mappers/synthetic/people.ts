import type { Area } from "./areas.ts";
import { addMonths, lastProfileYear, receptionCohort, toDate, toDay } from "./calendar.ts";
import { nhsNumberOf, POSTCODES_IN_OUTWARD, postcodeOf, upnOf } from "./identifiers.ts";
import { NAME_ORIGINS, type NameOrigin } from "./names.ts";
import { createRandom, hashKey, type Random } from "./random.ts";

/** A child as it truly is; what a source holds of it may differ. */
export interface Person {
  /** Name of the child in `truth.csv`; no source knows it. */
  readonly id: string;
  readonly area: Area;
  readonly given: string;
  readonly family: string;
  readonly sex: "female" | "male";
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly postcode: string;
  readonly nhsNumber: string;
  /** Had by children who have been in a reception class. */
  readonly upn?: string;
  /** Place of the child among the children that were made, from 0. */
  readonly index: number;
}

/** All that decides what is made. */
export interface Setting {
  readonly children: number;
  readonly seed: string | number;
  /** Share of source records that carry something wrong, 0 to 1. */
  readonly dirtRate: number;
  /** YYYY-MM-DD: ages are as on this day, and nothing happened after it. */
  readonly today: string;
  readonly areas: readonly [Area, ...Area[]];
}

/** Children come in pairs: twins, brothers and sisters, or two children who have nothing to do with each other. */
const TWINS = 0.03;
const SIBLINGS = 0.25;
/** Chosen so that about six children in ten have both health and education records. */
const OF_RECEPTION_COHORT = 0.76;
const OLDEST_MONTHS = 72;
const SIBLING_GAP_DAYS = { least: 320, most: 1500 };

/** The children of one area, by index, in order. */
export function* indicesOf(area: Area, setting: Setting): Generator<number> {
  const place = setting.areas.indexOf(area);
  if (place === -1) return;
  for (let index = place * 2; index < setting.children; index += setting.areas.length * 2) {
    yield index;
    if (index + 1 < setting.children) yield index + 1;
  }
}

/** The child at an index, made from nothing but the setting and the index. */
export function personOf(index: number, setting: Setting): Person {
  const { seed, areas } = setting;
  const pair = Math.floor(index / 2);
  const area = areas[pair % areas.length] ?? areas[0];
  const pairRandom = createRandom(seed, "pair", pair);
  const drawn = pairRandom.next();
  const bond = drawn < TWINS ? "twins" : drawn < TWINS + SIBLINGS ? "siblings" : "none";
  const household = householdOf(area, bond === "none" ? createRandom(seed, "household", index) : pairRandom);
  const birthDate = birthDateOf(index, bond, setting);
  const named = givenOf(index, household.origin, seed);
  const sibling = bond !== "none" && index % 2 === 1 ? givenOf(index - 1, household.origin, seed).given : undefined;
  const upn = upnFor(index, area, birthDate, setting);
  return {
    id: `child-${String(index + 1).padStart(6, "0")}`,
    index,
    area,
    given: named.given === sibling ? named.other : named.given,
    family: household.family,
    sex: named.sex,
    birthDate,
    postcode: household.postcode,
    nhsNumber: nhsNumberOf(index, saltOf(seed)),
    ...(upn === undefined ? {} : { upn }),
  };
}

/** The salt of this seed for `nhsNumberOf`. */
export function saltOf(seed: string | number): number {
  return hashKey([seed, "nhs-number"]) >>> 0;
}

function householdOf(area: Area, random: Random): { origin: NameOrigin; family: string; postcode: string } {
  const origin = originOf(random);
  return {
    origin,
    family: random.pick(origin.family),
    postcode: postcodeOf(random.pick(area.outwardCodes), random.between(0, POSTCODES_IN_OUTWARD - 1)),
  };
}

function originOf(random: Random): NameOrigin {
  let left = random.next() * NAME_ORIGINS.reduce((sum, origin) => sum + origin.weight, 0);
  for (const origin of NAME_ORIGINS) {
    left -= origin.weight;
    if (left < 0) return origin;
  }
  throw new RangeError("weights of name origins do not add up");
}

/** `other` is for the second of a pair whose first has the same name; it differs by construction. */
function givenOf(index: number, origin: NameOrigin, seed: string | number) {
  const random = createRandom(seed, "given", index);
  const sex: Person["sex"] = random.chance(0.4878) ? "female" : "male";
  const choices = origin[sex];
  const place = random.between(0, choices.length - 1);
  return { sex, given: choices[place] ?? choices[0], other: choices[(place + 1) % choices.length] ?? choices[0] };
}

function birthDateOf(index: number, bond: "twins" | "siblings" | "none", setting: Setting): string {
  const first = ownBirthDay(bond === "none" ? index : index - (index % 2), setting);
  if (bond !== "siblings" || index % 2 === 0) return toDate(first);
  const today = toDay(setting.today);
  const random = createRandom(setting.seed, "gap", index);
  const { least, most } = SIBLING_GAP_DAYS;
  const younger = first + least <= today;
  return toDate(
    younger ? first + random.between(least, Math.min(most, today - first)) : first - random.between(least, most),
  );
}

function ownBirthDay(index: number, setting: Setting): number {
  const random = createRandom(setting.seed, "birth", index);
  const { first, last, today } = birthDaysOf(setting);
  return random.chance(OF_RECEPTION_COHORT) ? random.between(first, last) : random.between(last + 1, today);
}

interface BirthDays {
  /** First and last day of birth of the reception cohort, as far as it is young enough. */
  readonly first: number;
  readonly last: number;
  readonly today: number;
}

/** The same for every child of a setting, and asked for each. */
const birthDays = new WeakMap<Setting, BirthDays>();

function birthDaysOf(setting: Setting): BirthDays {
  const known = birthDays.get(setting);
  if (known !== undefined) return known;
  const cohort = receptionCohort(lastProfileYear(setting.today));
  const oldest = toDay(addMonths(setting.today, -OLDEST_MONTHS)) + 1;
  const made: BirthDays = {
    first: Math.max(toDay(cohort.first), oldest),
    last: toDay(cohort.last),
    today: toDay(setting.today),
  };
  birthDays.set(setting, made);
  return made;
}

function upnFor(index: number, area: Area, birthDate: string, setting: Setting): string | undefined {
  const endYear = lastProfileYear(setting.today);
  const cohort = receptionCohort(endYear);
  if (birthDate < cohort.first || birthDate > cohort.last) return undefined;
  const serial = Math.floor(index / 2 / setting.areas.length) * 2 + (index % 2);
  return upnOf(area.localAuthority, endYear - 1, serial);
}
