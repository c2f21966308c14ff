import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run -s audit -- verify [--dir DIR] [--copies DIR] [--key FILE]…
       npm run -s audit -- verify --proof FILE --key FILE… | --dir DIR
       npm run -s audit -- heads [--dir DIR]
       npm run -s audit -- prove --event ID [--dir DIR]
       npm run -s audit -- prove --from SIZE [--to SIZE] [--chain CHAIN] [--dir DIR]
       npm run -s audit -- export --from TIME --until TIME --out DIR
       npm run -s audit -- purge [--before YYYY-MM-DD]

verify   Walks every chain and holds the signed heads against it: file, line and reason of each fault.
heads    The newest signed head of each chain, and its key.
prove    JSON that shows that an event is in the log, or that the log of a head's size was only added to since.
export   AuditEvents of a span of time as NDJSON, with a manifest; recorded in the log itself.
purge    Deletes the details of the days before; without --before, what AUDIT_RETENTION_DAYS says. Recorded likewise.

Without --dir: the log under DATA_DIR, whether its gateway runs or not. --dir names a log or a copy of one.
--key is a public key (head-key.….jwk); without it those beside the log are taken, which whoever could replace the whole
log could replace as well. --copies is a folder of heads that a second party keeps (AUDIT_HEADS_DIR).
Exit 0: whole, or done. Exit 1: at least one fault, or it could not be done. Exit 2: misuse.
`;

export interface AuditTask {
  readonly command: "verify" | "heads" | "prove" | "export" | "purge";
  readonly directory?: string;
  readonly copies?: string;
  readonly keys: readonly string[];
  readonly proof?: string;
  readonly event?: string;
  readonly chain: string;
  readonly from?: string;
  readonly to?: string;
  readonly until?: string;
  readonly out?: string;
  readonly before?: string;
}

const TEXT = { type: "string" } as const;
const OPTIONS = {
  dir: TEXT,
  copies: TEXT,
  key: { type: "string", multiple: true },
  proof: TEXT,
  event: TEXT,
  chain: TEXT,
  from: TEXT,
  to: TEXT,
  until: TEXT,
  out: TEXT,
  before: TEXT,
} as const;

/** What each command takes. */
const TAKES: Readonly<Record<AuditTask["command"], readonly (keyof typeof OPTIONS)[]>> = {
  verify: ["dir", "copies", "key", "proof"],
  heads: ["dir"],
  prove: ["dir", "event", "from", "to", "chain"],
  export: ["from", "until", "out"],
  purge: ["before"],
};

export function parseAuditTask(given: readonly string[]): AuditTask | string {
  const [command = "", ...rest] = given;
  if (!isCommand(command)) return "Expected one of verify, heads, prove, export, purge.";
  try {
    const { values } = parseArgs({ args: [...rest], options: OPTIONS });
    const stray = Object.keys(OPTIONS).find((name) => name in values && !TAKES[command].some((one) => one === name));
    if (stray !== undefined) return `${command} takes no --${stray}.`;
    const { dir, key = [], chain = "gateway", ...others } = values;
    const task = { command, keys: key, chain, ...others, ...(dir !== undefined && { directory: dir }) };
    return faultOf(task) ?? task;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function isCommand(command: string): command is AuditTask["command"] {
  return Object.hasOwn(TAKES, command);
}

const SIZE = /^\d{1,15}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

function faultOf({ command, event, from, to, until, out, before }: AuditTask): string | undefined {
  if (command === "prove") {
    if ((event === undefined) === (from === undefined)) return "prove takes either --event or --from.";
    const isSize = (text: string | undefined) => text === undefined || SIZE.test(text);
    return isSize(from) && isSize(to) ? undefined : "--from and --to are numbers of leaves.";
  }
  if (command === "export") {
    if (from === undefined || until === undefined || out === undefined)
      return "export takes --from, --until and --out.";
    const isSpan = Date.parse(from) < Date.parse(until);
    return isSpan
      ? undefined
      : "--from and --until are times, as 2026-01-31 or 2026-01-31T12:00:00Z, the first earlier.";
  }
  if (before !== undefined && !(DAY.test(before) && Number.isFinite(Date.parse(before)))) {
    return "--before is a day, as 2026-01-31.";
  }
  return undefined;
}
