import { ukOffset_minutes } from "#mappers/datatypes/uk-time.ts";

/** The civil date (YYYY-MM-DD) in the United Kingdom at an instant: the day by which registrations and objections run. */
export function ukDate(instant_ms: number): string {
  return new Date(instant_ms + ukOffset_minutes(instant_ms) * 60_000).toISOString().slice(0, 10);
}
