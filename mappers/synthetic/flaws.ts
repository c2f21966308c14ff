/** A day that no calendar has, of the year of a date. */
export function impossibleDateOf(date: string): string {
  return `${date.slice(0, 4)}-02-30`;
}

/** The same identifier with another last digit, so that its check fails. */
export function withWrongCheckDigit(identifier: string): string {
  return `${identifier.slice(0, -1)}${(Number(identifier.slice(-1)) + 1) % 10}`;
}
