import { parseDate } from "./date.ts";

/** The time if a text is one of the clock written HH:MM or HH:MM:SS, as HH:MM:SS, else `undefined`. */
export function parseTime(text: string): string | undefined {
  const match = /^([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?$/.exec(text.trim());
  return match === null ? undefined : `${match[1]}:${match[2]}:${match[3] ?? "00"}`;
}

/**
 * A FHIR dateTime from a day and a clock time as people in England read them: the day alone when there is no time, else
 * with the offset that held in London at that moment. Both must be valid (`parseDate`, `parseTime`).
 *
 * Summer time runs from the last Sunday of March to the last Sunday of October, changing at 01:00 UTC both times (the
 * Summer Time Order 2002, in force for all dates from 2002 on). The hour that occurs twice in autumn is read as its
 * first occurrence; a time in the hour that spring leaves out is one of a clock not yet put forward, so winter time.
 */
export function toLondonDateTime(date: string, time?: string): string {
  if (time === undefined) return date;
  const clock = parseTime(time);
  if (clock === undefined || parseDate(date) === undefined) return date;
  return `${date}T${clock}${isSummerTime(date, clock) ? "+01:00" : "+00:00"}`;
}

function isSummerTime(date: string, clock: string): boolean {
  const year = Number(date.slice(0, 4));
  const moment = `${date}T${clock}`;
  return moment >= `${lastSunday(year, 3)}T02:00:00` && moment < `${lastSunday(year, 10)}T02:00:00`;
}

/** Last Sunday of a month of 31 days, as YYYY-MM-DD. */
function lastSunday(year: number, month: 3 | 10): string {
  const weekday = new Date(Date.UTC(year, month - 1, 31)).getUTCDay();
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${31 - weekday}`;
}
