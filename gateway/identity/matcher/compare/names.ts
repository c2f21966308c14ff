import { plainSpelling } from "../normalise/spelling.ts";
import type { NameFeatures } from "./features.ts";
import { FAMILY, FIELD, GIVEN, MISSING } from "./fields.ts";
import { compareGiven } from "./given-names.ts";
import type { Levels } from "./levels.ts";
import { compareSpelling } from "./similarity.ts";

/** Shorter words are particles. */
const WORD_LENGTH_MIN = 3;

export function compareNames(levels: Levels, left: readonly NameFeatures[], right: readonly NameFeatures[]): void {
  const { level, rarity_bits } = levels;
  let given: number = Number.POSITIVE_INFINITY;
  let family: number = Number.POSITIVE_INFINITY;
  rarity_bits[FIELD.given] = 0;
  rarity_bits[FIELD.family] = 0;
  for (const one of left) {
    for (const other of right) {
      if (isSwapped(one, other)) {
        if (given <= GIVEN.swapped) continue;
        given = GIVEN.swapped;
        rarity_bits[FIELD.given] = Math.min(one.given_bits + one.family_bits, other.given_bits + other.family_bits);
        continue;
      }
      const givenLevel = compareGiven(one, other);
      if (givenLevel !== MISSING && givenLevel < given) {
        given = givenLevel;
        rarity_bits[FIELD.given] = rarityOf(givenLevel, one.given_bits, other.given_bits);
      }
      const familyLevel = compareFamily(one, other);
      if (familyLevel !== MISSING && familyLevel < family) {
        family = familyLevel;
        rarity_bits[FIELD.family] = rarityOf(familyLevel, one.family_bits, other.family_bits);
      }
    }
  }
  level[FIELD.given] = given === Number.POSITIVE_INFINITY ? MISSING : given;
  level[FIELD.family] = family === Number.POSITIVE_INFINITY ? MISSING : family;
}

/** Of a name and its slip, the name is the more frequent one. */
function rarityOf(level: number, left_bits: number, right_bits: number): number {
  return level === 0 ? left_bits : Math.min(left_bits, right_bits);
}

/**
 * The family name of each stands for a given name of the other, letter by letter: a slip would make a twin's name of it as
 * soon as of the child's own. What it says of the family name counts with the given name.
 */
function isSwapped(left: NameFeatures, right: NameFeatures): boolean {
  if (left.given === "" || left.family === "" || right.given === "" || right.family === "") return false;
  if (left.given === right.given || left.family === right.family) return false;
  const [there, back] = [standsAmong(left, right), standsAmong(right, left)];
  if (!there && !back) return false;
  if (!(there || isSpeltAmong(left, right)) || !(back || isSpeltAmong(right, left))) return false;
  return !left.familyWords.some((word) => word.length >= WORD_LENGTH_MIN && right.familyWords.includes(word));
}

/** Whether both names of two are swapped letter by letter: one that is spelled otherwise may be that of a twin. */
export function areSwappedThroughout(left: readonly NameFeatures[], right: readonly NameFeatures[]): boolean {
  return left.some((one) =>
    right.some((other) => isSwapped(one, other) && standsAmong(one, other) && standsAmong(other, one)),
  );
}

/** Whether the family name of one stands, whole, among the given names of the other, or they in it. */
function standsAmong({ family, familyWords }: NameFeatures, { given, givenWords }: NameFeatures): boolean {
  if (family === given) return true;
  if (family.length >= WORD_LENGTH_MIN && givenWords.includes(family)) return true;
  if (given.length >= WORD_LENGTH_MIN && familyWords.includes(given)) return true;
  return familyWords.length > 1 && familyWords.every((word) => givenWords.includes(word));
}

/** Where one name is swapped letter by letter, the other may be spelled otherwise. */
function isSpeltAmong({ family }: NameFeatures, { given, givenWords }: NameFeatures): boolean {
  if (family.length < WORD_LENGTH_MIN) return false;
  const plain = plainSpelling(family);
  return plain === plainSpelling(given) || givenWords.some((word) => plain === plainSpelling(word));
}

function compareFamily(left: NameFeatures, right: NameFeatures): number {
  if (left.family === "" || right.family === "") return MISSING;
  if (left.family === right.family) return FAMILY.same;
  if (left.familyWords.length > 1 || right.familyWords.length > 1) {
    for (const word of left.familyWords) if (word.length > 2 && right.familyWords.includes(word)) return FAMILY.part;
  }
  const spelling = compareSpelling(left.family, right.family);
  if (spelling === undefined) return FAMILY.different;
  return spelling === "close" ? FAMILY.close : FAMILY.similar;
}
