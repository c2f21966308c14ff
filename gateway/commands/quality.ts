/**
 * `npm run -s quality -- --source SOURCE [--client officer-demo] [--deliveries 12] [--json]`
 *
 * Asks the running gateway (BASE_URL) how good what a source sent is, and prints it as tables, or as JSON. Exit 0 when it
 * was told, 1 when it could not be, 2 on misuse.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { ConfigError, loadConfig } from "../config.ts";
import type { QualityReport } from "../ingest/quality/quality-report.ts";
import { type ReadableTable, toReadableTables } from "../ingest/quality/quality-tables.ts";
import { CannotError, type CommandResult, getToken } from "./token.ts";

const USAGE = `Usage: npm run -s quality -- --source SOURCE [--client CLIENT] [--deliveries N] [--json]

Prints the data quality of a source, as leeds-eyfsp, by field and from delivery to delivery. Small numbers are suppressed.
Without --client: officer-demo. Without --deliveries: the latest twelve.
`;

const ANSWER_WAIT_ms = 30_000;
const OUTCOME = z.object({ issue: z.array(z.object({ diagnostics: z.string().optional() })) });

interface Task {
  readonly source: string;
  readonly client: string;
  readonly deliveries: string;
  readonly isJson: boolean;
}

export async function runQuality(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> {
  const task = parseTask(given);
  if (typeof task === "string") return { exit: 2, out: "", error: `${task}\n\n${USAGE}` };
  try {
    const body = await ask(task, environment);
    return { exit: 0, out: task.isJson ? `${body}\n` : toText(JSON.parse(body)), error: "" };
  } catch (error) {
    if (!(error instanceof CannotError || error instanceof ConfigError)) throw error;
    return { exit: 1, out: "", error: `${error.message}\n` };
  }
}

function parseTask(given: readonly string[]): Task | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        source: { type: "string" },
        client: { type: "string", default: "officer-demo" },
        deliveries: { type: "string", default: "12" },
        json: { type: "boolean", default: false },
      },
    });
    const { source, client, deliveries, json } = values;
    if (!source) return "--source is missing.";
    if (!/^[a-z0-9-]+$/.test(source)) return "--source: expected the name of a source, as leeds-eyfsp.";
    if (!client) return "--client is empty.";
    if (!/^\d+$/.test(deliveries)) return "--deliveries: expected a number.";
    return { source, client, deliveries, isJson: json };
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}

async function ask(task: Task, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { source, client, deliveries } = task;
  const config = loadConfig(environment);
  const token = await getToken({ client, purpose: undefined, scope: `ingest/${source}` }, config);
  const url = `${config.baseUrl}/ingest/quality/${source}?deliveries=${deliveries}`;
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_WAIT_ms),
  }).catch(() => {
    throw new CannotError(`No gateway answers at ${config.baseUrl}.`);
  });
  const body = await response.text();
  if (response.ok) return body;
  const outcome = OUTCOME.safeParse(parseJson(body));
  const why = outcome.success ? outcome.data.issue.map(({ diagnostics = "" }) => diagnostics).join(" ") : "";
  throw new CannotError(`The report was refused (status ${response.status}). ${why}`.trimEnd());
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Tables with columns as wide as their widest cell. */
export function toText(report: QualityReport): string {
  const tables = toReadableTables(report).map(toTextTable);
  const body = tables.length === 0 ? ["Nothing was delivered yet.\n"] : tables;
  return [`Data quality of ${report.source}. ${report.suppression.policy}\n`, ...body].join("\n");
}

function toTextTable({ title, head, rows }: ReadableTable): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return `${[title, toLine(head), toLine(widths.map((width) => "─".repeat(width))), ...rows.map(toLine)].join("\n")}\n`;
}

if (import.meta.main) {
  const { exit, out, error } = await runQuality(process.argv.slice(2), process.env);
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
