import type { CsvRow } from "../mapper.ts";

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

/**
 * Beginnings of codes of Read v2, CTV3 and ICD-10 under which maltreatment and child protection are coded: whole chapters,
 * since a chapter too much costs less than a code too little. Looked for in whatever scheme a row names.
 */
const SAFEGUARDING_CHAPTERS = /^(13I|14X|SN55|TL7|T74|Y0[67]|Z6[12])/i;

/** What stands in a row instead of such a code, so that the row can still be told to have had one. */
export const WITHHELD = "withheld";

/** What a warning says instead of the code. */
export const WITHHELD_AT_THE_DOOR = "this entry is of a kind that is never taken in and was dropped before storage";

/** A column that can hold a code, and the columns that would say more about it. */
export interface CodedEntryColumns {
  readonly code: string;
  readonly about: readonly string[];
}

/** The row with each safeguarding code replaced by `withheld` and what is said about it taken out. */
export function withholdSafeguarding(row: CsvRow, entries: readonly CodedEntryColumns[]): CsvRow {
  const found = entries.filter(({ code }) => isSafeguarding(row[code] ?? ""));
  if (found.length === 0) return row;
  const gone = new Set(found.flatMap(({ about }) => about));
  const marks = Object.fromEntries(found.map(({ code }) => [code, WITHHELD]));
  return { ...Object.fromEntries(Object.entries(row).filter(([column]) => !gone.has(column))), ...marks };
}

function isSafeguarding(code: string): boolean {
  return SAFEGUARDING_CODES.has(code) || SAFEGUARDING_CHAPTERS.test(code);
}
