const SECONDS = /^\d{1,9}$/;

/**
 * Milliseconds that a `Retry-After` header asks to wait from `now` (milliseconds since 1970); `undefined` without one, or
 * with one that is neither whole seconds nor an HTTP date. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (SECONDS.test(text)) return Number(text) * 1_000;
  // A date has a letter; what Date.parse makes of bare numbers is no date of HTTP.
  const at = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
