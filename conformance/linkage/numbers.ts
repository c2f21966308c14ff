import type { Random } from "./random.ts";

const UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ";
const AUTHORITY_CODES = ["383", "205", "341", "343", "344", "342", "340", "876"];

/** Modulus 11 over nine digits, weights 10 to 2; undefined where the remainder makes 10, which is never issued. */
function checkDigit(nine: string): number | undefined {
  let sum = 0;
  for (let index = 0; index < 9; index += 1) sum += Number(nine[index]) * (10 - index);
  const digit = 11 - (sum % 11);
  return digit === 10 ? undefined : digit % 11;
}

/**
 * The NHS number of the n-th child, of the 999 range, which belongs to nobody. 999 leaves under a million numbers that
 * are valid; a cohort of more children than that uses them twice.
 */
export function nhsNumberOf(index: number): string {
  for (let serial = (index * 7_919) % 1_000_000; ; serial = (serial + 1) % 1_000_000) {
    const nine = `999${String(serial).padStart(6, "0")}`;
    const check = checkDigit(nine);
    if (check !== undefined) return `${nine}${check}`;
  }
}

/** A unique pupil number of an establishment 3950–3999: letter of check, authority, establishment, year, serial. */
export function drawUpn(birthYear: number, random: Random): string {
  const establishment = 3950 + random.below(50);
  const year = String((birthYear + 4) % 100).padStart(2, "0");
  const digits = `${random.pick(AUTHORITY_CODES)}${establishment}${year}${String(random.below(1000)).padStart(3, "0")}`;
  let sum = 0;
  for (let index = 0; index < 12; index += 1) sum += Number(digits[index]) * (index + 2);
  return `${UPN_LETTERS[sum % 23]}${digits}`;
}
