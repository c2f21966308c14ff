import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import { startOwnRedis } from "./test-redis.ts";

const POLL_MS = 25;
/** A replica that asks is not kept waiting for others to ask with it. */
const AT_ONCE = ["--repl-diskless-sync-delay", "0"];

/** Says something to one server, over a connection of its own. */
export async function command(url: string, ...words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } }).on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}

export async function untilTold(
  url: string,
  words: readonly string[],
  isSo: (reply: string) => boolean,
): Promise<void> {
  while (!isSo(String(await command(url, ...words)))) await pause(POLL_MS);
}

/** A server and a replica of it that has caught up. */
export async function startPair() {
  const [master, replica] = await Promise.all([startOwnRedis(AT_ONCE), startOwnRedis(AT_ONCE)]);
  await follow(replica.url, master.port);
  return { master, replica, url: `${master.url},${replica.url}` };
}

/** Has a server follow another one, and waits until it does. */
export async function follow(url: string, port: number): Promise<void> {
  await command(url, "REPLICAOF", "127.0.0.1", String(port));
  await untilTold(url, ["INFO", "replication"], (info) => info.includes("master_link_status:up"));
}

/** Moves every slot of one node of a cluster that holds anything to another, as resharding does, key by key. */
export async function moveSlots(from: string, to: string): Promise<number> {
  const [source, target] = [from, to].map((url) => createClient({ url }).on("error", () => {}));
  if (source === undefined || target === undefined) throw new Error("Two nodes are needed.");
  await Promise.all([source.connect(), target.connect()]);
  const [sourceId, targetId] = await Promise.all(
    [source, target].map(async (client) => String(await client.sendCommand(["CLUSTER", "MYID"]))),
  );
  const { hostname, port } = new URL(to);
  const say = (client: typeof source, ...words: string[]) => client.sendCommand(words);
  const names = await source.keys("*");
  const slots = new Set(
    await Promise.all(names.map(async (name) => String(await say(source, "CLUSTER", "KEYSLOT", name)))),
  );
  for (const slot of slots) {
    await say(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId ?? "");
    await say(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", targetId ?? "");
    for (;;) {
      const held = await say(source, "CLUSTER", "GETKEYSINSLOT", slot, "10");
      if (!Array.isArray(held) || held.length === 0) break;
      await say(source, "MIGRATE", hostname, port, "", "0", "5000", "KEYS", ...held.map(String));
      // Long enough that somebody asks for what is half here and half there.
      await pause(1);
    }
    for (const client of [target, source]) await say(client, "CLUSTER", "SETSLOT", slot, "NODE", targetId ?? "");
  }
  for (const client of [source, target]) client.destroy();
  return slots.size;
}
