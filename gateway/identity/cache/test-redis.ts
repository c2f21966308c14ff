import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { freePort } from "../../spawned.fixtures.ts";

const START_MS_MAX = 120_000;
/** For those who test what happens while Redis answers: on a busy machine it may take its time over that. */
export const PATIENT_MS = 60_000;
const POLL_MS = 25;

export interface TestRedis {
  readonly url: string;
  /** Of the server that was started here; `undefined` for one that was there already. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/**
 * A real Redis for a test: the one of `REDIS_URL`, else a `redis-server` of our own on a free port without anything on
 * disk, installed by apt where that is possible.
 * @throws Error that says what to do when there is none
 */
export async function startTestRedis(): Promise<TestRedis> {
  const { REDIS_URL: given = "" } = process.env;
  if (given !== "") return { url: given, pid: undefined, stop: async () => {} };
  return startOwnRedis();
}

/**
 * One that a test may stop, whatever `REDIS_URL` says. `given` are further words of its command line; the port is a free
 * one unless it is the one of a server that has been stopped.
 */
export async function startOwnRedis(
  given: readonly string[] = [],
  formerPort?: number,
): Promise<TestRedis & { readonly pid: number; readonly port: number }> {
  const program = findOnPath("redis-server") ?? installByApt();
  const port = formerPort ?? (await freePort());
  // A replica keeps what it was sent in its directory, and whoever starts there begins with that.
  const directory = await mkdtemp(join(tmpdir(), "redis-"));
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory];
  const server = spawn(program, [...words, ...given], { stdio: "ignore" });
  const url = `redis://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(url);
    if (server.pid === undefined) throw new Error("A Redis of its own has a process of its own.");
    return { url, pid: server.pid, port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function findOnPath(program: string): string | undefined {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(directory, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

function installByApt(): string {
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    try {
      // Another worker may be at it: whoever comes second waits, and finds it there.
      execFileSync("apt-get", ["-o", "DPkg::Lock::Timeout=600", "install", "-y", "redis-server"], {
        stdio: "ignore",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    } catch {}
    const program = findOnPath("redis-server");
    if (program !== undefined) return program;
  }
  throw new Error(
    "These tests need a real Redis and found none. Either set REDIS_URL to one that may be written to " +
      "(REDIS_URL=redis://127.0.0.1:6379), or put redis-server on the PATH " +
      "(Debian, Ubuntu: sudo apt-get install -y redis-server; macOS: brew install redis).",
  );
}

async function untilReady(url: string): Promise<void> {
  const givenUp = performance.now() + START_MS_MAX;
  while (performance.now() < givenUp) {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.ping();
      return;
    } catch {
      await pause(POLL_MS);
    } finally {
      if (client.isOpen) client.destroy();
    }
  }
  throw new Error("redis-server was started and does not answer; look whether something keeps it from listening.");
}
