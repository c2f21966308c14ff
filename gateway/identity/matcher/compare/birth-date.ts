import type { DateFeatures } from "./features.ts";
import { BIRTH_DATE, FIELD, MISSING } from "./fields.ts";
import type { Levels } from "./levels.ts";

export function compareBirthDates(levels: Levels, left: readonly DateFeatures[], right: readonly DateFeatures[]): void {
  let best: number = left.length === 0 || right.length === 0 ? MISSING : BIRTH_DATE.different;
  let rarity_bits = 0;
  for (const one of left) {
    for (const other of right) {
      const level = compareDates(one.date, other.date);
      if (level < best) {
        best = level;
        if (level === BIRTH_DATE.same) rarity_bits = one.bits;
      }
    }
  }
  levels.level[FIELD.birthDate] = best;
  levels.rarity_bits[FIELD.birthDate] = rarity_bits;
}

function compareDates(left: number, right: number): number {
  if (left === right) return BIRTH_DATE.same;
  const [leftYear, leftMonth, leftDay] = [Math.trunc(left / 10_000), Math.trunc(left / 100) % 100, left % 100];
  const [rightYear, rightMonth, rightDay] = [Math.trunc(right / 10_000), Math.trunc(right / 100) % 100, right % 100];
  if (leftYear === rightYear && leftMonth === rightDay && leftDay === rightMonth) return BIRTH_DATE.swapped;
  if (isOneDigitOff(left, right)) return BIRTH_DATE.slip;
  const same = Number(leftYear === rightYear) + Number(leftMonth === rightMonth) + Number(leftDay === rightDay);
  return same === 2 ? BIRTH_DATE.twoParts : BIRTH_DATE.different;
}

/** One digit replaced, or two digits beside each other exchanged. */
function isOneDigitOff(left: number, right: number): boolean {
  let one = left;
  let other = right;
  while (one % 10 === other % 10) {
    one = Math.trunc(one / 10);
    other = Math.trunc(other / 10);
  }
  if (Math.trunc(one / 10) === Math.trunc(other / 10)) return true;
  const isExchanged = one % 10 === Math.trunc(other / 10) % 10 && Math.trunc(one / 10) % 10 === other % 10;
  return isExchanged && Math.trunc(one / 100) === Math.trunc(other / 100);
}
