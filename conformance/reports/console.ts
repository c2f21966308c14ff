import type { KnownFailure } from "../baseline.ts";
import { type CaseResult, OUTCOMES, type RunReport } from "../result.ts";

const LINES_PER_OUTCOME_MAX = 40;

/** What the terminal shows: every failure with a command to repeat it, one line each for the rest. */
export function toConsole(report: RunReport, mended: readonly KnownFailure[] = []): string {
  const { base, software, results, counts, time_ms, assumed, exchanges, leftBehind } = report;
  const failed = results.filter(({ outcome }) => outcome === "fail" || outcome === "error");
  const broken = failed.filter(({ known, outcome }) => known === undefined && outcome === "fail");
  const errors = failed.filter(({ known, outcome }) => known === undefined && outcome === "error");
  const known = failed.filter((result) => result.known !== undefined);
  const others = OUTCOMES.filter((outcome) => !["pass", "fail", "error"].includes(outcome)).flatMap((outcome) =>
    shortened(results.filter((result) => result.outcome === outcome).map(toLine)),
  );
  const summary = OUTCOMES.map((outcome) => `${counts[outcome]} ${outcome}`).join(", ");
  return [
    `FHIR R4 conformance of ${base}${software === "" ? "" : ` (${software})`}`,
    ...(assumed === undefined ? [] : [`planned without the server's own statement: ${assumed}`]),
    "",
    ...others,
    ...known.map(({ id, known: why }) => `${"known".padEnd(15)}${id}: ${why}`),
    ...mended.map(({ id }) => `${"mended".padEnd(15)}${id}: passes now; take it out of the baseline`),
    ...broken.flatMap(toFailure),
    ...shortened(errors.map(toLine)),
    "",
    `${results.length} cases, ${exchanges.length} requests, ${(time_ms / 1000).toFixed(1)} s: ${summary}`,
    ...(leftBehind.length === 0 ? [] : [`left on the server: ${leftBehind.join(" ")}`]),
    "",
  ].join("\n");
}

function toLine({ outcome, id, reason }: CaseResult): string {
  return `${outcome.padEnd(15)}${id}: ${reason ?? ""}`;
}

function shortened(lines: readonly string[]): readonly string[] {
  const left = lines.length - LINES_PER_OUTCOME_MAX;
  return left <= 0 ? lines : [...lines.slice(0, LINES_PER_OUTCOME_MAX), `… and ${left} more in results.json`];
}

function toFailure({
  outcome,
  id,
  requirements,
  level,
  rule,
  anchor,
  reason,
  exchange,
  curl,
}: CaseResult): readonly string[] {
  const lines = ["", `${outcome.toUpperCase()} ${id}`, `  ${requirements[0]} ${level}: ${rule}`, `  ${anchor}`];
  lines.push(`  ${reason ?? ""}`);
  if (exchange !== undefined) lines.push(`  ${exchange.response.status} ${exchange.response.body.slice(0, 300)}`);
  return [...lines, ...(curl ?? []).map((command) => `  ${command}`)];
}
