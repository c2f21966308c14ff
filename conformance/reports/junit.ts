import type { CaseResult, RunReport } from "../result.ts";
import { escapeMarkup } from "./markup.ts";

/** `junit.xml`: one suite a group. A warning passes, with its reason in the output of the case. */
export function toJunit({ results, time_ms, base }: RunReport): string {
  const groups = [...new Set(results.map(({ group }) => group))];
  const suites = groups.map((group) =>
    toSuite(
      group,
      results.filter((result) => result.group === group),
    ),
  );
  const name = escapeMarkup(`FHIR R4 conformance of ${base}`);
  const counts = countsOf(results);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${counts} time="${time_ms / 1000}">`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function countsOf(results: readonly CaseResult[]): string {
  const failures = results.filter(({ outcome }) => outcome === "fail").length;
  const errors = results.filter(({ outcome }) => outcome === "error").length;
  const skipped = results.filter(({ outcome }) =>
    ["not-declared", "not-applicable", "blocked"].includes(outcome),
  ).length;
  return `tests="${results.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

function toSuite(group: string, results: readonly CaseResult[]): string {
  return [`<testsuite name="${group}" ${countsOf(results)}>`, ...results.map(toTestcase), "</testsuite>"].join("\n");
}

function toTestcase(result: CaseResult): string {
  const open = `<testcase classname="${result.group}" name="${escapeMarkup(result.id)}" time="${result.time_ms / 1000}"`;
  const reason = escapeMarkup(result.reason ?? "");
  const detail = escapeMarkup([result.rule, result.anchor, ...(result.curl ?? [])].join("\n"));
  if (result.outcome === "pass") return `${open}/>`;
  if (result.outcome === "fail") return `${open}><failure message="${reason}">${detail}</failure></testcase>`;
  if (result.outcome === "error") return `${open}><error message="${reason}"/></testcase>`;
  if (result.outcome === "warn") return `${open}><system-out>warning: ${reason}\n${detail}</system-out></testcase>`;
  return `${open}><skipped message="${result.outcome}: ${reason}"/></testcase>`;
}
