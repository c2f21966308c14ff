/**
 * SNOMED CT codes that say a child may be at risk. They are recognised so that they can be dropped before anything is
 * stored: they may be lawfully shared, but never as a by-product of a growth record.
 *
 * Source: the safeguarding codes of the Royal College of General Practitioners and the Digital Child Health value set
 * SafeguardingObservationCode.
 */
const SAFEGUARDING_CODES: ReadonlySet<string> = new Set([
  "836881000000105",
  "342191000000101",
  "886941000000103",
  "886951000000100",
  "1064461000000103",
]);

/** What a warning says instead of the code. */
export const WITHHELD_AT_THE_DOOR = "this entry is of a kind that is never taken in and was dropped before storage";

export function isSafeguardingCode(code: string | undefined): boolean {
  return code !== undefined && SAFEGUARDING_CODES.has(code);
}
