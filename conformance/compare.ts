import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { escapeMarkup as e } from "./reports/markup.ts";
import { writeReports } from "./reports/write.ts";
import { OUTCOMES, type Outcome, type RunReport } from "./result.ts";

/** One case on two servers. */
export interface Difference {
  readonly id: string;
  readonly level: string;
  readonly rule: string;
  readonly outcomes: readonly [Outcome, Outcome];
  readonly reasons: readonly [string, string];
}

export interface Comparison {
  readonly bases: readonly [string, string];
  readonly counts: readonly [RunReport["counts"], RunReport["counts"]];
  readonly same: number;
  readonly differences: readonly Difference[];
}

/** Two runs of the same cases, side by side. */
export function compareRuns(one: RunReport, other: RunReport): Comparison {
  const others = new Map(other.results.map((result) => [result.id, result]));
  const pairs = one.results.flatMap((result) => {
    const second = others.get(result.id);
    return second === undefined ? [] : [[result, second] as const];
  });
  const differences = pairs
    .filter(([first, second]) => first.outcome !== second.outcome)
    .map(
      ([first, second]): Difference => ({
        ...{ id: first.id, level: first.level, rule: first.rule },
        outcomes: [first.outcome, second.outcome],
        reasons: [first.reason ?? "", second.reason ?? ""],
      }),
    );
  return {
    bases: [one.base, other.base],
    counts: [one.counts, other.counts],
    same: pairs.length - differences.length,
    differences,
  };
}

export function comparisonToConsole({ bases, counts, same, differences }: Comparison): string {
  const summary = OUTCOMES.map((outcome) => `${outcome} ${counts[0][outcome]} | ${counts[1][outcome]}`).join(", ");
  return [
    `A ${bases[0]}`,
    `B ${bases[1]}`,
    "",
    ...differences.map(({ id, outcomes, reasons }) => {
      const why = reasons.map((reason, place) => (reason === "" ? "" : `\n    ${"AB"[place]}: ${reason}`)).join("");
      return `${outcomes[0].padEnd(15)}${outcomes[1].padEnd(15)}${id}${why}`;
    }),
    "",
    `${same} cases alike, ${differences.length} not: ${summary}`,
    "",
  ].join("\n");
}

/** `compare.json`, `compare.html`, and the reports of each run in a folder of its own. */
export async function writeComparison(
  comparison: Comparison,
  runs: readonly [RunReport, RunReport],
  directory: string,
) {
  await mkdir(directory, { recursive: true });
  await writeReports(runs[0], join(directory, "a"));
  await writeReports(runs[1], join(directory, "b"));
  await writeFile(join(directory, "compare.json"), `${JSON.stringify({ format: 1, ...comparison }, null, 2)}\n`);
  await writeFile(join(directory, "compare.html"), toHtml(comparison));
}

function toHtml({ bases, same, differences }: Comparison): string {
  const rows = differences.map(
    ({ id, level, rule, outcomes, reasons }) =>
      `<tr><td>${e(id)}</td><td>${level}</td><td>${e(rule)}</td>${outcomes
        .map((outcome, place) => `<td><b>${outcome}</b><br>${e(reasons[place] ?? "")}</td>`)
        .join("")}</tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Two FHIR servers side by side</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem}td,th{border-bottom:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}</style>
</head><body><h1>Two FHIR servers side by side</h1><p>${same} cases alike, ${differences.length} not.</p>
<table><thead><tr><th>Case</th><th>Level</th><th>Rule</th><th>A ${e(bases[0])}</th><th>B ${e(bases[1])}</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></body></html>
`;
}
