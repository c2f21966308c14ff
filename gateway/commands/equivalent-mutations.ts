/** A mutation after which the program decides the same, so that no test can notice it. */
export interface EquivalentMutation {
  readonly file: string;
  /** Part of the line that is mutated. */
  readonly line: string;
  readonly what: string;
  readonly reason: string;
}

export const EQUIVALENT_MUTATIONS: readonly EquivalentMutation[] = [];
