import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { startOwnRedis } from "./test-redis.ts";

const MASTERS = 3;
const SLOTS = 16_384;
const POLL_MS = 25;
/** How long a node may be silent before the others take it for gone: a second where replicas are to take over. */
const SILENT_MS = { alone: 60_000, withReplicas: 1_000 };

export interface TestCluster {
  /** As REDIS_URL names it. */
  readonly url: string;
  /** Of the masters, then of their replicas in the same order. */
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** A real cluster of three masters on free ports, put together here; with `replicas` each of them has one. */
export async function startTestCluster({ replicas = false } = {}): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), "redis-cluster-"));
  const nodes = await Promise.all(
    Array.from({ length: replicas ? 2 * MASTERS : MASTERS }, (_, index) =>
      startOwnRedis([
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        join(directory, `node-${index}.conf`),
        "--cluster-node-timeout",
        String(replicas ? SILENT_MS.withReplicas : SILENT_MS.alone),
        "--repl-diskless-sync-delay",
        "0",
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
  const url = `redis-cluster://${urls.map((one) => one.replace("redis://", "")).join(",")}`;
  return { url, urls, pids: nodes.map(({ pid }) => pid), stop };
}

async function joinAll(nodes: readonly { readonly url: string; readonly port: number }[]): Promise<void> {
  const clients = nodes.map(({ url }) => createClient({ url }).on("error", () => {}));
  const masters = clients.slice(0, MASTERS);
  try {
    await Promise.all(clients.map((client) => client.connect()));
    for (const [index, client] of masters.entries()) {
      const from = Math.floor((index * SLOTS) / MASTERS);
      const to = Math.floor(((index + 1) * SLOTS) / MASTERS) - 1;
      await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
      // Two masters with one epoch would have to settle first whose word counts.
      await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
    }
    for (const { port } of nodes.slice(1)) {
      await clients[0]?.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(port)]);
    }
    await untilAll(clients, ["CLUSTER", "INFO"], (info) => info.includes(`cluster_known_nodes:${nodes.length}`));
    const ids = await Promise.all(masters.map(async (client) => String(await client.sendCommand(["CLUSTER", "MYID"]))));
    const replicas = clients.slice(MASTERS);
    // A replica can follow only whom it has heard of.
    await untilAll(replicas, ["CLUSTER", "NODES"], (nodesTold) => ids.every((id) => nodesTold.includes(id)));
    for (const [index, client] of replicas.entries()) {
      await client.sendCommand(["CLUSTER", "REPLICATE", ids[index] ?? ""]);
    }
    await untilAll(replicas, ["INFO", "replication"], (info) => info.includes("master_link_status:up"));
    await untilAll(clients, ["CLUSTER", "INFO"], (info) => info.includes("cluster_state:ok"));
  } finally {
    for (const client of clients) if (client.isOpen) client.destroy();
  }
}

interface Asked {
  sendCommand(words: string[]): Promise<unknown>;
}

async function untilAll(
  clients: readonly Asked[],
  words: readonly string[],
  isSo: (reply: string) => boolean,
): Promise<void> {
  for (const client of clients) {
    while (!isSo(String(await client.sendCommand([...words])))) await pause(POLL_MS);
  }
}
