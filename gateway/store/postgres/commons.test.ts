import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Commons } from "../commons.ts";
import { openCommons } from "./commons.ts";
import { ask } from "./postgres.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

let database: TestDatabase;
let one: Commons;
let other: Commons;

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  // Both make the tables, and those of the store beside them.
  [one, other] = await Promise.all([openCommons(database), openCommons(database)]);
});
afterAll(async () => {
  await Promise.all([one?.close(), other?.close()]);
  await database?.drop();
});

test("a store opens beside them, on the tables that they made", async () => {
  const store = await createPostgresStore({ url: database.url });
  await store.ping();
  await store.close();
});

describe("numbers", () => {
  test("what one machine writes the other one reads, each number by itself", async () => {
    const before = await other.numbers.read();
    await one.numbers.write({ changes: 7 });
    expect(await other.numbers.read()).toEqual({ ...before, changes: 7 });
    await other.numbers.write({ server: 8, taken: 9, era: 10 });
    expect(await one.numbers.read()).toEqual({ changes: 7, server: 8, taken: 9, era: 10 });
  });

  test("are all new when the server has lost them, as after a crash, and are written again", async () => {
    await one.numbers.write({ changes: 7, era: 10, server: 8, taken: 9 });
    await ask(database.url, "DELETE FROM early_years_gateway.store_fence");
    const fresh = await other.numbers.read();
    expect([fresh.changes, fresh.era, fresh.taken]).not.toContain(7);
    expect(fresh.era).not.toBe(10);
    expect(fresh.server).toBe(0);
    await ask(database.url, "DELETE FROM early_years_gateway.store_fence");
    await one.numbers.write({ server: 8 });
    expect((await other.numbers.read()).server).toBe(8);
  });

  test("lie in a table that no flush waits for", async () => {
    const rows = await ask(
      database.url,
      "SELECT relpersistence AS kind FROM pg_class WHERE oid = 'early_years_gateway.store_fence'::regclass",
    );
    expect(rows).toEqual([{ kind: "u" }]);
  });
});

test("a secret is kept once, exchanged only where it is what it was, and removed for all", async () => {
  await one.secrets.add("key", "first");
  await other.secrets.add("key", "second");
  expect(await other.secrets.list()).toEqual(new Map([["key", "first"]]));
  await other.secrets.exchange("key", "second", "third");
  await one.secrets.exchange("key", "first", "fourth");
  expect(await other.secrets.list()).toEqual(new Map([["key", "fourth"]]));
  await other.secrets.remove("key");
  expect(await one.secrets.list()).toEqual(new Map());
});

describe("machines", () => {
  const a = { id: "a", host: "host-a", hasRedis: true, hasRegister: false, baseUrl: "http://a.example" };
  const b = { id: "b", host: "host-b", hasRedis: false, hasRegister: true, baseUrl: "http://b.example" };

  test("know of each other, and for how long nothing was heard of one", async () => {
    await one.machines.meet(a);
    const met = await other.machines.meet(b);
    const there = { hasLeft: false, silent_ms: expect.any(Number) };
    expect(met).toEqual([
      { ...a, ...there },
      { ...b, ...there },
    ]);
    for (const { silent_ms } of met) expect(silent_ms).toBeLessThan(600_000);
    await one.machines.leave("a");
    const [left] = await other.machines.meet(b);
    expect(left?.hasLeft).toBe(true);
    expect(left?.silent_ms).toBeGreaterThan(1_000_000_000);
  });

  test("tell up to when what they wrote has a copy", async () => {
    await one.machines.meet(a);
    await one.machines.copied("a", 5_000);
    const [told] = await other.machines.meet(b);
    expect(told?.uncopied_ms).toBeGreaterThanOrEqual(5_000);
  });

  test("get the same number for a name, another one for each, also when all ask at once", async () => {
    const names = ["a/gateway", "a/gateway-2", "b/gateway", "c/gateway"];
    const numbers = await Promise.all(
      [one, other].map(({ machines }) => Promise.all(names.map((name) => machines.numberOf(name)))),
    );
    expect(numbers[0]).toEqual(numbers[1]);
    expect(numbers[0]?.toSorted()).toEqual([0, 1, 2, 3]);
  });
});

describe("copies of files", () => {
  beforeEach(() => ask(database.url, "TRUNCATE early_years_gateway.store_file, early_years_gateway.store_part"));
  const part = (start: number, text: string) => ({ name: "log", start, bytes: Buffer.from(text) });

  test("arrive part by part, from any byte on", async () => {
    await one.copies.add("a", part(0, "first "), { name: "log", bytes: 6, tail: "1" });
    await one.copies.add("a", part(6, "second"), { name: "log", bytes: 12, tail: "2" });
    expect(await other.copies.files("a")).toEqual([{ name: "log", bytes: 12, tail: "2" }]);
    expect(await other.copies.files("b")).toEqual([]);
    const told = async (from: number) =>
      (await other.copies.parts("a", "log", from)).map(({ start, bytes }) => [start, Buffer.from(bytes).toString()]);
    expect(await told(0)).toEqual([
      [0, "first "],
      [6, "second"],
    ]);
    expect(await told(6)).toEqual([[6, "second"]]);
    expect(await told(12)).toEqual([]);
  });

  test("that are there no more can be wished for, once; and what is forgotten is gone", async () => {
    await one.copies.add("a", part(0, "first "), { name: "log", bytes: 6, tail: "1" });
    await one.copies.sweep("a", 60_000);
    expect(await other.copies.parts("a", "log", 0)).toHaveLength(1);
    await one.copies.sweep("a", -60_000);
    expect(await other.copies.parts("a", "log", 0)).toEqual([]);
    await other.copies.wish("a", "log");
    await other.copies.wish("a", "log");
    expect(await one.copies.wishes("a")).toEqual(["log"]);
    expect(await one.copies.wishes("a")).toEqual([]);
    await one.copies.forget("a", "log");
    expect(await other.copies.files("a")).toEqual([]);
  });
});
