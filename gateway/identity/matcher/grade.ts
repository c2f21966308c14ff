import type { Features, NameFeatures } from "./compare/features.ts";
import {
  ADDRESS,
  BIRTH_DATE,
  FAMILY,
  FIELD,
  GIVEN,
  MISSING,
  NUMBER,
  PLAIN_NUMBER,
  POSTCODE,
} from "./compare/fields.ts";
import { calledBy } from "./compare/given-names.ts";
import { areSwappedThroughout } from "./compare/names.ts";
import { compareSpelling } from "./compare/similarity.ts";
import type { Comparison, Grade } from "./matcher.ts";

/** Probability from which a pair gets a grade. */
const PROBABILITY_MIN = { certain: 0.995, probable: 0.9, possible: 0.1 } as const;
/** Bits by which a certain candidate stands before the next one. */
export const MARGIN_MIN_bits = 6;

const ORDER: readonly Grade[] = ["certainly-not", "possible", "probable", "certain"];

export interface Judgement {
  /** No better grade than this, however much agrees. */
  readonly highest: Grade;
  readonly veto?: NonNullable<Comparison["veto"]>;
}

/** Whom the records are of. */
export interface Population {
  /** The people compared are known to have no twins, brothers or sisters among them. */
  readonly isFamilyless: boolean;
  /** People of all ages, whose birth dates lie so far apart that one slip away is nobody else's. */
  readonly isOfAllAges: boolean;
  /** Who else is like a pair was looked at in everything there is, so that a name of many tells a child alone. */
  readonly isWhole: boolean;
}

const CHILDREN: Population = { isFamilyless: false, isOfAllAges: false, isWhole: false };

const CERTAIN: Judgement = { highest: "certain" };
const PROBABLE: Judgement = { highest: "probable" };
const POSSIBLE: Judgement = { highest: "possible" };
const TWIN: Judgement = { highest: "probable", veto: "twin" };
const OTHER_NUMBER: Judgement = { highest: "certainly-not", veto: "nhs-number" };
const OTHER_UPN: Judgement = { highest: "probable", veto: "upn" };
const OTHER_PLACE: Judgement = { highest: "possible", veto: "twin" };

/**
 * What no sum of evidence may overcome. Family name, birth date, postcode, address and telephone are those of a family:
 * without the given name or a number they make nobody certain. Names and
 * postcode with a birth date a slip away are those of a namesake, a cousin or a child of that name next door.
 */
export function judge(left: Features, right: Features, level: Int8Array, population: Population = CHILDREN): Judgement {
  if (level[FIELD.nhsNumber] === NUMBER.different) {
    const areVerified = left.verifiedNhsNumbers.length > 0 && right.verifiedNhsNumbers.length > 0;
    return areVerified ? OTHER_NUMBER : POSSIBLE;
  }
  if (level[FIELD.birthOrder] === 1 && level[FIELD.birthDate] !== BIRTH_DATE.different) return OTHER_PLACE;
  const hasNumber = level[FIELD.nhsNumber] === NUMBER.same || level[FIELD.upn] === NUMBER.same;
  if (hasNumber) return judgeNumber(level);
  if (level[FIELD.upn] === NUMBER.different) return OTHER_UPN;
  const identifier = level[FIELD.identifier];
  if (identifier === PLAIN_NUMBER.same || identifier === PLAIN_NUMBER.slip) return CERTAIN;
  return judgeNames(left, right, level, population);
}

/** A number beside another birth date was mistyped or given to another child. */
function judgeNumber(level: Int8Array): Judgement {
  if (level[FIELD.birthDate] !== BIRTH_DATE.different) return CERTAIN;
  return (level[FIELD.given] ?? 0) >= GIVEN.alike ? POSSIBLE : PROBABLE;
}

function judgeNames(left: Features, right: Features, level: Int8Array, population: Population): Judgement {
  const { isFamilyless, isOfAllAges, isWhole } = population;
  const isOneDay = level[FIELD.birthDate] === BIRTH_DATE.same;
  if (!isOfAllAges && isElsewhere(level)) {
    return isOneDay && isNamedAlike(left, right, level, isWhole) ? CERTAIN : PROBABLE;
  }
  switch (level[FIELD.given]) {
    case GIVEN.same:
    case GIVEN.spelling:
    case GIVEN.nickname:
    case GIVEN.part:
    case GIVEN.close:
      return isOneDay || isOfAllAges ? CERTAIN : PROBABLE;
    case GIVEN.swapped:
      return isOfAllAges || (isOneDay && areSwappedThroughout(left.names, right.names)) ? CERTAIN : PROBABLE;
    case GIVEN.ofMany:
      return isOneDay && isWhole ? CERTAIN : PROBABLE;
    case GIVEN.similar:
      // Of one family and home with another birth date: a relative is called so as soon.
      return isOfAllAges && (isFamilyless || level[FIELD.birthDate] !== BIRTH_DATE.different) ? CERTAIN : PROBABLE;
    case MISSING:
    case GIVEN.initial:
      return isFamilyless ? CERTAIN : PROBABLE;
    default:
      if (isFamilyless) return CERTAIN;
      return isOneDay && (level[FIELD.family] ?? 9) <= FAMILY.similar ? TWIN : PROBABLE;
  }
}

/** Whether nothing of where they live agrees; where one tells no postcode, the address says it. */
export function isElsewhere(level: Int8Array): boolean {
  const postcode = level[FIELD.postcode] ?? MISSING;
  if (postcode !== MISSING) return postcode >= POSTCODE.district;
  const address = level[FIELD.address] ?? MISSING;
  return address === MISSING || address > ADDRESS.mostly;
}

/**
 * Who lives elsewhere is the same child by both names alone, as far as they are rare: by the name that it is called by, since
 * a second name is as soon another child's first. Where it is known how many bear them, also by a part of the
 * family name, by a slip, or by both names swapped.
 */
export function isNamedAlike(left: Features, right: Features, level: Int8Array, isWhole: boolean): boolean {
  const given = level[FIELD.given] ?? MISSING;
  if (given === GIVEN.swapped) return isWhole && areSwappedThroughout(left.names, right.names);
  const isGivenAlike = given >= GIVEN.same && given <= (isWhole ? GIVEN.close : GIVEN.part);
  const family = level[FIELD.family];
  const isFamilyAlike =
    family === FAMILY.same ||
    family === FAMILY.close ||
    (isWhole && family === FAMILY.part && isOneCutShort(left, right));
  return isGivenAlike && isFamilyAlike && (given !== GIVEN.part || areCalledAlike(left, right));
}

/**
 * All that one family name holds stands in the other, or one word of it was mistyped: two that share a word and have another
 * one each are of two families.
 */
function isOneCutShort(left: Features, right: Features): boolean {
  return left.names.some((one) =>
    right.names.some((other) => {
      const [short, long] = one.familyWords.length <= other.familyWords.length ? [one, other] : [other, one];
      const isCut = short.familyWords.length > 0 && short.familyWords.every((word) => long.familyWords.includes(word));
      return isCut || compareSpelling(one.family, other.family) === "close";
    }),
  );
}

function areCalledAlike(left: Features, right: Features): boolean {
  return left.names.some((one) => right.names.some((other) => beginsWith(one, other) || beginsWith(other, one)));
}

/** Syllables may be run together: Zi Hao and Zihao. */
function beginsWith(one: NameFeatures, other: NameFeatures): boolean {
  const [first] = calledBy(other.wordForms);
  const called = calledBy(one.wordForms).map(({ word }) => word);
  return first !== undefined && called.join("").startsWith(first.word);
}

/** Grade of a probability within what the judgement allows. */
export function toGrade(probability: number, { highest }: Judgement): Grade {
  const earned: Grade =
    probability >= PROBABILITY_MIN.certain
      ? "certain"
      : probability >= PROBABILITY_MIN.probable
        ? "probable"
        : probability >= PROBABILITY_MIN.possible
          ? "possible"
          : "certainly-not";
  return ORDER.indexOf(earned) <= ORDER.indexOf(highest) ? earned : highest;
}
