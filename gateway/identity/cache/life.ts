/** Entries written together should not all expire together. */
const LIFE_SPREAD = 0.1;

/** A span of time, up to 10 % longer or shorter. */
export function jittered(span: number): number {
  return span * (1 + LIFE_SPREAD * (2 * Math.random() - 1));
}
