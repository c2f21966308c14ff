import { ukOffset_minutes } from "#mappers/datatypes/uk-time.ts";

/** The civil date (YYYY-MM-DD) in the United Kingdom at an instant: the day by which registrations and objections run. */
export function ukDate(instant_ms: number): string {
  const minute = Math.floor(instant_ms / 60_000);
  if (minute !== known.minute) known = { minute, date: toUkDate(instant_ms) };
  return known.date;
}

/** Every request asks, and within a minute the answer never changes. */
let known = { minute: Number.NaN, date: "" };

function toUkDate(instant_ms: number): string {
  return new Date(instant_ms + ukOffset_minutes(instant_ms) * 60_000).toISOString().slice(0, 10);
}
