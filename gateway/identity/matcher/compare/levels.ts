import { compareAddresses } from "./address.ts";
import { compareBirthDates } from "./birth-date.ts";
import type { Features, Unnamed } from "./features.ts";
import { ADDRESS, FIELD, FIELD_NAMES, MISSING, NUMBER, PLACE, PLAIN_NUMBER, POSTCODE } from "./fields.ts";
import { compareNames } from "./names.ts";
import { comparePostcodes } from "./postcode.ts";
import { isOneSlip, jaroWinkler } from "./similarity.ts";

/** How two people agree, field by field; written anew by each comparison, so that scoring allocates nothing. */
export interface Levels {
  readonly level: Int8Array;
  /** Bits that the rarity of the value agreed on gives in place of the average; 0 at levels that have none. */
  readonly rarity_bits: Float64Array;
}

export function createLevels(): Levels {
  return { level: new Int8Array(FIELD_NAMES.length), rarity_bits: new Float64Array(FIELD_NAMES.length) };
}

/** Compares two people into `levels`. Several values a field: the best pair of values counts. */
export function compareInto(levels: Levels, left: Features, right: Features): void {
  compareNames(levels, left.names, right.names);
  compareAllButNames(levels, left, right);
}

/** The same without the names, which take longest. */
export function compareAllButNames(levels: Levels, left: Unnamed, right: Unnamed): void {
  const { level } = levels;
  compareBirthDates(levels, left.birthDates, right.birthDates);
  comparePostcodes(levels, left.postcodes, right.postcodes);
  const isGendered = left.genders !== 0 && right.genders !== 0;
  level[FIELD.gender] = isGendered ? ((left.genders & right.genders) === 0 ? 1 : 0) : MISSING;
  level[FIELD.nhsNumber] = compareNumbers(left.nhsNumbers, right.nhsNumbers);
  level[FIELD.upn] = compareNumbers(left.upns, right.upns);
  level[FIELD.identifier] = comparePlainNumbers(
    left.identifiers,
    right.identifiers,
    level[FIELD.nhsNumber] !== MISSING,
  );
  level[FIELD.address] = compareAddresses(left.addresses, right.addresses);
  level[FIELD.city] = comparePlaces(left.cities, right.cities);
  level[FIELD.district] = comparePlaces(left.districts, right.districts);
  level[FIELD.telecom] = comparePlainNumbers(left.telecoms, right.telecoms, false);
  const isOrdered = left.birthOrder > 0 && right.birthOrder > 0;
  level[FIELD.birthOrder] = isOrdered ? (left.birthOrder === right.birthOrder ? 0 : 1) : MISSING;
}

/** Who has moved has moved with everything: another address and city say nothing that the postcode has not said. */
export function leaveOutMove(level: Int8Array): void {
  if ((level[FIELD.postcode] ?? MISSING) < POSTCODE.district) return;
  if (level[FIELD.address] === ADDRESS.different) level[FIELD.address] = MISSING;
  if (level[FIELD.city] === PLACE.different) level[FIELD.city] = MISSING;
  if (level[FIELD.district] === PLACE.different) level[FIELD.district] = MISSING;
}

function compareNumbers(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return MISSING;
  return left.some((number) => right.includes(number)) ? NUMBER.same : NUMBER.different;
}

/** An NHS number with a wrong check digit is compared by its digits, with any other; two right ones were compared before. */
function comparePlainNumbers(left: readonly string[], right: readonly string[], hasNhsNumbers: boolean): number {
  if (left.length === 0 || right.length === 0) return MISSING;
  let best: number = MISSING;
  for (const one of left) {
    if (hasNhsNumbers && one.startsWith(PLAIN_NHS_NUMBER)) continue;
    for (const other of right) {
      if (hasNhsNumbers && other.startsWith(PLAIN_NHS_NUMBER)) continue;
      if (!isOneSystem(one, other)) continue;
      if (best === MISSING) best = PLAIN_NUMBER.different;
      if (one === other) return PLAIN_NUMBER.same;
      if (isOneSlip(one, other)) best = PLAIN_NUMBER.slip;
    }
  }
  return best;
}

const PLAIN_NHS_NUMBER = "nhsnumber|";

/** Numbers of two systems say nothing of each other. */
function isOneSystem(left: string, right: string): boolean {
  const length = left.lastIndexOf("|");
  if (length !== right.lastIndexOf("|")) return false;
  return length === -1 || left.slice(0, length) === right.slice(0, length);
}

const CLOSE_PLACE = 0.9;

function comparePlaces(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return MISSING;
  let best: number = PLACE.different;
  for (const one of left) {
    for (const other of right) {
      if (one === other) return PLACE.same;
      if (best > PLACE.close && jaroWinkler(one, other) >= CLOSE_PLACE) best = PLACE.close;
    }
  }
  return best;
}
