import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreUnavailableError } from "../unavailable.ts";
import { type Connection, openConnection } from "./connection.ts";
import { createLogFlush, type LogFlush } from "./log-flush.ts";
import { createSqliteStore } from "./sqlite.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";

/** Flushes that come to an end when a test says so. */
function flushes() {
  const under: { resolve(): void; reject(error: unknown): void }[] = [];
  return { under, flush: () => new Promise<void>((resolve, reject) => under.push({ resolve, reject })), close() {} };
}

async function turns(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("a log that is flushed beside the thread", () => {
  let directory: string;
  let connection: Connection;
  let disk: ReturnType<typeof flushes>;
  let log: LogFlush;
  let queue: WriteQueue;
  const told: string[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "log-"));
    connection = openConnection(join(directory, "store.sqlite"));
    disk = flushes();
    log = createLogFlush(disk);
    queue = createWriteQueue(connection, { clock: () => 0, onCommit: () => undefined, log });
    told.length = 0;
  });
  afterEach(() => {
    connection.database.close();
    rmSync(directory, { recursive: true });
  });

  const child = (id: string, options?: { flush: "later" }) =>
    queue
      .add((transaction) => transaction.createChild(id, ""), options)
      .then(
        () => told.push(id),
        (error: unknown) => told.push(`${id}: ${error instanceof StoreUnavailableError ? error.message : "?"}`),
      );

  test("a writer is told once its commit is on the disk, and the next commit waits for that", async () => {
    const first = child("p-1");
    await turns();
    const second = child("p-2");
    await turns();
    expect([told, disk.under.length]).toEqual([[], 1]);
    disk.under[0]?.resolve();
    await first;
    await turns();
    expect([told, disk.under.length]).toEqual([["p-1"], 2]);
    disk.under[1]?.resolve();
    await second;
    expect(told).toEqual(["p-1", "p-2"]);
  });

  test("whoever read meanwhile waits for it too, also for what its writer does not wait for", async () => {
    expect(log.settled()).toBeUndefined();
    await child("p-1", { flush: "later" });
    const settled = [log.settled()];
    await child("p-2", { flush: "later" });
    settled.push(log.settled());
    const isSettled = [false, false];
    for (const [n, one] of settled.entries()) {
      one?.then(() => {
        isSettled[n] = true;
      });
    }
    await turns();
    expect([isSettled, disk.under.length]).toEqual([[false, false], 1]);
    disk.under[0]?.resolve();
    await turns();
    // What was committed after the flush began needs another, for which nobody waits who did not see it.
    expect([isSettled, disk.under.length]).toEqual([[true, false], 2]);
    disk.under[1]?.resolve();
    await settled[1];
    expect(log.settled()).toBeUndefined();
  });

  test("once it could not be flushed nothing is written and nothing that was read is answered", async () => {
    const lost = child("p-1");
    await turns();
    const waiting = child("p-2");
    disk.under[0]?.reject(Object.assign(new Error("no"), { code: "EIO" }));
    await Promise.all([lost, waiting]);
    await child("p-3");
    const message = "What was written could not be brought to the disk (EIO): start again.";
    expect(told).toEqual(["p-1", "p-2", "p-3"].map((id) => `${id}: ${message}`));
    await expect(log.settled()).rejects.toThrow(message);
    expect(() => log.check()).toThrow(message);
    expect(disk.under).toHaveLength(1);
  });
});

test("a store that is alone brings its log to the disk, also when that was begun anew", async () => {
  const directory = mkdtempSync(join(tmpdir(), "log-"));
  const path = join(directory, "store.sqlite");
  const store = createSqliteStore({ path, isAlone: true });
  const inode = statSync(`${path}-wal`).ino;
  try {
    for (let n = 0; n < 3; n += 1) {
      await store.write((transaction) => transaction.createChild(`p-${n}`, ""));
      const other = openConnection(path);
      other.database.exec("PRAGMA wal_checkpoint(RESTART)");
      other.database.close();
    }
    expect(statSync(`${path}-wal`).ino).toBe(inode);
    expect(store.settled?.()).toBeUndefined();
    expect(await store.locate("Patient", "p-2", "")).toBeDefined();
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
});
