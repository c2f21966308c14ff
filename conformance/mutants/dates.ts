import { isRecord, list, text } from "../json.ts";

type Range = readonly [number, number];

/** From the first millisecond of a date, period or timing to the one after its last. */
export function rangeOf(stored: unknown): Range | undefined {
  if (typeof stored === "string") return rangeOfDate(stored);
  if (!isRecord(stored)) return undefined;
  if (Array.isArray(stored.event)) {
    const ranges = list(stored, "event").flatMap((each) => [rangeOf(each) ?? []].filter(isRange));
    if (ranges.length === 0) return undefined;
    return [Math.min(...ranges.map(([from]) => from)), Math.max(...ranges.map(([, to]) => to))];
  }
  const bounds = isRecord(stored.repeat) ? stored.repeat.boundsPeriod : stored;
  const [start, end] = [text(bounds, "start"), text(bounds, "end")];
  if (start === undefined && end === undefined) return undefined;
  const from = start === undefined ? [Number.NEGATIVE_INFINITY] : (rangeOfDate(start) ?? [Number.NEGATIVE_INFINITY]);
  const to = end === undefined ? undefined : rangeOfDate(end);
  return [from[0] ?? Number.NEGATIVE_INFINITY, to?.[1] ?? Number.POSITIVE_INFINITY];
}

function isRange(value: readonly number[] | Range): value is Range {
  return value.length === 2;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?))?)?)?$/;

function rangeOfDate(written: string): Range | undefined {
  const [, year, month, day, time] = DATE.exec(written) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  if (!start.toISOString().startsWith(written.slice(0, 10))) return undefined;
  if (time !== undefined) return rangeOfInstant(written, time);
  const end = new Date(start);
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1);
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  return [start.getTime(), end.getTime()];
}

function rangeOfInstant(written: string, time: string): Range | undefined {
  const start = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(time) ? written : `${written}Z`);
  const width = /^\d\d:\d\d(Z|[+-]|$)/.test(time) ? 60_000 : time.includes(".") ? 1 : 1000;
  return Number.isNaN(start) ? undefined : [start, start + width];
}
