/** `npm run -s move -- --from sqlite --to postgres`: brings a store from one engine to the other. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { auditDirectory } from "../compose-audit.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { type MovedTable, moveStore } from "../store/move/move-store.ts";
import type { Source, Target } from "../store/move/side.ts";
import type { Table } from "../store/move/table.ts";
import { openPostgresSource } from "../store/postgres/move-source.ts";
import { openPostgresTarget } from "../store/postgres/move-target.ts";
import { toStoreError } from "../store/sqlite/errors.ts";
import { openSqliteSource } from "../store/sqlite/move-source.ts";
import { openSqliteTarget } from "../store/sqlite/move-target.ts";
import { type AuditState, copyAudit, readAuditState } from "./move-audit.ts";
import { type MoveTask, parseMoveTask, USAGE } from "./move-options.ts";
import type { CommandResult } from "./token.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Errors whose message says to whoever called what to mend. */
const TOLD = ["MoveError", "SchemaError", "StoreUnavailableError", "PostgresError"];

export async function runMove(
  given: readonly string[],
  environment: Environment,
  progress: (line: string) => void = () => undefined,
): Promise<CommandResult> {
  const task = parseMoveTask(given);
  if (typeof task === "string") return { exit: 2, out: "", error: `${task}\n\n${USAGE}` };
  try {
    const config = loadConfig(environment);
    if (config.databaseUrl === undefined) return { exit: 2, out: "", error: `DATABASE_URL is not set.\n\n${USAGE}` };
    return toResult(await move(task, { config, databaseUrl: config.databaseUrl, progress }));
  } catch (error) {
    const told = toStoreError(error);
    if (!(told instanceof ConfigError) && !isToBeTold(told)) throw error;
    const isAgain = told.name === "StoreUnavailableError" || "syscall" in told;
    const again = isAgain
      ? " Start nothing on what was brought over so far. Run the same command again: it goes on where it was."
      : "";
    return { exit: 1, out: "", error: `${told.message}${again}\n` };
  }
}

function isToBeTold(error: unknown): error is Error {
  return error instanceof Error && ("syscall" in error || TOLD.includes(error.name));
}

interface Moved {
  readonly task: MoveTask;
  /** Whether nothing was written on the side that was moved from while it was. */
  readonly isAtRest: boolean;
  readonly tables: readonly MovedTable[];
  readonly seconds: number;
  readonly audit: AuditState | undefined;
  readonly auditCopy: AuditState | undefined;
  /** Names of the files under DATA_DIR that a gateway on another machine needs as well. */
  readonly keys: readonly string[];
}

interface Ports {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly progress: (line: string) => void;
}

interface Sides {
  readonly source: Source;
  readonly target: Target;
  readonly tables: readonly Table[];
}

async function move(task: MoveTask, { config, databaseUrl, progress }: Ports): Promise<Moved> {
  const started = performance.now();
  const { source, target, tables } = await openSides(task, { path: join(config.dataDir, "store.sqlite"), databaseUrl });
  try {
    const moved = await moveStore({
      source,
      target,
      tables,
      isOnlyCompared: task.isOnlyCompared,
      onTable: ({ table, rows, copied }) => progress(`${table}: ${rows} rows, ${copied} copied`),
    });
    const { isAtRest } = source;
    const seconds = (performance.now() - started) / 1_000;
    // A log that is written meanwhile is neither whole nor the same a moment later.
    const audit = isAtRest ? await readAuditState(auditDirectory(config)) : undefined;
    const auditCopy =
      audit === undefined || task.auditTo === undefined
        ? undefined
        : await copyAudit(config.dataDir, task.auditTo, audit);
    if (isAtRest && !task.isOnlyCompared && moved.every(({ isSame }) => isSame)) await target.release();
    return { task, isAtRest, tables: moved, seconds, audit, auditCopy, keys: await keysIn(config) };
  } finally {
    await source.close();
    await target.close();
  }
}

interface Places {
  readonly path: string;
  readonly databaseUrl: string;
}

function openSides(task: MoveTask, places: Places): Promise<Sides> {
  return task.from === "sqlite" ? openForPostgres(task, places) : openForSqlite(task, places);
}

async function openForPostgres({ isOnlyCompared }: MoveTask, { path, databaseUrl }: Places): Promise<Sides> {
  const target = await openPostgresTarget(databaseUrl, { isOnlyCompared });
  const { tables } = target;
  let source: Source | undefined;
  try {
    source = openSqliteSource(path, tables);
    if (!isOnlyCompared) await target.begin(source.name);
    return { source, target, tables };
  } catch (error) {
    await source?.close();
    await target.close();
    throw error;
  }
}

async function openForSqlite({ isOnlyCompared }: MoveTask, { path, databaseUrl }: Places): Promise<Sides> {
  const source = await openPostgresSource(databaseUrl);
  const { tables } = source;
  try {
    return { source, target: openSqliteTarget(path, { source: source.name, tables, isOnlyCompared }), tables };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function keysIn({ dataDir }: Config): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, "keys")).catch(() => []);
  return names.toSorted().map((name) => `keys/${name}`);
}

const MEGABYTE = 1_000_000;

function toResult(moved: Moved): CommandResult {
  const { task, isAtRest, tables, seconds, audit, auditCopy, keys } = moved;
  const sum = (of: (table: MovedTable) => number): number => tables.reduce((all, table) => all + of(table), 0);
  const [rows, copied, bytes] = [sum((one) => one.rows), sum((one) => one.copied), sum((one) => one.bytes)];
  const different = tables.filter(({ isSame }) => !isSame).map(({ table }) => table);
  const faults = audit?.faults ?? 0;
  const told = {
    from: task.from,
    to: task.from === "sqlite" ? "postgres" : "sqlite",
    isSame: different.length === 0,
    isFinal: isAtRest && !task.isOnlyCompared && different.length === 0,
    rows,
    copied,
    megabytesCopied: round(bytes / MEGABYTE),
    seconds: round(seconds),
    rowsPerSecond: Math.round(rows / seconds),
    megabytesPerSecond: round(bytes / MEGABYTE / seconds),
    tables: tables.map(({ table, isSame, ...counts }) => ({ table, rows: counts.rows, copied: counts.copied, isSame })),
    ...(audit === undefined ? {} : { audit }),
    ...(auditCopy === undefined ? {} : { auditCopy }),
    keys,
    next: nextOf(moved),
  };
  const error = [
    ...(different.length === 0 ? [] : [`Not the same on both sides: ${different.join(", ")}.\n`]),
    ...(faults === 0 ? [] : [`The audit log has ${faults} faults: \`npm run -s audit -- verify\` lists them.\n`]),
  ].join("");
  return { exit: error === "" ? 0 : 1, out: `${JSON.stringify(told, undefined, 2)}\n`, error };
}

function nextOf({ task, isAtRest, tables, auditCopy }: Moved): readonly string[] {
  if (task.isOnlyCompared) return [];
  if (tables.some(({ isSame }) => !isSame))
    return ["Run the same command again; if it ends so again, look at the database."];
  if (!isAtRest) return ["Stop the gateway and run the same command again: it brings over what has changed since."];
  const start =
    task.from === "sqlite" ? "Start the gateway with DATABASE_URL." : "Start the gateway without DATABASE_URL.";
  const elsewhere =
    auditCopy === undefined
      ? "Leave DATA_DIR where it is: the audit log and the keys go on there."
      : "Copy the files named under keys into the new DATA_DIR, readable by the gateway alone.";
  return [elsewhere, start];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (import.meta.main) {
  const { exit, out, error } = await runMove(process.argv.slice(2), process.env, (line) =>
    process.stderr.write(`${line}\n`),
  );
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
