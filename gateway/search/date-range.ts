import { ukInstant_ms } from "#mappers/datatypes/uk-time.ts";

/** A half-open span of time in milliseconds since 1970. */
export interface DateRange {
  readonly low_ms: number;
  readonly high_ms: number;
}

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The span that a FHIR date, dateTime or instant stands for: a partial date is its whole year, month or day, a time
 * its whole minute, second or fraction. Without a zone UK civil time is meant, which is the server's.
 * https://hl7.org/fhir/R4/search.html#date
 */
export function toDateRange(text: string): DateRange | undefined {
  const date = DATE.exec(text);
  if (date) return toCivilRange(date);
  const time = DATE_TIME.exec(text);
  return time ? toTimeRange(time) : undefined;
}

function toCivilRange([, year = "", month, day]: RegExpExecArray): DateRange | undefined {
  const y = Number(year);
  const m = month === undefined ? 1 : Number(month);
  const d = day === undefined ? 1 : Number(day);
  const start = new Date(0);
  // Unlike Date.UTC it takes the years before 100 for what they are.
  start.setUTCFullYear(y, m - 1, d);
  if (y === 0) return undefined;
  if (start.getUTCFullYear() !== y || start.getUTCMonth() !== m - 1 || start.getUTCDate() !== d) return undefined;
  const end = new Date(start);
  if (month === undefined) end.setUTCFullYear(y + 1);
  else if (day === undefined) end.setUTCMonth(m);
  else end.setUTCDate(d + 1);
  return { low_ms: ukInstant_ms(start.getTime()), high_ms: ukInstant_ms(end.getTime()) };
}

function toTimeRange([, date = "", hour, minute, second, fraction, zone]: RegExpExecArray): DateRange | undefined {
  const day = DATE.exec(date);
  if (!day || !toCivilRange(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined;
  // A leap second is one more than the clock of a Date has.
  const start_ms = Date.parse(`${date}T${hour}:${minute}:00${zone ?? "Z"}`);
  const utc_ms = start_ms + Number(second ?? 0) * 1_000;
  if (Number.isNaN(utc_ms)) return undefined;
  const whole_ms = zone === undefined ? ukInstant_ms(utc_ms) : utc_ms;
  if (second === undefined) return { low_ms: whole_ms, high_ms: whole_ms + 60_000 };
  if (fraction === undefined) return { low_ms: whole_ms, high_ms: whole_ms + 1_000 };
  const low_ms = whole_ms + Number(`0.${fraction}`) * 1_000;
  return { low_ms, high_ms: low_ms + 1_000 / 10 ** fraction.length };
}
