/**
 * Identifiers that no living child has: NHS numbers of the test range 999, unique pupil numbers of the establishments
 * that stand for no school, postcodes that were never issued. Each is a one-to-one function of a serial number, so
 * that a child can be made again on its own and two children never share a number.
 */

/** NHS numbers up to 999 009 9999 belong to the named children: the five digits after 999 start here. */
const FIRST_TEN = 1_000;
const TENS = 99_000;
/** Of ten consecutive numbers at least eight can be given a check digit and are not ten equal digits. */
const NUMBERS_IN_TEN = 8;
/** Shares no factor with TENS, so that multiplying by it only changes the order. */
const STRIDE = 61_813;
/** Serial numbers from 0 to this, without it, have NHS numbers of their own. */
const NHS_NUMBERS = TENS * NUMBERS_IN_TEN;
/** Serial numbers from here on are those of the children's mothers; below it, of the children. */
export const MOTHERS_FROM = NHS_NUMBERS / 2;

/** The NHS number of a serial number; `salt` (a whole number from 0) puts the numbers into another order. */
export function nhsNumberOf(serial: number, salt: number): string {
  const ten = FIRST_TEN + (((serial % TENS) * STRIDE + salt) % TENS);
  let wanted = Math.floor(serial / TENS) % NUMBERS_IN_TEN;
  for (let digit = 0; digit < 10; digit++) {
    const nine = `999${String(ten).padStart(5, "0")}${(digit + salt) % 10}`;
    const check = nhsCheckDigit(nine);
    // Ten nines pass the arithmetic, and systems use them for "not known".
    if (check === undefined || nine === "999999999") continue;
    if (wanted === 0) return nine + check;
    wanted--;
  }
  throw new RangeError("a serial number beyond the numbers there are");
}

/** Modulus 11 check digit of nine digits, or `undefined` where no number is issued (NHS Data Dictionary, NHS NUMBER). */
function nhsCheckDigit(nine: string): string | undefined {
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += Number(nine[index]) * (10 - index);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? undefined : String(check);
}

const UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ";
/** Serial numbers of one authority and one year that have a UPN of their own; establishment 3999 is the named children's. */
export const UPNS_IN_YEAR = 49_000;

/** The permanent UPN of a serial number within an authority and the year in which its academic year begins. */
export function upnOf(localAuthority: string, year: number, serial: number): string {
  return toUpn(localAuthority, year, { establishment: 3950 + (Math.floor(serial / 1000) % 49), serial: serial % 1000 });
}

/** The permanent UPN of a named child, of establishment 3999. */
export function namedUpnOf(localAuthority: string, year: number, serial: number): string {
  return toUpn(localAuthority, year, { establishment: 3999, serial });
}

/** Check letter: DfE, Unique pupil numbers, annex. */
function toUpn(localAuthority: string, year: number, given: { establishment: number; serial: number }): string {
  const padded = (value: number, length: number): string => String(value).padStart(length, "0");
  const digits = `${localAuthority}${given.establishment}${padded(year % 100, 2)}${padded(given.serial, 3)}`;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) sum += (index + 2) * Number(digits[index]);
  return UPN_LETTERS.charAt(sum % 23) + digits;
}

/** Letters that the inward part of an issued postcode never has. */
const NEVER_ISSUED = "CIKMOV";

/** A postcode of a real outward code and an inward part that is never issued; `draw` is a whole number from 0. */
export function postcodeOf(outward: string, draw: number): string {
  const letter = (number: number): string => NEVER_ISSUED.charAt(number % NEVER_ISSUED.length);
  return `${outward} ${draw % 10}${letter(Math.floor(draw / 10))}${letter(Math.floor(draw / 60))}`;
}
/** How many postcodes each outward code has. */
export const POSTCODES_IN_OUTWARD = 360;
