import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditFilter, AuditRecord } from "./audit.ts";
import { type IndexWorld, LONG, names, scanned, startIndexWorld } from "./audit-index.fixtures.ts";
import { NOON, recordOf } from "./log.fixtures.ts";

const DAY_MS = 86_400_000;
let world: IndexWorld;

beforeEach(() => {
  world = startIndexWorld();
});
afterEach(() => world.close());

test("what was appended is in the index as it was, by position and by id", async () => {
  const [log, index] = [await world.openLog(), world.openIndex()];
  const unknown = recordOf("b", { client: "9990000018 or so", outcome: "refused" });
  const bare: AuditRecord = { interaction: "token", outcome: "failed", requestId: "c", client: "hv-demo" };
  for (const [n, record] of [recordOf("a"), unknown, bare].entries()) {
    world.now = NOON + n;
    await log.append(record);
  }
  await index.catchUp();
  const records = await scanned(index);
  expect(records.map(({ record }) => record)).toEqual([recordOf("a"), unknown, bare]);
  expect(records.map(({ time, isPurged }) => [time, isPurged])).toEqual([0, 1, 2].map((n) => [NOON + n, false]));
  expect(new Set(records.map(({ id }) => id)).size).toBe(3);
  for (const record of records) expect(await index.get(record.id)).toEqual(record);
  for (const id of ["", "x", "0".repeat(64), `${records[0]?.id}0`]) expect(await index.get(id)).toBeUndefined();
});

test("an index without a log, and one that was not asked to catch up, hold nothing", async () => {
  const index = world.openIndex();
  await index.catchUp();
  expect(await scanned(index)).toEqual([]);
  await (await world.openLog()).append(recordOf("a"));
  expect(await scanned(index)).toEqual([]);
  await index.catchUp();
  expect(await names(index)).toEqual(["a"]);
});

test("records that come while it catches up are there at the next call, each once and in order", async () => {
  const [log, index] = [await world.openLog({ fileBytesMax: 20_000 }), world.openIndex()];
  const expected: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const batch = Array.from({ length: 40 }, (_, n) => `${round}-${n}`);
    expected.push(...batch);
    const appended = Promise.all(batch.map((name) => log.append(recordOf(name))));
    await Promise.all([index.catchUp(), appended, index.catchUp()]);
  }
  await index.catchUp();
  expect(await names(index)).toEqual(expected);
  expect(world.filesOf(".journal").length).toBeGreaterThan(3);
});

test("a call made while another runs sees what was on disk when it was made, even in a file that was read before", async () => {
  const [first, long, index] = [
    await world.openLog({ process: "a" }),
    await world.openLog({ process: "b" }),
    world.openIndex(),
  ];
  await first.append(recordOf("a"));
  await Promise.all(Array.from({ length: 3_000 }, (_, n) => long.append(recordOf(`long-${n}`, LONG))));
  const running = index.catchUp();
  while ((await index.scan({}, undefined, 1)).length === 0) await new Promise((resolve) => setImmediate(resolve));
  await first.append(recordOf("b"));
  await Promise.all([index.catchUp(), index.catchUp()]);
  expect(await names(index, { organizations: ["Y99999"] })).toEqual(["a", "b"]);
  expect(await scanned(index, {}, 1_000)).toHaveLength(3_002);
  await running;
});

test("a journal longer than what is read at once gives every record its own details", async () => {
  const [log, index] = [await world.openLog(), world.openIndex()];
  const expected = Array.from({ length: 700 }, (_, n) => recordOf(`r-${n}`, { ...LONG, query: "q".repeat(n * 3) }));
  await Promise.all(expected.map((record) => log.append(record)));
  await index.catchUp();
  expect((await scanned(index, {}, 400)).map(({ record }) => record)).toEqual(expected);
  const newest = await scanned(index, { order: "newest-first", clients: ["gp-demo"] }, 400);
  expect(newest.map(({ record }) => record)).toEqual(expected.toReversed());
});

describe("filters", () => {
  beforeEach(async () => {
    const log = await world.openLog();
    const records: readonly Partial<AuditRecord>[] = [
      {},
      { client: "hv-demo", organization: "Y88888", patients: ["patient-2", "patient-1"] },
      { patients: [] },
      { client: "gp-demo", organization: "Y77777", patients: ["patient-2"] },
    ];
    for (const [n, record] of records.entries()) {
      world.now = NOON + n * 1_000;
      await log.append(recordOf(String(n), record));
    }
  });

  test.each<[string, AuditFilter, readonly string[]]>([
    ["none", {}, ["0", "1", "2", "3"]],
    ["a beginning", { from: NOON + 1_000 }, ["1", "2", "3"]],
    ["an end", { until: NOON + 1_000 }, ["0"]],
    ["a span", { from: NOON + 1, until: NOON + 2_001 }, ["1", "2"]],
    ["a span without anything", { from: NOON + 1, until: NOON + 999 }, []],
    ["a span after everything", { from: NOON + DAY_MS }, []],
    ["a patient", { patient: "patient-2" }, ["1", "3"]],
    ["a patient of whom nothing was released", { patient: "patient-3" }, []],
    ["a client", { clients: ["hv-demo"] }, ["1"]],
    ["several clients", { clients: ["hv-demo", "gp-demo", "none"] }, ["0", "1", "2", "3"]],
    ["no client", { clients: [] }, []],
    ["an organisation", { organizations: ["Y77777", "Y88888"] }, ["1", "3"]],
    ["all of them", { patient: "patient-1", clients: ["gp-demo"], organizations: ["Y99999"], until: NOON + 1 }, ["0"]],
  ])("by %s, in either order, page by page", async (_, filter, expected) => {
    const index = world.openIndex();
    await index.catchUp();
    expect(await names(index, filter)).toEqual(expected);
    expect(await names(index, { ...filter, order: "newest-first" })).toEqual(expected.toReversed());
    expect((await scanned(index, filter, 1)).map(({ record }) => record.requestId)).toEqual(expected);
  });
});

test("several processes make one order: each its own by position, all together newest first", async () => {
  const [one, other] = [await world.openLog({ process: "b" }), await world.openLog({ process: "a" })];
  for (let n = 0; n < 8; n += 1) {
    world.now = n === 0 ? NOON - 1_000 : NOON + Math.floor(n / 4) * 1_000;
    await (n % 2 === 0 ? one : other).append(recordOf(String(n)));
  }
  const index = world.openIndex();
  await index.catchUp();
  const records = await scanned(index);
  expect(records.map(({ record }) => Number(record.requestId))).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  expect(records.map(({ position }) => position)).toEqual(
    records.map(({ position }) => position).toSorted((a, b) => a - b),
  );
  for (const page of [1, 2, 3, 9]) {
    const newest = await scanned(index, { order: "newest-first" }, page);
    expect(newest.map(({ record }) => record.requestId).toSorted()).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(newest.map(({ time }) => time - NOON)).toEqual([1_000, 1_000, 1_000, 1_000, 0, 0, 0, -1_000]);
  }
  const again = world.openIndex("a-second-reader");
  await again.catchUp();
  expect(await scanned(again)).toEqual(records);
});
