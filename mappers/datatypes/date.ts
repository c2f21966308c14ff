/** The date if a text is a real day of the calendar written YYYY-MM-DD, else `undefined`. */
export function parseDate(text: string): string | undefined {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text.trim());
  return match === null ? undefined : toRealDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The date as YYYY-MM-DD if a text is a real day written day first (dd/mm/yyyy), else `undefined`. */
export function parseDayFirstDate(text: string): string | undefined {
  const match = /^([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4})$/.exec(text.trim());
  return match === null ? undefined : toRealDate(Number(match[3]), Number(match[2]), Number(match[1]));
}

function toRealDate(year: number, month: number, day: number): string | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
