/**
 * Small numbers. By default the rule of NHS secondary-care statistics: counts from 1 to 7 are `*`, others are rounded to
 * the nearest 5, zero stays. Each cell is treated by itself, totals included; no total is made of what is shown.
 */
export interface SuppressionProfile {
  readonly id: string;
  /** The smallest count that is shown. */
  readonly shown_min: number;
  /** What is shown is rounded to the nearest multiple of this. */
  readonly base: number;
  readonly isZeroShown: boolean;
  readonly policy: string;
}

const SUPPRESSED = "*";

export const NHS_SECONDARY_CARE: SuppressionProfile = {
  id: "nhs-secondary-care",
  shown_min: 8,
  base: 5,
  isZeroShown: true,
  policy: "Counts from 1 to 7 are shown as *, others are rounded to the nearest 5, zero is shown (NHS secondary care).",
};

/** What research environments ask for before anything leaves them. */
const RESEARCH: SuppressionProfile = {
  id: "tre-10",
  shown_min: 10,
  base: 5,
  isZeroShown: false,
  policy: "Counts below 10, zero among them, are shown as *, others are rounded to the nearest 5; no totals are given.",
};

export const SUPPRESSION_PROFILES: readonly SuppressionProfile[] = [NHS_SECONDARY_CARE, RESEARCH];

export type Shown = (count: number) => string;

export function suppressBy({ shown_min, base, isZeroShown }: SuppressionProfile): Shown {
  return (count) => {
    if (count === 0) return isZeroShown ? "0" : SUPPRESSED;
    return count < shown_min ? SUPPRESSED : String(Math.round(count / base) * base);
  };
}

/** A share of two counts, from what is shown of them; empty where there is nothing to divide. */
export function shownShare(part: string, whole: string): string {
  if (part === SUPPRESSED || whole === SUPPRESSED) return SUPPRESSED;
  if (Number(whole) === 0) return "";
  return `${Math.round((Number(part) / Number(whole)) * 100)} %`;
}
