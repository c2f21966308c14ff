/**
 * Civil time of the United Kingdom: UTC in winter, one hour ahead from 01:00 UTC on the last Sunday of March to
 * 01:00 UTC on the last Sunday of October (Summer Time Order 2002). Pure arithmetic; no time zone database.
 */
const HOUR_ms = 3_600_000;

function lastSundayAtOneUtc_ms(year: number, month: 3 | 10): number {
  const lastDay = new Date(Date.UTC(year, month - 1, 31, 1));
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * HOUR_ms;
}

interface Summer {
  readonly from_ms: number;
  readonly until_ms: number;
}

/** By year, as each is asked for with every date in it. */
const summers = new Map<number, Summer>();
/** More than dates of birth and appointments lie in. */
const YEARS_MAX = 200;

function summerOf(year: number): Summer {
  const known = summers.get(year);
  if (known !== undefined) return known;
  const summer = { from_ms: lastSundayAtOneUtc_ms(year, 3), until_ms: lastSundayAtOneUtc_ms(year, 10) };
  if (summers.size < YEARS_MAX) summers.set(year, summer);
  return summer;
}

/** Minutes that UK civil time is ahead of UTC at an instant: 0 or 60. */
export function ukOffset_minutes(instant_ms: number): 0 | 60 {
  const { from_ms, until_ms } = summerOf(new Date(instant_ms).getUTCFullYear());
  return instant_ms >= from_ms && instant_ms < until_ms ? 60 : 0;
}

/**
 * The instant of a UK civil time given as if it were UTC. The hour that does not exist in March is read as an hour
 * later; of the hour that comes twice in October the first is meant.
 */
export function ukInstant_ms(civilAsUtc_ms: number): number {
  const asSummer_ms = civilAsUtc_ms - HOUR_ms;
  return ukOffset_minutes(asSummer_ms) === 60 ? asSummer_ms : civilAsUtc_ms;
}

/** A FHIR dateTime with offset from a UK civil date `YYYY-MM-DD` and time `HH:MM` or `HH:MM:SS`. */
export function toUkDateTime(date: string, time: string): string {
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = ukOffset_minutes(ukInstant_ms(Date.parse(`${date}T${seconds}Z`)));
  return `${date}T${seconds}${offset === 60 ? "+01:00" : "+00:00"}`;
}
