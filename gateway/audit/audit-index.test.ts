import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditFilter, AuditIndex, AuditLog, AuditRecord } from "./audit.ts";
import { createAuditIndex } from "./audit-index.ts";
import { createAuditLog } from "./log.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 0, 31, 12);
const INDEX = "gateway.index.sqlite";

let directory = "";
let now = NOON;
let opened: (AuditLog | AuditIndex)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "audit-index-"));
  now = NOON;
});
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
  rmSync(directory, { recursive: true });
});

async function openLog(change: { process?: string; fileBytesMax?: number } = {}): Promise<AuditLog> {
  const log = await createAuditLog({ directory, process: "gateway", clock: () => now, ...change });
  opened.push(log);
  return log;
}

function openIndex(process = "gateway"): AuditIndex {
  const index = createAuditIndex({ directory, process });
  opened.push(index);
  return index;
}

function recordOf(requestId: string, change: Partial<AuditRecord> = {}): AuditRecord {
  return {
    interaction: "search-type",
    outcome: "success",
    requestId,
    client: "gp-demo",
    organization: "Y99999",
    purpose: "TREAT",
    agreement: "gp/1",
    legalBasis: "6(1)(e)",
    tokenId: "token-1",
    query: "patient.identifier=9990000018&note=\u2028ë",
    patients: ["patient-1"],
    released: ["Observation/o-1/1"],
    withheld: { count: 2, rules: ["objection"] },
    detail: 'says "sequence":7,"time":1}}',
    ...change,
  };
}

const LONG: Partial<AuditRecord> = {
  organization: "Y88888",
  released: Array.from({ length: 20 }, (_, n) => `Observation/${"0".repeat(32)}-${n}/1`),
};

/** All that the index holds, a few at a time. */
async function scanned(index: AuditIndex, filter: AuditFilter = {}, page = 3) {
  const records = [];
  for (;;) {
    const found = await index.scan(filter, records.at(-1)?.position, page);
    records.push(...found);
    if (found.length < page) return records;
  }
}

const names = async (index: AuditIndex, filter: AuditFilter = {}) =>
  (await scanned(index, filter)).map(({ record }) => record.requestId);

function filesOf(kind: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.endsWith(kind));
}

test("what was appended is in the index as it was, by position and by id", async () => {
  const [log, index] = [await openLog(), openIndex()];
  const unknown = recordOf("b", { client: "9990000018 or so", outcome: "refused" });
  const bare: AuditRecord = { interaction: "token", outcome: "failed", requestId: "c", client: "hv-demo" };
  for (const [n, record] of [recordOf("a"), unknown, bare].entries()) {
    now = NOON + n;
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
  const index = openIndex();
  await index.catchUp();
  expect(await scanned(index)).toEqual([]);
  await (await openLog()).append(recordOf("a"));
  expect(await scanned(index)).toEqual([]);
  await index.catchUp();
  expect(await names(index)).toEqual(["a"]);
});

test("records that come while it catches up are there at the next call, each once and in order", async () => {
  const [log, index] = [await openLog({ fileBytesMax: 20_000 }), openIndex()];
  const expected: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const batch = Array.from({ length: 40 }, (_, n) => `${round}-${n}`);
    expected.push(...batch);
    const appended = Promise.all(batch.map((name) => log.append(recordOf(name))));
    await Promise.all([index.catchUp(), appended, index.catchUp()]);
  }
  await index.catchUp();
  expect(await names(index)).toEqual(expected);
  expect(filesOf(".journal").length).toBeGreaterThan(3);
});

test("a call made while another runs sees what was on disk when it was made, even in a file that was read before", async () => {
  const [first, long, index] = [await openLog({ process: "a" }), await openLog({ process: "b" }), openIndex()];
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
  const [log, index] = [await openLog(), openIndex()];
  const expected = Array.from({ length: 700 }, (_, n) => recordOf(`r-${n}`, { ...LONG, query: "q".repeat(n * 3) }));
  await Promise.all(expected.map((record) => log.append(record)));
  await index.catchUp();
  expect((await scanned(index, {}, 400)).map(({ record }) => record)).toEqual(expected);
  const newest = await scanned(index, { order: "newest-first", clients: ["gp-demo"] }, 400);
  expect(newest.map(({ record }) => record)).toEqual(expected.toReversed());
});

describe("filters", () => {
  beforeEach(async () => {
    const log = await openLog();
    const records: readonly Partial<AuditRecord>[] = [
      {},
      { client: "hv-demo", organization: "Y88888", patients: ["patient-2", "patient-1"] },
      { patients: [] },
      { client: "gp-demo", organization: "Y77777", patients: ["patient-2"] },
    ];
    for (const [n, record] of records.entries()) {
      now = NOON + n * 1_000;
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
    const index = openIndex();
    await index.catchUp();
    expect(await names(index, filter)).toEqual(expected);
    expect(await names(index, { ...filter, order: "newest-first" })).toEqual(expected.toReversed());
    expect((await scanned(index, filter, 1)).map(({ record }) => record.requestId)).toEqual(expected);
  });
});

test("several processes make one order: each its own by position, all together newest first", async () => {
  const [one, other] = [await openLog({ process: "b" }), await openLog({ process: "a" })];
  for (let n = 0; n < 8; n += 1) {
    now = n === 0 ? NOON - 1_000 : NOON + Math.floor(n / 4) * 1_000;
    await (n % 2 === 0 ? one : other).append(recordOf(String(n)));
  }
  const index = openIndex();
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
  const again = openIndex("a-second-reader");
  await again.catchUp();
  expect(await scanned(again)).toEqual(records);
});

describe("a restart, a purge and a rebuild", () => {
  let log: AuditLog;
  let index: AuditIndex;

  beforeEach(async () => {
    log = await openLog();
    index = openIndex();
    for (const [day, name] of ["a", "b", "c"].entries()) {
      now = NOON + day * DAY_MS;
      await log.append(recordOf(name, { patients: [`patient-${name}`] }));
    }
    await index.catchUp();
  });

  async function restart(): Promise<void> {
    await log.close();
    await index.close();
    log = await openLog();
    index = openIndex();
  }

  function purge(day: string): void {
    for (const name of readdirSync(directory)) {
      if (name.startsWith(`gateway.${day}.`)) rmSync(join(directory, name));
    }
  }

  test("after a restart it goes on where it was", async () => {
    const before = await scanned(index);
    await restart();
    expect(await scanned(index)).toEqual(before);
    await log.append(recordOf("d"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c", "d"]);
  });

  test("after a purge the leaf stays and the details are gone, at once and from the file", async () => {
    const [purged] = await scanned(index);
    purge("2026-01-31");
    for (const isCaughtUp of [false, true]) {
      if (isCaughtUp) await index.catchUp();
      const [first, second] = await scanned(index);
      expect(first).toEqual({
        position: purged?.position,
        id: purged?.id,
        time: NOON,
        isPurged: true,
        record: {
          interaction: "search-type",
          outcome: "success",
          requestId: "",
          client: "gp-demo",
          organization: "Y99999",
          purpose: "TREAT",
          agreement: "gp/1",
          legalBasis: "6(1)(e)",
        },
      });
      expect(second).toMatchObject({ isPurged: false, record: { requestId: "b" } });
    }
    expect(await scanned(index, { patient: "patient-a" })).toEqual([]);
    expect(await scanned(index, { patient: "patient-b" })).toHaveLength(1);
    const files = filesOf("").filter((name) => name.startsWith(INDEX));
    const bytes = files.map((name) => readFileSync(join(directory, name), "latin1")).join("");
    expect(bytes).toContain("patient-b");
    expect(bytes).not.toContain("patient-a");
    expect(bytes).not.toContain("9990000018");
  });

  test("made again it holds the same, purged days included", async () => {
    purge("2026-02-01");
    await index.catchUp();
    const before = await scanned(index);
    await restart();
    await index.close();
    for (const name of filesOf("").filter((each) => each.startsWith(INDEX))) rmSync(join(directory, name));
    index = openIndex();
    await index.catchUp();
    expect(await scanned(index)).toEqual(before);
    expect(before.map(({ isPurged }) => isPurged)).toEqual([false, true, false]);
  });

  test.each<[string, (path: string) => void]>([
    ["is no database", (path) => writeFileSync(path, "not a database at all ".repeat(500))],
    [
      "lost a table",
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("DROP TABLE entry");
        database.close();
      },
    ],
    [
      "is of another version",
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
    ],
  ])("an index that %s is made again before it answers", async (_, damage) => {
    const before = await scanned(index);
    await restart();
    damage(join(directory, INDEX));
    await index.catchUp();
    expect(await scanned(index)).toEqual(before);
  });

  test("an index of another log is made again", async () => {
    await restart();
    await log.close();
    for (const name of [...filesOf(".journal"), ...filesOf(".leaves")]) rmSync(join(directory, name));
    log = await openLog();
    await log.append(recordOf("elsewhere"));
    await index.catchUp();
    expect(await names(index)).toEqual(["elsewhere"]);
  });

  test("a journal that was cut back and written again is read again", async () => {
    await restart();
    await log.close();
    const last = join(directory, filesOf(".journal").at(-1) ?? "");
    const leaves = join(directory, filesOf(".leaves")[0] ?? "");
    writeFileSync(last, "");
    writeFileSync(leaves, `${readFileSync(leaves, "utf8").split("\n").slice(0, 2).join("\n")}\n`);
    log = await openLog();
    await log.append(recordOf("instead of c"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "instead of c"]);
  });

  test("half a line at the end is left for later", async () => {
    await restart();
    await log.close();
    appendFileSync(join(directory, filesOf(".journal").at(-1) ?? ""), '{"salt":"0123456789');
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c"]);
    log = await openLog();
    await log.append(recordOf("d"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c", "d"]);
  });
});
