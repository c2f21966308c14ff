/** A hazard as DCB0129 has it logged: how this product could contribute to harm, and what is done about it. */
export interface Hazard {
  /** As `H01`; never used again. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** What could happen to a child or family. */
  readonly impact: string;
  readonly causes: readonly string[];
  /** What this product does already; each is held by a test. */
  readonly controls: readonly string[];
  /** Without controls, as the builders propose it; the clinical safety officer sets it. */
  readonly initial: { readonly likelihood: Likelihood; readonly severity: Severity };
  /** What remains to be done by whoever deploys, beyond this product. */
  readonly furtherControls: readonly string[];
  readonly status: "open" | "controlled, residual risk to be set";
  /** The role that answers for it. */
  readonly owner: string;
  /** File below the project's root, and exact title. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

export const LIKELIHOODS = ["very low", "low", "medium", "high", "very high"] as const;
export type Likelihood = (typeof LIKELIHOODS)[number];
export const SEVERITIES = ["minor", "significant", "considerable", "major", "catastrophic"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Likelihood by severity, each from the least: the risk rating that templates of DCB0129 hazard logs use. */
const RATINGS: Readonly<Record<Likelihood, readonly [number, number, number, number, number]>> = {
  "very low": [1, 1, 2, 2, 3],
  low: [1, 2, 2, 3, 4],
  medium: [2, 2, 3, 3, 4],
  high: [2, 3, 3, 4, 5],
  "very high": [3, 4, 4, 5, 5],
};

/** From 1, acceptable, to 5, unacceptable. */
export function ratingOf({ likelihood, severity }: Hazard["initial"]): number {
  return RATINGS[likelihood][SEVERITIES.indexOf(severity)] ?? 5;
}

export const RATING_WORDS: readonly (readonly [rating: number, meaning: string])[] = [
  [5, "unacceptable"],
  [4, "to be eliminated or controlled, whatever it costs"],
  [3, "undesirable: to be eliminated or controlled; acceptable only where that is impractical"],
  [2, "acceptable where reducing it further costs more than it gains"],
  [1, "acceptable"],
];
