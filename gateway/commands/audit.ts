/** `npm run -s audit -- verify | heads | prove | export | purge`: what shows that the audit log is whole, and what takes of it. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createAuditIndex } from "../audit/audit-index.ts";
import { listHeadsFiles, readKeptKeys, readNewestHead } from "../audit/head-files.ts";
import { faultOfProof, proveConsistency, proveInclusion } from "../audit/proof.ts";
import { purgeAudit } from "../audit/purge.ts";
import { type HeadKeys, toHeadKey } from "../audit/tree-head.ts";
import { verifyAudit } from "../audit/verify.ts";
import { auditDirectory, openAudit } from "../compose-audit.ts";
import { loadRegister } from "../compose-register.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { exportAudit } from "./audit-export.ts";
import { type AuditTask, parseAuditTask, USAGE } from "./audit-options.ts";
import type { CommandResult } from "./token.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export async function runAudit(given: readonly string[], environment: Environment): Promise<CommandResult> {
  const task = parseAuditTask(given);
  if (typeof task === "string") return { exit: 2, out: "", error: `${task}\n\n${USAGE}` };
  try {
    return await run(task, environment);
  } catch (error) {
    if (error instanceof ConfigError || isOfFiles(error)) return failed([error.message]);
    if (isOfIndex(error)) return failed([`The index of the audit log: ${error.message}.`]);
    throw error;
  }
}

/** A directory that is not there, a file that is there already, a disk that is full: for whoever called to mend. */
function isOfFiles(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** SQLite's codes for a file that may only be read, or cannot be read, made larger or opened: https://www.sqlite.org/rescode.html. */
const OF_INDEX: ReadonlySet<unknown> = new Set([8, 10, 13, 14]);

/** The same of the index in which events are looked up. */
function isOfIndex(error: unknown): error is Error {
  return error instanceof Error && "errcode" in error && OF_INDEX.has(Number(error.errcode) & 0xff);
}

function run(task: AuditTask, environment: Environment): Promise<CommandResult> {
  switch (task.command) {
    case "verify":
      return task.proof === undefined ? verifyLog(task, environment) : verifyProof(task, task.proof, environment);
    case "heads":
      return tellHeads(directoryOf(task, environment));
    case "prove":
      return prove(task, directoryOf(task, environment));
    case "export":
      return exportSpan(task, loadConfig(environment));
    case "purge":
      return purge(task, loadConfig(environment));
  }
}

function directoryOf({ directory }: AuditTask, environment: Environment): string {
  return directory ?? auditDirectory(loadConfig(environment));
}

function done(out: string): CommandResult {
  return { exit: 0, out, error: "" };
}

function failed(problems: readonly string[]): CommandResult {
  return { exit: 1, out: "", error: problems.map((problem) => `${problem}\n`).join("") };
}

async function verifyLog(task: AuditTask, environment: Environment): Promise<CommandResult> {
  const directory = directoryOf(task, environment);
  const keys = task.keys.length === 0 ? undefined : await readKeys(task.keys);
  if (typeof keys === "string") return failed([keys]);
  const { copies } = task;
  const verified = await verifyAudit(directory, { ...(keys && { keys }), ...(copies !== undefined && { copies }) });
  const { records, heads, broken, unfiled } = verified;
  const told = `${records} records, ${heads} signed heads, ${broken.length} faults.\n`;
  const faults = broken.map(({ file, line, reason }) => `${file}, line ${line}: ${reason}`);
  const kept = unfiled.map((name) => `${name} holds leaves that are not filed yet: not to be purged.\n`).join("");
  return faults.length === 0 ? done(told + kept) : { ...failed(faults), out: told };
}

async function readKeys(paths: readonly string[]): Promise<HeadKeys | string> {
  const keys = new Map();
  for (const path of paths) {
    const found = toHeadKey(await readFile(path, "utf8"));
    if (found === undefined) return `${path} holds no public key of a tree head.`;
    keys.set(found.kid, found.key);
  }
  return keys;
}

async function verifyProof(task: AuditTask, path: string, environment: Environment): Promise<CommandResult> {
  const kept = async () => (await readKeptKeys(directoryOf(task, environment))).keys;
  const keys = task.keys.length === 0 ? await kept() : await readKeys(task.keys);
  if (typeof keys === "string") return failed([keys]);
  const fault = faultOfProof(parseJson(await readFile(path, "utf8")), keys);
  return fault === undefined ? done("The proof holds.\n") : failed([fault]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function tellHeads(directory: string): Promise<CommandResult> {
  const heads: object[] = [];
  for (const { path } of await listHeadsFiles(directory)) {
    const newest = await readNewestHead(path);
    if (newest) heads.push({ ...newest.head, signature: newest.signature });
  }
  return done(`${JSON.stringify({ heads }, undefined, 2)}\n`);
}

async function prove({ event, from, to, chain }: AuditTask, directory: string): Promise<CommandResult> {
  const proved =
    event === undefined
      ? await proveConsistency(directory, {
          chain,
          first: Number(from),
          ...(to !== undefined && { second: Number(to) }),
        })
      : await proveInclusion(directory, event);
  return proved.ok ? done(`${JSON.stringify(proved.proof, undefined, 2)}\n`) : failed([proved.problem]);
}

/** Chain of what is done by command: the gateway may run meanwhile, and writes its own. */
const CHAIN = "audit-command";

/** Does something to the log, and records it there first. */
async function recorded<T>(config: Config, work: (record: (told: Told) => Promise<void>) => Promise<T>): Promise<T> {
  const log = await openAudit({ config, process: CHAIN, log: { error: () => undefined } });
  try {
    return await work(({ interaction, query, detail }) =>
      log.append({
        interaction,
        outcome: "success",
        requestId: randomUUID(),
        client: "command-line",
        query,
        ...(detail !== undefined && { detail }),
      }),
    );
  } finally {
    await log.close();
  }
}

interface Told {
  readonly interaction: string;
  readonly query: string;
  readonly detail?: string;
}

async function exportSpan({ from = "", until = "", out = "" }: AuditTask, config: Config): Promise<CommandResult> {
  const { first } = await loadRegister(config);
  const directory = auditDirectory(config);
  const manifest = await recorded(config, async (record) => {
    await record({ interaction: "audit-export", query: `AuditEvent?date=ge${from}&date=lt${until}` });
    const index = createAuditIndex({ directory, process: CHAIN });
    try {
      return await exportAudit({
        index,
        directory,
        out,
        from_ms: Date.parse(from),
        until_ms: Date.parse(until),
        context: {
          observer: { display: "Early Years FHIR Gateway", url: config.baseUrl },
          organizationOf: (client) => first.register.client(client)?.organization,
        },
      });
    } finally {
      await index.close();
    }
  });
  return done(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

const DAY_MS = 86_400_000;

async function purge({ before }: AuditTask, config: Config): Promise<CommandResult> {
  const { retentionDays } = config.audit;
  if (before === undefined && retentionDays === undefined) {
    return failed(["How long details are kept is not decided: say --before, or set AUDIT_RETENTION_DAYS."]);
  }
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  const first = before ?? dayOf(Date.now() - (retentionDays ?? 0) * DAY_MS);
  const purged = await recorded(config, (record) =>
    purgeAudit(auditDirectory(config), { before: first, today: dayOf(Date.now()) }, (files) =>
      record({ interaction: "audit-purge", query: `before ${first}`, detail: files.join(" ") }),
    ),
  );
  if (!purged.ok) return failed(purged.problems);
  return done(`${JSON.stringify({ before: first, deleted: purged.files }, undefined, 2)}\n`);
}

if (import.meta.main) {
  const { exit, out, error } = await runAudit(process.argv.slice(2), process.env);
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
