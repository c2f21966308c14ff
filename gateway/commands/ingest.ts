/**
 * `npm run -s ingest -- --source SOURCE [--client officer-demo] [--dry-run] FILE…`
 *
 * Sends source files to the running gateway (BASE_URL) and prints what became of them: one receipt as JSON, an array
 * for several files. Exit 0 when everything was taken in, 1 when anything was quarantined or could not be sent, 2 on
 * misuse.
 */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { sendFile } from "./send-file.ts";
import { CannotError, type CommandResult, getToken } from "./token.ts";

const USAGE = `Usage: npm run -s ingest -- --source SOURCE [--client CLIENT] [--dry-run] FILE…

Sends files (.csv, .xml, .json, .ndjson, .hl7) of one source, as leeds-eyfsp, to the running gateway (BASE_URL).
Without --client: officer-demo. With --dry-run the receipt says what would become of each file, and nothing is kept.
`;

/** At most one redraw of the progress bar in so long. */
const REDRAW_MS = 100;
const BAR_CHARACTERS = 30;

const RECEIPT = z.object({ quarantined: z.number() });
const OUTCOME = z.object({ issue: z.array(z.object({ diagnostics: z.string().optional() })) });

/** What the gateway answered, and the one figure in it that decides how the command ends. */
interface Sent {
  readonly receipt: unknown;
  readonly quarantined: number;
}

interface Task {
  readonly source: string;
  readonly client: string;
  readonly isDryRun: boolean;
  readonly files: readonly string[];
}

/** Where progress is drawn; `undefined` when nobody watches. */
type Terminal = Pick<NodeJS.WriteStream, "write"> | undefined;

export async function runIngest(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  terminal?: Terminal,
): Promise<CommandResult> {
  const task = parseTask(given);
  if (typeof task === "string") return { exit: 2, out: "", error: `${task}\n\n${USAGE}` };
  for (const file of task.files) {
    const isFile = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isFile) return { exit: 2, out: "", error: `${file} is no file that can be read.\n\n${USAGE}` };
  }
  const sent: Sent[] = [];
  try {
    const config = loadConfig(environment);
    for (const file of task.files) sent.push(await sendOne(file, task, { config, terminal }));
    const held = sent.some(({ quarantined }) => quarantined > 0);
    return { exit: held ? 1 : 0, out: toText(sent, task), error: "" };
  } catch (error) {
    if (!(error instanceof CannotError || error instanceof ConfigError)) throw error;
    // What was taken in before stays taken in, so its receipts are told.
    return { exit: 1, out: sent.length === 0 ? "" : toText(sent, task), error: `${error.message}\n` };
  }
}

function parseTask(given: readonly string[]): Task | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      options: {
        source: { type: "string" },
        client: { type: "string", default: "officer-demo" },
        "dry-run": { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const { source, client } = values;
    if (!source) return "--source is missing.";
    if (!/^[a-z0-9-]+$/.test(source)) return "--source: expected the name of a source, as leeds-eyfsp.";
    if (!client) return "--client is empty.";
    if (positionals.length === 0) return "No file is named.";
    return { source, client, isDryRun: values["dry-run"], files: positionals };
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}

async function sendOne(
  file: string,
  { source, client, isDryRun }: Task,
  { config, terminal }: { readonly config: Config; readonly terminal: Terminal },
): Promise<Sent> {
  // One token a file: it is checked when the sending begins, and lives shorter than some files take.
  const token = await getToken({ client, purpose: undefined, scope: `ingest/${source}` }, config);
  const url = new URL(`${config.baseUrl}/ingest/${source}${isDryRun ? "?dry-run=true" : ""}`);
  const { size } = await stat(file);
  const onProgress = createProgress(basename(file), size, terminal);
  const answer = await sendFile(url, file, { token, onProgress }).catch(() => {
    throw new CannotError(`The connection to ${url.origin} broke off while ${file} was sent. Send it again.`);
  });
  terminal?.write("\r\u001b[K");
  const json = parseAnswer(answer.body);
  const receipt = RECEIPT.safeParse(json);
  if (answer.status === 200 && receipt.success) return { receipt: json, quarantined: receipt.data.quarantined };
  const outcome = OUTCOME.safeParse(json);
  const why = outcome.success ? outcome.data.issue.map(({ diagnostics = "" }) => diagnostics).join(" ") : "";
  throw new CannotError(`${file} was refused (status ${answer.status}). ${why}`.trimEnd());
}

function parseAnswer(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function createProgress(name: string, size: number, terminal: Terminal): (bytes: number) => void {
  let drawn = 0;
  return (bytes) => {
    const now = performance.now();
    if (terminal === undefined || (bytes < size && now - drawn < REDRAW_MS)) return;
    drawn = now;
    const share = size === 0 ? 1 : bytes / size;
    const bar = "█".repeat(Math.round(share * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, "░");
    terminal.write(`\r\u001b[K${bar} ${Math.floor(share * 100)} % of ${name}`);
  };
}

function toText(sent: readonly Sent[], { files }: Task): string {
  const receipts = sent.map(({ receipt }) => receipt);
  return `${JSON.stringify(files.length === 1 ? receipts[0] : receipts, undefined, 2)}\n`;
}

if (import.meta.main) {
  const terminal = process.stderr.isTTY ? process.stderr : undefined;
  const { exit, out, error } = await runIngest(process.argv.slice(2), process.env, terminal);
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
