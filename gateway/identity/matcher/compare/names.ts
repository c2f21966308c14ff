import type { NameFeatures } from "./features.ts";
import { FAMILY, FIELD, GIVEN, MISSING } from "./fields.ts";
import type { Levels } from "./levels.ts";
import { isOneSlip, jaroWinkler } from "./similarity.ts";

const CLOSE = 0.92;
const SIMILAR = 0.82;
/** A slip in a shorter name makes another name as likely as not: Ava and Eva. */
const SLIP_LENGTH_MIN = 5;
/** A slip is at least so much rarer than the name it was made of. */
const SLIP_RARITY_bits = 6;
/** First parts of so many names that what follows them is what the child is called by. */
const FORENAMES_OF_MANY: ReadonlySet<string> = new Set(
  "mohammed muhammad mohammad mohamed muhammed mohamad mohamud md mohd muhamed abdul abd syed sayed bibi".split(" "),
);

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

/** One of both names exactly, the other but for a slip. What it says of the family name counts with the given name. */
function isSwapped(left: NameFeatures, right: NameFeatures): boolean {
  if (left.given === "" || left.family === "" || right.given === "" || right.family === "") return false;
  if (left.given === right.given || left.family === right.family) return false;
  if (left.given === right.family) return isNearly(left.family, right.given);
  return left.family === right.given && isNearly(left.given, right.family);
}

function isNearly(left: string, right: string): boolean {
  return left === right || (Math.min(left.length, right.length) >= SLIP_LENGTH_MIN && isOneSlip(left, right));
}

function compareGiven(left: NameFeatures, right: NameFeatures): number {
  if (left.given === "" || right.given === "") return MISSING;
  if (left.given === right.given) return GIVEN.same;
  const shared = compareWords(left.givenWords, right.givenWords);
  if (shared !== undefined) return shared;
  if (left.given.length === 1 || right.given.length === 1) {
    return left.given.charCodeAt(0) === right.given.charCodeAt(0) ? GIVEN.initial : GIVEN.different;
  }
  for (const family of left.givenFamilies) if (right.givenFamilies.includes(family)) return GIVEN.nickname;
  const spelling = compareSpelling(left.given, right.given);
  if (spelling === undefined) return GIVEN.different;
  const isEven = Math.abs(left.given_bits - right.given_bits) < SLIP_RARITY_bits;
  if (isEven && left.isKnownGiven && right.isKnownGiven) return GIVEN.alike;
  // Names in their own right differ in their first letter more often than slips do: Jayden and Kayden.
  const isSameStart = left.given.charCodeAt(0) === right.given.charCodeAt(0);
  return spelling === "close" && isSameStart ? GIVEN.close : GIVEN.similar;
}

/** Where one side has several words: whether they hold each other, or share one and part in another. */
function compareWords(left: readonly string[], right: readonly string[]): number | undefined {
  if (left.length === 1 && right.length === 1) return undefined;
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  let shared = 0;
  let isOnlyOfMany = true;
  for (const word of short) {
    const isShared = long.includes(word);
    const isInitial = word.length === 1 && long.some((other) => other.startsWith(word));
    const isMatched = isShared || isInitial || long.some((other) => isOneWord(word, other));
    if (!isMatched) continue;
    shared++;
    if (!FORENAMES_OF_MANY.has(word) && !isInitial) isOnlyOfMany = false;
  }
  if (shared === 0) return undefined;
  if (shared < short.length) return GIVEN.partDiffers;
  if (short.length === long.length) return isOnlyOfMany ? GIVEN.partDiffers : GIVEN.close;
  return isOnlyOfMany ? GIVEN.partDiffers : GIVEN.part;
}

function isOneWord(left: string, right: string): boolean {
  if (left.length === 1 || right.length === 1) return left.charCodeAt(0) === right.charCodeAt(0);
  return left.length >= SLIP_LENGTH_MIN && compareSpelling(left, right) === "close";
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

function compareSpelling(left: string, right: string): "close" | "similar" | undefined {
  const length = Math.min(left.length, right.length);
  if (length >= SLIP_LENGTH_MIN && isOneSlip(left, right)) return "close";
  const similarity = jaroWinkler(left, right);
  if (similarity >= CLOSE) return "close";
  if (similarity >= SIMILAR) return "similar";
  return length >= 3 && isOneSlip(left, right) ? "similar" : undefined;
}
