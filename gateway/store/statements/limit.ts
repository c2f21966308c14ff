/**
 * Cast, since SQLite's planner looks at what a LIMIT is bound to by itself, and prepares the statement anew each time it
 * runs: a look-up of one key took 5 to 6 µs so, and takes 3.
 *
 * @param place of the value among those of a statement that numbers them
 */
export function toLimit(place?: number): string {
  return `LIMIT CAST(?${place ?? ""} AS BIGINT)`;
}

/** For a statement that does not number its values. */
export const LIMIT = toLimit();
