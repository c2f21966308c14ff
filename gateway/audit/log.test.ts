import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LogWorld, NOON, recordOf, startLogWorld } from "./log.fixtures.ts";
import { AuditError } from "./log.ts";
import { verifyAudit } from "./verify.ts";

const INTACT = { broken: [] };
const JOURNAL = "gateway.2026-01-31.000001.journal";
const NEXT_DAY_JOURNAL = "gateway.2026-02-01.000001.journal";
const LEAVES = "gateway.000001.leaves";
const RECORD = recordOf("request-1");

let world: LogWorld;

beforeEach(() => {
  world = startLogWorld();
});
afterEach(() => world.close());

test("no record is written before that on which it rests is on the disk, nor waits for more than that", async () => {
  const waits = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked = waits.map(({ promise }) => promise);
  const log = await world.openLog({ before: () => asked.shift() });
  const written: string[] = [];
  const append = (name: string) => log.append(RECORD).then(() => written.push(name));
  const turns = async () => {
    for (let n = 0; n < 20; n += 1) await new Promise((next) => setImmediate(next));
  };
  const first = append("first");
  await turns();
  const second = append("second");
  await turns();
  expect([written, asked.length]).toEqual([[], 1]);
  waits[0]?.resolve();
  await first;
  await turns();
  expect([written, asked.length]).toEqual([["first"], 0]);
  waits[1]?.resolve();
  await second;
  expect(written).toEqual(["first", "second"]);
});

test("where that cannot be, the record is refused, and the next may be written", async () => {
  const failures = [new Error("no")];
  const log = await world.openLog({
    before() {
      const failure = failures.shift();
      return failure && Promise.reject(failure);
    },
  });
  await expect(log.append(RECORD)).rejects.toBeInstanceOf(AuditError);
  await log.append(RECORD);
});

describe("append", () => {
  test("resolves after the journal holds the record and its leaf", async () => {
    const log = await world.openLog();
    for (let n = 1; n <= 3; n += 1) {
      await log.append(recordOf(`request-${n}`));
      expect(world.linesOf("leaves")).toHaveLength(n);
      expect(world.linesOf("payloads").at(-1)).toContain(`"request-${n}"`);
    }
  });

  test("the leaf says who, what, why and when, and the payload all that may name a person", async () => {
    await (await world.openLog()).append(RECORD);
    const { leaf } = JSON.parse(world.linesOf("leaves")[0] ?? "");
    expect(leaf).toEqual({
      agreement: "gp/1",
      client: "gp-demo",
      interaction: "search-type",
      legalBasis: "6(1)(e)",
      organization: "Y99999",
      outcome: "success",
      payload: expect.stringMatching(/^[\w-]{43}$/),
      previous: "",
      process: "gateway",
      purpose: "TREAT",
      sequence: 1,
      time: NOON,
    });
    expect(Object.keys(leaf)).toEqual(Object.keys(leaf).toSorted());
    const { requestId, tokenId, query, patients, released, withheld, detail } = RECORD;
    expect(JSON.parse(world.linesOf("payloads")[0] ?? "")).toEqual({
      salt: expect.stringMatching(/^[\w-]{22}$/),
      payload: { requestId, tokenId, query, patients, released, withheld, detail },
    });
  });

  test.each([
    ["a ten-digit number", "9990000018"],
    ["such a number within a word", "client-9990000018"],
    ["a pupil number", "Z395000190001"],
    ["free text", "Ada Ashdown, born 2020"],
    ["a very long word", "a".repeat(65)],
  ])("a client id that is %s goes to the payload", async (_, client) => {
    await (await world.openLog()).append({ ...RECORD, client });
    expect(world.linesOf("leaves")[0]).not.toContain(client);
    expect(world.linesOf("payloads")[0]).toContain(client);
  });

  test.each(["gp-demo", "0d5c7e54-3d0b-4b1e-9a77-123456789012", "vendor.example_1"])(
    "a client id such as registers hold stays in the leaf: %s",
    async (client) => {
      await (await world.openLog()).append({ ...RECORD, client });
      expect(world.linesOf("leaves")[0]).toContain(`"${client}"`);
    },
  );

  test("equal records have different commitments, since each has its salt", async () => {
    const log = await world.openLog();
    await Promise.all([log.append(RECORD), log.append(RECORD)]);
    const commitments = world.linesOf("leaves").map((line) => JSON.parse(line).leaf.payload);
    expect(new Set(commitments).size).toBe(2);
  });

  test("records at the same time are all kept, in the order in which they came", async () => {
    const log = await world.openLog();
    const ids = Array.from({ length: 3_000 }, (_, n) => `request-${n}`);
    await Promise.all(ids.map((id) => log.append(recordOf(id))));
    expect(world.linesOf("payloads").map((line) => JSON.parse(line).payload.requestId)).toEqual(ids);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 3_000, broken: [] });
  });

  test("a clock that goes back is held still", async () => {
    const log = await world.openLog();
    await log.append(RECORD);
    world.now -= 60_000;
    await log.append(RECORD);
    expect(world.linesOf("leaves").map((line) => JSON.parse(line).leaf.time)).toEqual([NOON, NOON]);
    expect(await verifyAudit(world.directory)).toMatchObject(INTACT);
  });

  test("a record that is too long is refused alone", async () => {
    const log = await world.openLog();
    const results = await Promise.allSettled([
      log.append(recordOf("before")),
      log.append({ ...RECORD, query: "q".repeat(200_000) }),
      log.append(recordOf("after")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("a closed log has written what was queued, gives back what was written ahead, and takes nothing more", async () => {
    const log = await world.openLog();
    const pending = Promise.all([log.append(recordOf("a")), log.append(recordOf("b"))]);
    await log.close();
    await pending;
    for (const name of readdirSync(world.directory).filter((entry) => !entry.endsWith(".lock"))) {
      expect(readFileSync(join(world.directory, name)).at(-1)).toBe(10);
    }
    await expect(log.append(RECORD)).rejects.toThrow("closed");
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [] });
  });
});

describe("leaves", () => {
  test("are filed beside the answers, without a record to follow", async () => {
    const log = await world.openLog();
    await log.append(RECORD);
    await expect.poll(() => world.linesOf("filed")).toEqual(world.linesOf("leaves"));
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 1, broken: [], unfiled: [] });
  });

  test("are all filed when the log is closed, in the order of the chain", async () => {
    const log = await world.openLog();
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => log.append(recordOf(`request-${n}`))));
    await log.close();
    expect(world.linesOf("filed")).toHaveLength(2_000);
    expect(world.linesOf("filed")).toEqual(world.linesOf("leaves"));
  });

  test.each<[string, (lines: readonly string[]) => readonly string[]]>([
    ["none", () => []],
    ["some", (lines) => lines.slice(0, 700)],
    ["all but the last", (lines) => lines.slice(0, -1)],
    ["some and a torn one", (lines) => [...lines.slice(0, 700), lines[700]?.slice(0, 200) ?? ""]],
  ])("that only the journals hold are filed on opening, where the file has %s", async (_, keep) => {
    const log = await world.openLog({ fileBytesMax: 300_000 });
    const half = Array.from({ length: 1_000 }, (__, n) => recordOf(`request-${n}`));
    await Promise.all(half.map((record) => log.append(record)));
    world.now += 86_400_000;
    await Promise.all(half.map((record) => log.append(record)));
    await log.close();
    const lines = world.linesOf("filed");
    for (const name of readdirSync(world.directory)) if (name.endsWith(".leaves")) rmSync(join(world.directory, name));
    writeFileSync(join(world.directory, LEAVES), keep(lines.map((line) => `${line}\n`)).join(""));
    const unfiled = (await verifyAudit(world.directory)).unfiled;
    expect(unfiled.at(-1)).toMatch(/^gateway\.2026-02-01\./);

    await (await world.openLog()).close();
    expect(world.linesOf("filed")).toEqual(lines);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2_000, broken: [], unfiled: [] });
  });

  test("that cannot be filed stop the log, and are filed once the cause is gone", async () => {
    const log = await world.openLog({ fileBytesMax: 500 });
    const blocked = join(world.directory, "gateway.000002.leaves");
    mkdirSync(blocked);
    await expect
      .poll(() => log.append(recordOf("acknowledged")).then(String, (error: unknown) => error))
      .toBeInstanceOf(AuditError);
    await expect(log.append(recordOf("refused"))).rejects.toThrow("cannot be written");
    rmdirSync(blocked);
    expect((await verifyAudit(world.directory)).unfiled).not.toEqual([]);
    await log.append(recordOf("after"));
    await log.close();
    expect(world.linesOf("filed")).toEqual(world.linesOf("leaves"));
    expect(await verifyAudit(world.directory)).toMatchObject({ broken: [], unfiled: [] });
  });
});

describe("files", () => {
  test("a file that is full is followed by another, and the chain goes on through them", async () => {
    for (let n = 0; n < 5; n += 1) {
      const log = await world.openLog({ fileBytesMax: 1_500 });
      for (let m = 0; m < 6; m += 1) await log.append(RECORD);
      await log.close();
    }
    const names = readdirSync(world.directory);
    expect(names.filter((name) => name.endsWith(".leaves")).length).toBeGreaterThan(3);
    expect(names.filter((name) => name.endsWith(".journal")).length).toBeGreaterThan(5);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 30, broken: [], unfiled: [] });
  });

  test("a day whose leaves are filed can be purged, and the chain stays whole", async () => {
    const log = await world.openLog();
    await log.append(RECORD);
    world.now += 86_400_000;
    await log.append(RECORD);
    await log.close();
    expect(readdirSync(world.directory).filter((name) => name.endsWith(".journal"))).toEqual([
      JOURNAL,
      NEXT_DAY_JOURNAL,
    ]);
    rmSync(join(world.directory, JOURNAL));
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [], unfiled: [] });
    await (await world.openLog()).append(RECORD);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 3, broken: [] });
  });

  test("the chain goes on when every day was purged", async () => {
    await (await world.openLog()).append(RECORD);
    await world.closeLogs();
    rmSync(join(world.directory, JOURNAL));
    await (await world.openLog()).append(RECORD);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("records of two days that queued together go to their own days", async () => {
    const log = await world.openLog();
    const first = log.append(recordOf("today"));
    const second = log.append(recordOf("still today"));
    world.now += 86_400_000;
    await Promise.all([first, second, log.append(recordOf("tomorrow"))]);
    const read = (day: string) => readFileSync(join(world.directory, `gateway.${day}.000001.journal`), "utf8");
    expect(read("2026-01-31")).toContain("still today");
    expect(read("2026-02-01")).toContain("tomorrow");
    expect(read("2026-01-31")).not.toContain("tomorrow");
  });

  test("each process has a chain of its own, and two cannot share a name", async () => {
    const [one, two] = [await world.openLog({ process: "one" }), await world.openLog({ process: "two" })];
    await Promise.all([one.append(RECORD), two.append(RECORD), one.append(RECORD)]);
    await expect(world.openLog({ process: "one" })).rejects.toThrow("name of its own");
    await one.close();
    await (await world.openLog({ process: "one" })).append(RECORD);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 4, broken: [] });
  });

  test.each(["", "Gateway", "../gateway", "a.b", "a".repeat(33)])("the process name %j is refused", async (process) => {
    await expect(world.openLog({ process })).rejects.toThrow("lower-case letters");
  });
});
