/**
 * Small numbers. The policy is this gateway's own: a count from 1 to 4 is shown as `c`, because a report on quality goes
 * further than the records do, and whoever knows a neighbourhood may know the one child that a small count speaks of.
 * Whatever a suppressed count could be computed back from is suppressed too. Zero is shown: it speaks of nobody.
 */
export const SUPPRESSED = "c";

/** The smallest count but zero that is shown. */
export const SHOWN_COUNT_MIN = 5;

export type ShownCount = number | typeof SUPPRESSED;
/** From 0 to 1, three decimals; absent where there is nothing to divide by. */
export type ShownRate = number | typeof SUPPRESSED | undefined;

export function isSmall(count: number): boolean {
  return count > 0 && count < SHOWN_COUNT_MIN;
}

export interface ShownParts {
  readonly parts: readonly ShownCount[];
  /** False where the whole itself tells too much, because it is small or leaves the parts no choice. */
  readonly isSafe: boolean;
}

/**
 * The parts of a known whole: as soon as one is small, none but zeros is shown. To hide just enough others would tell
 * something to whoever knows how they are chosen. `mustHide` where something else would give a part away.
 */
export function suppressParts(parts: readonly number[], mustHide = false): ShownParts {
  const whole = parts.reduce((total, count) => total + count, 0);
  const isHidden = mustHide || parts.some(isSmall);
  const hidden = isHidden ? parts.filter((count) => count > 0).length : 0;
  return {
    parts: isHidden ? parts.map((count) => (count > 0 ? SUPPRESSED : count)) : parts,
    isSafe: !isSmall(whole) && (hidden === 0 || whole > hidden),
  };
}

/** A part of a whole: neither it nor what is left of the whole may be small, nor the whole itself. */
export function suppressPart(part: number, whole: number): { readonly count: ShownCount; readonly rate: ShownRate } {
  if (isSmall(part) || isSmall(whole - part) || isSmall(whole)) return { count: SUPPRESSED, rate: SUPPRESSED };
  return { count: part, rate: rateOf(part, whole) };
}

export function rateOf(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : Math.round((part / whole) * 1_000) / 1_000;
}

/**
 * Codes of one list with how often each came. The whole of them may be told elsewhere (warnings of the field), so a code
 * is never suppressed alone while others are shown. Names of suppressed codes are not told.
 */
export function suppressCodes(codes: Readonly<Record<string, number>>): {
  readonly shown: readonly { readonly code: string; readonly records: number }[];
  readonly others: boolean;
} {
  const ordered = Object.entries(codes)
    .map(([code, records]) => ({ code, records }))
    .toSorted((one, other) => other.records - one.records || (one.code < other.code ? -1 : 1));
  const isHidden = ({ code, records }: { readonly code: string; readonly records: number }): boolean =>
    code === "" || isSmall(records);
  const shown = ordered.filter((one) => !isHidden(one));
  const hidden = ordered.filter(isHidden);
  if (hidden.length === 1 && isSmall(hidden[0]?.records ?? 0)) shown.pop();
  return { shown, others: shown.length < ordered.length };
}
