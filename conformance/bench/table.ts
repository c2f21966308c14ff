import type { Comparison } from "./compare.ts";
import type { Judged } from "./goals.ts";
import { toMachineLine } from "./machine.ts";
import type { Peer, Report } from "./report.ts";
import { WORKLOADS } from "./workload.ts";

/** All of a run as lines of text. */
export function toTables(report: Report, peers: readonly Peer[]): string {
  const { findings } = report;
  const sections = [
    [`${toMachineLine(report.machine)}; load by ${report.load}`, report.draws],
    toLoads(findings.comparisons),
    toOpens(findings),
    toSeeded(findings),
    toFloors(report),
    toCurves(findings),
    toPeers([report, ...peers]),
    toParts(findings),
    toTold("Left out", findings.skipped),
    toTold("Went wrong", findings.failed),
    toGoals(report.goals),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function toGoals(goals: readonly Judged[]): readonly string[] {
  const lines = goals.map(({ goal, figure, verdict }) => {
    const mark = `${goal.direction === "at-least" ? "≥" : "≤"} ${goal.goal} ${goal.unit}`;
    const told = figure === undefined ? "–" : `${amount(figure)} ${goal.unit}`;
    return `${goal.title.padEnd(42)}${mark.padEnd(14)}${told.padStart(14)}   ${verdict}`;
  });
  return lines.length === 0 ? [] : [row("", 42, ["goal", 14, "left"], ["figure", 14]), ...lines];
}

type Cell = readonly [text: string, width: number, side?: "left"];

function row(first: string, width: number, ...cells: readonly Cell[]): string {
  const rest = cells.map(([text, size, side]) => (side === "left" ? text.padEnd(size) : text.padStart(size)));
  return `${first.padEnd(width)}${rest.join("")}`;
}

function amount(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function of(value: number | undefined): string {
  return value === undefined ? "–" : amount(value);
}

function toLoads(comparisons: readonly Comparison[]): readonly string[] {
  if (comparisons.length === 0) return [];
  const head = row(
    "closed load",
    34,
    ["rate /s", 9],
    ["other /s", 10],
    ["ratio", 7],
    ["p50", 8],
    ["p95", 8],
    ["p99 ms", 8],
    ["CPU µs", 9],
    ["of other", 9],
    ["load µs", 9],
    ["verified", 10],
  );
  const lines = comparisons.map((each) => {
    const name = `${each.id}, ${each.of === "gateway" || each.of === "server" ? "" : `${each.of} `}of ${each.against}`;
    const failed = each.failures > 0 ? `   ${each.failures} FAILURES` : "";
    return (
      row(
        name,
        34,
        [amount(each.rate_per_s), 9],
        [amount(each.other_per_s), 10],
        [each.rateRatio.toFixed(2), 7],
        [amount(each.p50_ms), 8],
        [amount(each.p95_ms), 8],
        [amount(each.p99_ms), 8],
        [of(each.cpu_us), 9],
        [each.cpuRatio === undefined ? "–" : each.cpuRatio.toFixed(2), 9],
        [amount(each.load_cpu_us), 9],
        [String(each.verified), 10],
      ) + failed
    );
  });
  return [head, ...lines];
}

function toOpens({ opens }: Report["findings"]): readonly string[] {
  const lines = opens.flatMap(({ title, rate_per_s, gateway, ceiling }) => {
    const line = (name: string, each: typeof gateway) =>
      row(
        name,
        62,
        [amount(rate_per_s), 8],
        [amount(each.p50_ms), 8],
        [amount(each.p95_ms), 8],
        [amount(each.p99_ms), 8],
        [of(each.cpu_us), 9],
        [amount(each.late_p99_ms), 10],
        [String(each.verified), 10],
      );
    return [line(title, gateway), ...(ceiling === undefined ? [] : [line("  static", ceiling)])];
  });
  const head = row(
    "open load",
    62,
    ["rate /s", 8],
    ["p50", 8],
    ["p95", 8],
    ["p99 ms", 8],
    ["CPU µs", 9],
    ["late p99", 10],
    ["verified", 10],
  );
  return lines.length === 0 ? [] : [head, ...lines];
}

function toSeeded({ seeded }: Report["findings"]): readonly string[] {
  return seeded.flatMap(({ engine, observations, resources, seconds, resources_per_s, stored_bytes, sources }) => {
    const stored =
      stored_bytes === undefined ? "" : `, ${(stored_bytes / resources / 1024).toFixed(2)} KB stored a resource`;
    const head = `ingest on ${engine}: ${observations} Observations, ${resources} resources in ${seconds.toFixed(1)} s, ${amount(resources_per_s)}/s${stored}`;
    const lines = sources.map((each) =>
      row(
        `  ${each.source}`,
        20,
        [`${each.records} records`, 16],
        [`${each.resources} resources`, 20],
        [`${amount(each.resources / each.seconds)}/s`, 10],
        [`${amount(each.records / each.seconds)} records/s`, 20],
      ),
    );
    return [head, ...lines];
  });
}

function toFloors({ findings: { floors, start, cohort }, goals }: Report): readonly string[] {
  const lines: string[] = [];
  if (floors !== undefined)
    lines.push(
      `bare: prepared statement ${amount(floors.statement_per_s)}/s (${floors.statement_us.toFixed(1)} µs), rows of 64 to a flushed commit ${amount(floors.rows_per_s)}/s, flushed commits ${amount(floors.commits_per_s)}/s, flushes ${amount(floors.flushes_per_s)}/s`,
    );
  const figure = (id: string) => goals.find(({ goal }) => goal.id === id)?.figure;
  const [create, ingest] = [figure("create-rate"), figure("ingest")];
  if (floors !== undefined && create !== undefined)
    lines.push(
      `create is ${(create / floors.rows_per_s).toFixed(2)} of bare rows, ${(create / floors.flushes_per_s).toFixed(1)} a bare flush`,
    );
  if (floors !== undefined && ingest !== undefined)
    lines.push(`ingest is ${(ingest / floors.rows_per_s).toFixed(2)} of bare rows`);
  if (start !== undefined)
    lines.push(
      `first start ${start.first_s.toFixed(2)} s, warm ${start.start_s.map((each) => each.toFixed(2)).join(", ")} s`,
    );
  if (cohort !== undefined)
    lines.push(
      `cohort of ${cohort.pupils}: ${amount(cohort.resources_per_s)} resources/s, again ${amount(cohort.unchanged_per_s)}/s, CPU ${amount(cohort.cpu_us)} µs a resource, ${amount(cohort.peak_MB)} MB at most`,
    );
  return lines;
}

function toCurves({ curves }: Report["findings"]): readonly string[] {
  return curves.map(({ title, unit, points }) => {
    const told = points.map(
      ({ observations, value }) => `${value.toFixed(unit === "ms" ? 3 : 0)} ${unit} at ${observations}`,
    );
    return `${title}: ${told.join(", ")}`;
  });
}

/** Several servers side by side: rate and its share of the same bytes served static in the same run. */
function toPeers(peers: readonly Peer[]): readonly string[] {
  if (peers.length < 2) return [];
  const head = row("rate /s (of static), p99 ms", 30, ...peers.map(({ name }): Cell => [name.slice(0, 24), 26]));
  const ids = Object.keys(WORKLOADS).filter((id) =>
    peers.some(({ workloads }) => workloads.some((each) => each.id === id)),
  );
  const lines = ids.map((id) => {
    const cells = peers.map(({ workloads }): Cell => {
      const found = workloads.find((each) => each.id === id);
      if (found === undefined) return ["–", 26];
      return [`${amount(found.rate_per_s)} (${found.rateRatio.toFixed(3)}) ${amount(found.p99_ms)}`, 26];
    });
    return row(id, 30, ...cells);
  });
  return [head, ...lines];
}

function toParts({ parts }: Report["findings"]): readonly string[] {
  if (parts.length === 0) return [];
  const total = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const told = parts.map(({ part, seconds, budget_s }) => `${part} ${seconds.toFixed(0)} of ${budget_s} s`);
  return [`time: ${told.join(", ")}; all ${(total / 60).toFixed(1)} minutes`];
}

function toTold(title: string, told: readonly { readonly what: string; readonly reason: string }[]): readonly string[] {
  return told.length === 0 ? [] : [`${title}:`, ...told.map(({ what, reason }) => `  ${what}: ${reason}`)];
}
