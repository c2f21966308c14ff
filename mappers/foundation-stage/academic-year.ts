/** First and last day of an academic year in England, YYYY-MM-DD. */
export interface AcademicYearPeriod {
  readonly start: string;
  readonly end: string;
}

/** The academic year that ends in the calendar year `endYear`: 1 September of the year before to 31 August. */
export function toAcademicYearPeriod(endYear: number): AcademicYearPeriod {
  return { start: `${endYear - 1}-09-01`, end: `${endYear}-08-31` };
}

/** The calendar year in which an academic year written `2024/2025` ends, or `undefined` if it is not written so. */
export function parseAcademicYear(text: string): number | undefined {
  const match = /^(20[0-9]{2})\/(20[0-9]{2})$/.exec(text);
  if (match === null) return undefined;
  const end = Number(match[2]);
  return Number(match[1]) + 1 === end ? end : undefined;
}

/** Whether a child of this birth date can be in the year of the profile: four to six years old on its last day. */
export function isProfileAge(birthDate: string, endYear: number): boolean {
  const youngest = `${endYear - 4}-08-31`;
  const oldest = `${endYear - 7}-08-31`;
  return birthDate > oldest && birthDate <= youngest;
}
