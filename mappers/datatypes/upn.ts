/** The letters of a UPN in the order of their values 0 to 22; I, O and S are left out. */
const LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ";
const SHAPE = /^[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]$/;

/** A UPN in the form in which it is compared: upper case, no spaces. */
export function normaliseUpn(text: string): string {
  return text.replace(/\s/g, "").toUpperCase();
}

/**
 * Whether a text is a unique pupil number, permanent or temporary, with a right check letter. Upper case only.
 * The letter is the remainder by 23 of the sum of position times value over positions 2 to 13; the final letter of a
 * temporary number counts by its place in the alphabet of the check letters.
 *
 * Source: DfE, Unique pupil numbers, annex on the check letter; Common Basic Data Set N00001.
 */
export function isUpn(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  let sum = 0;
  for (let index = 1; index < 13; index++) {
    const character = text.charAt(index);
    const letter = LETTERS.indexOf(character);
    sum += (index + 1) * (letter === -1 ? Number(character) : letter);
  }
  return LETTERS.charAt(sum % 23) === text.charAt(0);
}

/** Whether a UPN is a temporary one: the last character of its serial number is a letter. */
export function isTemporaryUpn(text: string): boolean {
  return isUpn(text) && /[A-Z]$/.test(text);
}
