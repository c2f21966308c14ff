const LENGTH_MAX = 64;
/** What a FHIR type, parameter, modifier, scope or interaction may look like. */
const WORD = /^[A-Za-z_$*][A-Za-z0-9_.:$*/-]*$/;
/** Long enough for no code of FHIR's, short enough to catch an NHS number, a UPN, a postcode's neighbour or a birth date. */
const DIGITS = /\d{4,}|\d-\d/;

/**
 * A word of the caller's, fit to be repeated in an answer. Anything that is not plainly a word of the protocol is
 * described, not repeated: a parameter name can be an NHS number in the wrong place, and answers end in logs.
 */
export function echo(word: string): string {
  return word.length <= LENGTH_MAX && WORD.test(word) && !DIGITS.test(word) ? word : "(not repeated here)";
}
