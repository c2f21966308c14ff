import type { Bench } from "../bench.ts";

/** One thing that is measured by itself and can be left out. */
export interface Part {
  readonly id: string;
  readonly title: string;
  /** Goals whose figures it brings. */
  readonly goals: readonly string[];
  /** How long it may take in the short run on two cores. */
  readonly budget_s: number;
  readonly run: (bench: Bench) => Promise<void>;
}
