import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { own, release } from "./clean-up.ts";

export interface RunningRedis {
  readonly url: string;
  /** Absent of one that was there already. */
  readonly pid?: number;
  stop(): Promise<void>;
}

const START_MS_MAX = 10_000;
const POLL_MS = 25;

/** The Redis of `REDIS_URL`, else one of our own without anything on disk; undefined where there is neither. */
export async function startRedis(): Promise<RunningRedis | undefined> {
  const { REDIS_URL: given = "" } = process.env;
  if (given !== "") return { url: given, stop: async () => {} };
  const port = await freePort();
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"];
  const server = spawn("redis-server", words, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
    server.once("error", () => resolve());
  });
  own(server.pid);
  const stop = async () => {
    server.kill("SIGKILL");
    await ended;
    release(server.pid);
  };
  const isReady = await Promise.race([answersOn(port), ended.then(() => false)]);
  if (isReady && server.pid !== undefined) return { url: `redis://127.0.0.1:${port}`, pid: server.pid, stop };
  await stop();
  return undefined;
}

async function answersOn(port: number): Promise<boolean> {
  const givenUp = performance.now() + START_MS_MAX;
  while (performance.now() < givenUp) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return true;
    await sleep(POLL_MS);
  }
  return false;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
