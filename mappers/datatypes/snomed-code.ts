/** Multiplication in the dihedral group of order ten, as Verhoeff's scheme uses it. */
function multiply(left: number, right: number): number {
  const turned = left < 5 ? (left + (right % 5)) % 5 : (left - (right % 5) + 5) % 5;
  return left < 5 === right < 5 ? turned : turned + 5;
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const;

/** What a digit at a place from the right, counted from 0, becomes: the permutation applied that many times. */
function permute(digit: number, place: number): number {
  let permuted = digit;
  for (let times = place % 8; times > 0; times--) permuted = PERMUTATION[permuted] ?? 0;
  return permuted;
}

/**
 * Whether a text has the form of a SNOMED CT identifier: 6 to 18 digits, no leading zero, the last a right Verhoeff check
 * digit. A spreadsheet that keeps fifteen digits of a longer code is found out by it. Form alone: the code may not exist.
 *
 * Source: SNOMED CT Release File Specification, SCTID check-digit.
 */
export function isSnomedCode(text: string): boolean {
  if (!/^[1-9][0-9]{5,17}$/.test(text)) return false;
  let check = 0;
  for (let place = 0; place < text.length; place++) {
    check = multiply(check, permute(Number(text[text.length - 1 - place]), place));
  }
  return check === 0;
}
