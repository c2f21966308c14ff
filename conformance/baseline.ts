import { list, text } from "./json.ts";
import type { CaseResult, RunReport } from "./result.ts";

/** A failure that is known, and why it is put up with. */
export interface KnownFailure {
  /** Case with type, or case alone for all its types. */
  readonly id: string;
  readonly reason: string;
}

/** Reads `{ "known": [{ "id", "reason" }] }`; undefined if it is no such thing, or an entry has no reason. */
export function baselineFrom(content: unknown): readonly KnownFailure[] | undefined {
  const entries = list(content, "known");
  if (text(content, "known", "id") !== undefined || (entries.length === 0 && !Array.isArray(Object(content).known)))
    return undefined;
  const known = entries.flatMap((entry) => {
    const [id, reason] = [text(entry, "id"), text(entry, "reason")];
    return id === undefined || reason === undefined || reason.trim() === "" ? [] : [{ id, reason }];
  });
  return known.length === entries.length ? known : undefined;
}

const BROKEN: ReadonlySet<string> = new Set(["fail", "error"]);

/** The report with the known failures marked, and those entries of the baseline that no longer fail. */
export function applyBaseline(
  report: RunReport,
  baseline: readonly KnownFailure[],
): { readonly report: RunReport; readonly mended: readonly KnownFailure[] } {
  const knownOf = ({ id, caseId }: CaseResult) => baseline.find((entry) => entry.id === id || entry.id === caseId);
  const results = report.results.map((result) => {
    const known = BROKEN.has(result.outcome) ? knownOf(result) : undefined;
    return known === undefined ? result : { ...result, known: known.reason };
  });
  const mended = baseline.filter((entry) => {
    const judged = report.results.filter(({ id, caseId }) => entry.id === id || entry.id === caseId);
    return judged.length > 0 && judged.every(({ outcome }) => outcome === "pass");
  });
  return { report: { ...report, results }, mended };
}

/** What makes a run end with 1: a failure that no baseline knows. */
export function newFailures({ results }: RunReport): readonly CaseResult[] {
  return results.filter(({ outcome, known }) => BROKEN.has(outcome) && known === undefined);
}
