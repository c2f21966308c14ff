/** Why one requester would or would not see one resource now: for the data officer, never for the requester. */
export interface Explanation {
  readonly decision: "permit" | "deny";
  /** Every rule that was weighed, in the order of weighing. */
  readonly steps: readonly ExplanationStep[];
}

export interface ExplanationStep {
  /** As `agreement`, `expiry`, `relationship`, `class`, `authority`, `statute`, `scope`, `label`, `consent`, `duty`. */
  readonly rule: string;
  /** What was weighed, as `agreement/gp/1`, `Consent/…/3`, `labels-2`. */
  readonly basis: string;
  readonly effect: "permits" | "denies" | "does-not-apply";
  /** One sentence without identifiers of the child. */
  readonly reason: string;
}
