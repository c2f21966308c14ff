import type { CohortFigures } from "./cohort.ts";
import type { Comparison } from "./compare.ts";
import type { Floors } from "./floors.ts";
import type { OpenLoadResult } from "./open-load.ts";
import type { SeededFigures } from "./seeded-store.ts";
import type { StartFigures } from "./start.ts";

/** A load at a fixed rate, and the same of the ceiling. */
export interface OpenFigures {
  readonly id: string;
  readonly title: string;
  readonly rate_per_s: number;
  readonly gateway: OpenLoadResult & { readonly cpu_us?: number };
  readonly ceiling?: OpenLoadResult & { readonly cpu_us?: number };
}

/** A figure over the size of the store. */
export interface Curve {
  readonly id: string;
  readonly title: string;
  readonly unit: "ms" | "MB";
  readonly points: readonly { readonly observations: number; readonly value: number }[];
}

export interface PartTime {
  readonly part: string;
  readonly seconds: number;
  readonly budget_s: number;
}

export interface Told {
  readonly what: string;
  readonly reason: string;
}

/** All that a run has found; it is filled part by part, so that what was measured stands whatever fails later. */
export interface Findings {
  /** By id of the goal. */
  readonly figures: Map<string, number>;
  readonly comparisons: Comparison[];
  readonly opens: OpenFigures[];
  readonly curves: Curve[];
  readonly seeded: (SeededFigures & { readonly engine: string; readonly stored_bytes?: number })[];
  start?: StartFigures;
  cohort?: CohortFigures;
  floors?: Floors;
  sustained?: unknown;
  readonly parts: PartTime[];
  /** What this machine or server does not offer. */
  readonly skipped: Told[];
  /** What went wrong; one is enough for the run to fail. */
  readonly failed: Told[];
}

export function createFindings(): Findings {
  return {
    ...{ figures: new Map<string, number>(), comparisons: [], opens: [], curves: [], seeded: [] },
    ...{ parts: [], skipped: [], failed: [] },
  };
}

/** Adds a comparison; with failures it has no figures, since errors are quick. */
export function addComparison(
  findings: Findings,
  comparison: Comparison,
  figures: Readonly<Record<string, number | undefined>> = {},
): void {
  findings.comparisons.push(comparison);
  const { id, of, failures, verified, wrong } = comparison;
  const what = `${id} of ${of}`;
  if (failures > 0) {
    findings.failed.push({ what, reason: `${failures} answers were failures: ${wrong.join("; ") || "by status"}` });
    return;
  }
  if (verified === 0) {
    findings.failed.push({ what, reason: "no answer was verified" });
    return;
  }
  for (const [goal, figure] of Object.entries(figures)) if (figure !== undefined) findings.figures.set(goal, figure);
}
