import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { write } from "../statements/steps.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { type Connection, openConnection } from "./connection.ts";
import { SqliteDriver } from "./driver.ts";
import { createWriteQueue } from "./write-queue.ts";

const NORMAL = 1;
const FULL = 2;

test("a commit is flushed unless all works in it may be flushed later, and one that is not flushes what came before", async () => {
  const directory = mkdtempSync(join(tmpdir(), "queue-"));
  const connection = openConnection(join(directory, "store.sqlite"));
  const queue = createWriteQueue(connection, { clock: () => 0, onCommit: () => undefined });
  const safety = async () => connection.database.prepare("PRAGMA synchronous").get()?.synchronous;
  const later = () => queue.add(safety, { flush: "later" });
  const now = () => queue.add(safety);
  try {
    expect(await Promise.all([later(), later(), now(), later(), now()])).toEqual([NORMAL, NORMAL, FULL, FULL, FULL]);
    expect(await Promise.all([later()])).toEqual([NORMAL]);
    expect(await Promise.all([now()])).toEqual([FULL]);
  } finally {
    await queue.close();
    connection.database.close();
    rmSync(directory, { recursive: true });
  }
});

test("works beside which one fails are run again, and once only: then each can be taken back by itself", async () => {
  const directory = mkdtempSync(join(tmpdir(), "queue-"));
  const connection = openConnection(join(directory, "store.sqlite"));
  const queue = createWriteQueue(connection, { clock: () => 0, onCommit: () => undefined });
  const runs = new Map<string, number>();
  const child = (id: string, fate: "holds" | "fails" | "is refused" = "holds") =>
    queue.add(async (transaction) => {
      runs.set(id, (runs.get(id) ?? 0) + 1);
      if (fate === "is refused") throw new Error("no");
      await transaction.createChild(id, "");
      if (fate === "fails") throw new Error("no");
    });
  try {
    const told = await Promise.allSettled([
      child("refused", "is refused"),
      child("a"),
      child("b"),
      child("refused-too", "is refused"),
      child("failed", "fails"),
      child("c"),
      child("failed-too", "fails"),
      child("d"),
    ]);
    expect(told.map(({ status }) => status === "fulfilled")).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
    const once = { refused: 1, "refused-too": 1, failed: 1, c: 1, "failed-too": 1, d: 1 };
    expect(Object.fromEntries(runs)).toEqual({ ...once, a: 2, b: 2 });
    const held = connection.database.prepare("SELECT patient_id FROM record ORDER BY key").all();
    expect(held.map(({ patient_id }) => patient_id)).toEqual(["a", "b", "c", "d"]);
  } finally {
    await queue.close();
    connection.database.close();
    rmSync(directory, { recursive: true });
  }
});

describe("a file that cannot be written for the time being", () => {
  let directory: string;
  let connection: Connection;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "queue-"));
    connection = openConnection(join(directory, "store.sqlite"));
  });
  afterEach(() => {
    connection.database.close();
    rmSync(directory, { recursive: true });
  });

  const limit = (pages: number) => connection.database.exec(`PRAGMA max_page_count = ${pages}`);

  test("is told as a store that is unavailable, to whoever wrote and to those of the same commit", async () => {
    const queue = createWriteQueue(connection, { clock: () => 0, onCommit: () => undefined });
    const pages = Number(connection.database.prepare("PRAGMA page_count").get()?.page_count);
    limit(pages);
    const small = () => queue.add((transaction) => transaction.createChild("p-1", ""));
    const large = () =>
      queue.add(async (transaction) => {
        const receipt = "r".repeat(40_000);
        await transaction.putReceipt("r-1", "s", receipt);
      });
    const told = await Promise.allSettled([small(), large()]);
    expect(told.filter(({ status }) => status === "rejected")).not.toEqual([]);
    for (const one of told) if (one.status === "rejected") expect(one.reason).toBeInstanceOf(StoreUnavailableError);
    limit(pages + 1_000);
    await large();
    await queue.close();
  });

  test("is told so too while another process holds it, unlike a mistake in a statement", () => {
    const other = openConnection(join(directory, "store.sqlite"));
    other.database.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    connection.database.exec("PRAGMA busy_timeout = 0");
    const driver = new SqliteDriver(connection);
    expect(() => driver.drive(() => write("DELETE FROM receipt"))).toThrow(StoreUnavailableError);
    expect(() => driver.drive(() => write("DELETE FROM unheard_of"))).toThrow("no such table");
    other.database.close();
  });
});
