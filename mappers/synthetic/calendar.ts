/**
 * Days as whole numbers from 1 January 1970, so that ages are subtractions. Dates are YYYY-MM-DD of the real calendar.
 * Plain arithmetic (the Gregorian calendar repeats every 400 years, counted from March): Date took half of all time.
 */

const DAYS_IN_ERA = 146_097;
/** Days from 1 March of the year 0 to 1 January 1970. */
const EPOCH = 719_468;

export function toDay(date: string): number {
  return dayOf(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

function dayOf(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? year : year - 1;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * DAYS_IN_ERA + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - EPOCH
  );
}

export function toDate(day: number): string {
  const shifted = day + EPOCH;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const dayOfEra = shifted - era * DAYS_IN_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return `${yearOfEra + era * 400 + (month <= 2 ? 1 : 0)}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** The same day of another month; a day that the month has not runs over into the next. */
export function addMonths(date: string, months: number): string {
  const from = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  return toDate(dayOf(Math.floor(from / 12), (from % 12) + 1, 1) + Number(date.slice(8, 10)) - 1);
}

/** An age in whole months and the days beyond them. */
export function monthsAndDaysBetween(from: string, to: string): { readonly months: number; readonly days: number } {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  const begun = years * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
  const months = to.slice(8) < from.slice(8) ? begun - 1 : begun;
  return { months, days: Math.max(0, toDay(to) - toDay(addMonths(from, months))) };
}

/** Calendar year in which the last reception year with a finished profile ended, seen from a date. Profiles are due on 30 June. */
export function lastProfileYear(today: string): number {
  const year = Number(today.slice(0, 4));
  return today.slice(5) >= "06-30" ? year : year - 1;
}

/** First and last day of birth of the children whose reception year ends in a calendar year. */
export function receptionCohort(endYear: number): { readonly first: string; readonly last: string } {
  return { first: `${endYear - 6}-09-01`, last: `${endYear - 5}-08-31` };
}
