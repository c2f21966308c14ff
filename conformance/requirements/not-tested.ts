export interface NotTested {
  readonly reason: string;
  readonly ids: readonly string[];
}

/** Rules without a case, each with the reason; a rule stands here or has a case, never both. */
export const NOT_TESTED: readonly NotTested[] = [];
