const CHARACTERS_max = 500;
/** A date, a run of digits as numbers have, and a postcode. */
const TELLING =
  /\d{2,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d[\d\s-]{5,}\d|\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|\b[A-Z]\d{11}[\dA-Z]\b/i;

export const REASON_EXPECTED = `at most ${CHARACTERS_max} characters without a number, date or postcode by which a child could be known`;

/** Whether a reason may be kept beside a decision: it is read in lists, and stays for ever. */
export function isSayable(reason: string): boolean {
  return reason.trim() !== "" && reason.length <= CHARACTERS_max && !TELLING.test(reason);
}
