import { randomUUID } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LivingRegister } from "./access/living-register.ts";
import { compareDigests, type RegisterDigest, toChangeText } from "./access/register-digest.ts";
import type { AuditLog } from "./audit/audit.ts";
import type { ReadRegister, RegisterReader } from "./compose-register.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";

/** Something else that decides and is read from a file, as the lists of labels. */
export interface ReloadedFile {
  /** Name of the setting, as `LABELS_FILE`. */
  readonly setting: string;
  /** Absolute path. */
  readonly path: string;
  /** Reads and checks it. Nothing changes until `apply` is called; `change` is absent where it is as it was. */
  prepare(): Promise<
    | { readonly ok: true; readonly change?: { /** For the audit log. */ readonly text: string; apply(): void } }
    | { readonly ok: false; readonly problems: readonly string[] }
  >;
}

export interface ReloadState {
  readonly version: number;
  /** Whether the newest files were refused, and those before them are still in force. */
  readonly isRefused: boolean;
}

export interface Reloading {
  /** Reads all files again. Never rejects. */
  reload(): Promise<void>;
  state(): ReloadState;
  close(): void;
}

interface ReloadPorts {
  readonly living: LivingRegister;
  readonly read: RegisterReader;
  readonly first: ReadRegister;
  readonly files: readonly ReloadedFile[];
  readonly audit: AuditLog;
  readonly log: Logger;
  /** What was last in force is remembered here, so that a change made while the gateway stood still is recorded too. */
  readonly dataDir: string;
  readonly watch_ms?: number;
}

const CLIENT = "gateway";

/**
 * Takes changed files into use without a restart: looked at now and again, and when told to (SIGHUP). They are checked
 * first, recorded second and in force third, all of them in one step; what is wrong leaves everything as it was.
 */
export function createReloading(ports: ReloadPorts): Reloading {
  const { living, log, files } = ports;
  let { digest, files: paths } = ports.first;
  let isRefused = false;
  // Unknown at first, so that what changed between the reading at start and the first look is not missed.
  let seen: string | undefined;
  let running: Promise<void> = recordStart(ports);

  async function readRegister(): Promise<readonly string[]> {
    const read = await ports.read();
    if (!read.ok) return read.problems;
    const problems = living.problemsOf(read.register);
    if (problems.length > 0) return problems.map(({ path, message }) => `REGISTER_FILE: ${path}: ${message}`);
    paths = read.files;
    const changes = compareDigests(digest, read.digest);
    if (changes.length === 0) return [];
    await record(ports, "success", toChangeText(changes));
    living.replace(read.register);
    digest = read.digest;
    await remember(ports.dataDir, digest);
    log.info({ version: living.register.version, changes: changes.length }, "the register was reloaded");
    return [];
  }

  async function readFiles(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const file of files) {
      const prepared = await file.prepare();
      if (!prepared.ok) problems.push(...prepared.problems.map((problem) => `${file.setting}: ${problem}`));
      else if (prepared.change !== undefined) {
        await record(ports, "success", `changed ${file.setting} ${prepared.change.text}`);
        prepared.change.apply();
        living.touch();
        log.info({ version: living.register.version, setting: file.setting }, "a file was reloaded");
      }
    }
    return problems;
  }

  async function reload(): Promise<void> {
    try {
      seen = await stateOf([...paths, ...files.map(({ path }) => path)]);
      const problems = [...(await readRegister()), ...(await readFiles())];
      isRefused = problems.length > 0;
      if (!isRefused) return;
      log.error({ problems }, "the files of the register are refused; what was in force before still is");
      await record(ports, "refused", `refused: ${problems.length} problems`);
    } catch (error) {
      // Not recorded means not in force; it is tried again with the next look.
      seen = undefined;
      isRefused = true;
      log.error({ error }, "the register could not be reloaded");
    }
  }

  const queue = (): Promise<void> => {
    running = running.then(reload);
    return running;
  };
  const look = async (): Promise<void> => {
    const now = await stateOf([...paths, ...files.map(({ path }) => path)]);
    if (now === seen) return;
    // What is being written now is read when it has settled.
    if (now === settling) await queue();
    settling = now;
  };
  let settling: string | undefined;
  const isWatched = ports.first.files.length + files.length > 0;
  const timer = isWatched ? setInterval(() => void look(), ports.watch_ms ?? LIMITS.register_watch_ms) : undefined;
  timer?.unref();
  return {
    reload: queue,
    state: () => ({ version: living.register.version, isRefused }),
    close: () => clearInterval(timer),
  };
}

async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return states.map((state) => (state ? `${state.mtimeMs} ${state.size} ${state.ino}` : "-")).join("|");
}

async function record({ audit }: ReloadPorts, outcome: "success" | "refused", detail: string): Promise<void> {
  await audit.append({ interaction: "configuration", outcome, requestId: randomUUID(), client: CLIENT, detail });
}

/** What was changed since the gateway last ran with a register of its own. */
async function recordStart(ports: ReloadPorts): Promise<void> {
  const { digest, files } = ports.first;
  if (files.length === 0) return;
  try {
    const before = await recall(ports.dataDir);
    const changes = compareDigests(before, digest);
    if (changes.length === 0) return;
    await record(ports, "success", toChangeText(changes));
    await remember(ports.dataDir, digest);
  } catch (error) {
    ports.log.error({ error }, "what the register holds could not be recorded");
  }
}

const fileOf = (dataDir: string): string => join(dataDir, "register-known.json");

async function remember(dataDir: string, digest: RegisterDigest): Promise<void> {
  await writeFile(fileOf(dataDir), `${JSON.stringify(Object.fromEntries(digest), undefined, 1)}\n`, { mode: 0o600 });
}

async function recall(dataDir: string): Promise<RegisterDigest> {
  const text = await readFile(fileOf(dataDir), "utf8").catch(() => "{}");
  const known: unknown = JSON.parse(text);
  const entries = typeof known === "object" && known !== null ? Object.entries(known) : [];
  return new Map(entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : [])));
}
