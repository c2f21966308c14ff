import type { DateFeatures, Features } from "../compare/features.ts";
import { ADDRESS, BIRTH_DATE, FIELD, GIVEN, MISSING, POSTCODE } from "../compare/fields.ts";
import { compareSpelling } from "../compare/similarity.ts";
import { isNamedAlike } from "../grade.ts";
import { levelsAt } from "./homes.ts";
import type { Linked } from "./link-people.ts";

/** Of a birth date as a number, what stands for the first of January. */
const NEW_YEAR = 101;
const YEAR_SPAN = 10_000;
const NUMBERS = [FIELD.nhsNumber, FIELD.upn, FIELD.identifier] as const;
/** Shorter words are particles. */
const WORD_LENGTH_MIN = 3;

/**
 * Which pairs are of one child although their birth dates differ: one is the first of January of the other's year, which is
 * written where the day is not known, of some origins far more often than of others. Both names, postcode and address agree
 * then, and no other record of either file bears that family name at that postcode: neither a cousin nor a namesake next door.
 */
export function findNewYears(linked: Pick<Linked, "people" | "candidates" | "table">): (pair: number) => boolean {
  const { people, candidates } = linked;
  const { left, right = [] } = people;
  const peopleAt = listPlaces([...left, ...right]);
  return (pair) => {
    const [one, other] = [left[candidates.left[pair] ?? 0], right[candidates.right[pair] ?? 0]];
    if (one === undefined || other === undefined) return false;
    const level = levelsAt(linked, pair);
    if (level[FIELD.birthDate] === BIRTH_DATE.same || !isNewYearOf(one.birthDates, other.birthDates)) return false;
    return isAtOneHome(level) && isOneName(one, other, level) && areAlone(one, other, peopleAt());
  };
}

function isNewYearOf(left: readonly DateFeatures[], right: readonly DateFeatures[]): boolean {
  const [one, other] = [left[0]?.date, right[0]?.date];
  if (one === undefined || other === undefined || left.length > 1 || right.length > 1) return false;
  if (Math.trunc(one / YEAR_SPAN) !== Math.trunc(other / YEAR_SPAN)) return false;
  return one % YEAR_SPAN === NEW_YEAR || other % YEAR_SPAN === NEW_YEAR;
}

function isAtOneHome(level: Int8Array): boolean {
  const address = level[FIELD.address] ?? MISSING;
  return level[FIELD.postcode] === POSTCODE.same && address !== MISSING && address <= ADDRESS.mostly;
}

/**
 * By both names as they are told, or a part of them, and born in the same place of several where both tell it. What a number
 * says beside another birth date is for a person.
 */
function isOneName(one: Features, other: Features, level: Int8Array): boolean {
  const given = level[FIELD.given];
  const isTold = given === GIVEN.same || given === GIVEN.part;
  const hasNoNumber = NUMBERS.every((field) => level[field] === MISSING);
  const isOther = level[FIELD.gender] === 1 || level[FIELD.birthOrder] === 1;
  return isTold && hasNoNumber && !isOther && isNamedAlike(one, other, level, true);
}

/** People by postcode, listed when they are first asked for: in most files no pair gets so far. */
function listPlaces(people: readonly Features[]): () => ReadonlyMap<string, readonly Features[]> {
  let listed: Map<string, Features[]> | undefined;
  return () => {
    if (listed !== undefined) return listed;
    listed = new Map();
    for (const person of people) {
      for (const { code } of person.postcodes) {
        const known = listed.get(code);
        if (known === undefined) listed.set(code, [person]);
        else known.push(person);
      }
    }
    return listed;
  };
}

function areAlone(one: Features, other: Features, peopleAt: ReadonlyMap<string, readonly Features[]>): boolean {
  const there = [...one.postcodes, ...other.postcodes].flatMap(({ code }) => peopleAt.get(code) ?? []);
  return there.every(
    (person) => person === one || person === other || !(areOfOneFamily(person, one) || areOfOneFamily(person, other)),
  );
}

/** As far as their names tell, in whichever field: given and family name may have been swapped. */
function areOfOneFamily(one: Features, other: Features): boolean {
  return one.names.some(({ family, givenWords, familyWords }) =>
    other.names.some(
      (name) =>
        compareSpelling(family, name.family) !== undefined ||
        name.familyWords.some(
          (word) => word.length >= WORD_LENGTH_MIN && (familyWords.includes(word) || givenWords.includes(word)),
        ),
    ),
  );
}
