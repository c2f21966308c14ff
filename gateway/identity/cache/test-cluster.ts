import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { startOwnRedis } from "./test-redis.ts";

const NODES = 3;
const SLOTS = 16_384;
const POLL_MS = 25;

export interface TestCluster {
  /** As REDIS_URL names it. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** A real cluster of three masters on free ports, put together here. */
export async function startTestCluster(): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), "redis-cluster-"));
  const nodes = await Promise.all(
    Array.from({ length: NODES }, (_, index) =>
      startOwnRedis([
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        join(directory, `node-${index}.conf`),
        "--cluster-node-timeout",
        "2000",
      ]),
    ),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(directory, { recursive: true });
  };
  try {
    await joinAll(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = nodes.map(({ url }) => url);
  return { url: urls.join(","), urls, pids: nodes.map(({ pid }) => pid), stop };
}

async function joinAll(nodes: readonly { readonly url: string; readonly port: number }[]): Promise<void> {
  const clients = nodes.map(({ url }) => createClient({ url }).on("error", () => {}));
  try {
    for (const [index, client] of clients.entries()) {
      await client.connect();
      const from = Math.floor((index * SLOTS) / NODES);
      const to = Math.floor(((index + 1) * SLOTS) / NODES) - 1;
      await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
      // Two masters with one epoch would have to settle first whose word counts.
      await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
    }
    for (const { port } of nodes.slice(1)) {
      await clients[0]?.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(port)]);
    }
    for (const client of clients) {
      for (;;) {
        const info = String(await client.sendCommand(["CLUSTER", "INFO"]));
        if (/cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${NODES}`)) break;
        await pause(POLL_MS);
      }
    }
  } finally {
    for (const client of clients) if (client.isOpen) client.destroy();
  }
}
