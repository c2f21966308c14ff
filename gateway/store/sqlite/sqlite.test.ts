import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoredResource } from "../record.ts";
import { idHash } from "../statements/read.ts";
import { storeCases } from "../store.cases.ts";
import type { Derive } from "./derive.ts";
import { SCHEMA_VERSION, SchemaError } from "./schema.ts";
import { VERSION_1, VERSION_1_ROWS } from "./schema-version-1.fixtures.ts";
import { VERSION_4, VERSION_4_ROWS } from "./schema-version-4.fixtures.ts";
import { VERSION_5, VERSION_5_ROWS } from "./schema-version-5.fixtures.ts";
import { createSqliteStore } from "./sqlite.ts";

const WRITER = fileURLToPath(new URL("sqlite.writer.ts", import.meta.url));

storeCases("SQLite", async () => {
  const directory = mkdtempSync(join(tmpdir(), "store-"));
  const path = join(directory, "store.sqlite");
  const store = createSqliteStore({ path });
  return {
    store,
    reopen: async () => createSqliteStore({ path }),
    async close() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});

/** The contract's own is the search's affair: here it is enough that what is derived is kept. */
const DERIVE: Derive = {
  identifiersOf: (body) => (body === "{}" ? [] : JSON.parse(body).identifiers),
  recordKeysOf: (body) => JSON.parse(body).keys,
};

describe("the SQLite file", () => {
  let path = "";
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "store-")), "store.sqlite");
  });
  afterEach(() => rmSync(join(path, ".."), { recursive: true }));

  test("a store that is alone counts its own commits, and each is counted when its writer is told", async () => {
    const store = createSqliteStore({ path, isAlone: true });
    const before = await store.changeCounter();
    await store.write((transaction) => transaction.createChild("child-1", ""));
    expect(await store.changeCounter()).not.toBe(before);
    const after = await store.changeCounter();
    await expect(store.write(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await store.record(1);
    expect(await store.changeCounter()).toBeGreaterThanOrEqual(after);
    await store.close();
  });

  test("no index is of the rows where a text is equal to another, since statements that bind it would be prepared each time", async () => {
    await createSqliteStore({ path }).close();
    const database = new DatabaseSync(path);
    const indices = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%WHERE%'").all();
    database.close();
    expect(indices.length).toBeGreaterThan(3);
    expect(indices.filter(({ sql }) => /WHERE.*[^<>!]=\s*'/s.test(String(sql)))).toEqual([]);
  });

  test("a newer schema is refused with both versions named, and the file is left as it was", async () => {
    await createSqliteStore({ path }).close();
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    expect(() => createSqliteStore({ path })).toThrow(SchemaError);
    expect(() => createSqliteStore({ path })).toThrow(
      `schema version ${SCHEMA_VERSION + 1}; this gateway reads ${SCHEMA_VERSION}`,
    );
  });

  test("a file of version 1 is brought forward with all that it holds, once, and looks like a new one", async () => {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = WAL; ${VERSION_1} ${VERSION_1_ROWS}`);
    database.close();
    expect(() => createSqliteStore({ path })).toThrow("written by an earlier gateway");
    const stores = [createSqliteStore({ path, derive: DERIVE }), createSqliteStore({ path })];
    const [store] = stores;
    expect((await store?.record(1))?.contributions.map(({ localId }) => localId)).toEqual(["A1"]);
    expect(await store?.record(1)).toMatchObject({ idSpace: "", patientId: "p-1", version: 3, pastContributions: [] });
    expect(await store?.locate("Patient", "p-1", "")).toBe(1);
    expect(await store?.locate("Observation", "o-1", "")).toBe(1);
    expect((await store?.history("Observation", "o-1", ""))?.map(({ version }) => version)).toEqual([2, 1]);
    expect((await store?.recordHistory(1))?.map(({ version }) => version)).toEqual([1]);
    expect(await store?.findRecords([{ code: "family", value: "ashdown" }], 9, "")).toEqual([]);
    expect(await store?.findRecords([{ code: "family", value: "oak" }], 9, "")).toEqual([1]);
    expect(await store?.findRecords([{ code: "birthdate", value: "2020-05-04" }], 9, "")).toEqual([1]);
    expect(await store?.findRecords([{ code: "birthdate", value: "not-again" }], 9, "")).toEqual([]);
    expect(await store?.findResources("Observation", "urn:scan|77", "", 9)).toEqual([1]);
    expect(await store?.findResources("Organization", "urn:scan|77", "", 9)).toEqual([]);
    expect(await store?.recordsByChange({}, { direction: "newest-first" }, 9)).toEqual([
      { key: 1, first: 500, last: 2_000 },
    ]);
    expect(await store?.scanRecords({ authorities: ["383"] }, 0, 9)).toEqual([1]);
    expect(await store?.sharedRecords("Organization", ["383"])).toEqual([2]);
    expect(await store?.write((transaction) => transaction.sharedRecord("Organization", "383", ""))).toBe(2);
    expect(await store?.unitsOf("leeds-eyfsp", 9)).toEqual([
      {
        source: "leeds-eyfsp",
        unit: "A1",
        hash: "hash-4",
        record: 1,
        made: [{ slot: "E01", type: "Observation", id: "o-1" }],
        delivery: "",
        line: 0,
        receivedAt: 0,
        mapping: 0,
        localId: "A1",
      },
    ]);
    expect(await store?.waitingRows("leeds-csds")).toEqual([{ table: "Referral", rows: 1 }]);
    expect(await store?.stagedKeys("leeds-csds", "Referral", 9)).toEqual(["R1", "R2"]);
    expect(await store?.quarantined({ sources: ["leeds-eyfsp"] }, 9)).toMatchObject([
      { id: "q-1", line: 7, content: "a,b", reached: "received", state: "quarantined" },
    ]);
    expect((await store?.receiptsOf("leeds-eyfsp", 9))?.map((body) => body.slice(15, 25))).toEqual([
      "2026-03-01",
      "2026-02-01",
      "",
    ]);
    for (const each of stores) await each.close();

    const fresh = `${path}-fresh`;
    await createSqliteStore({ path: fresh }).close();
    expect(shapeOf(path)).toEqual(shapeOf(fresh));
  });

  test("a file of version 4 is brought forward with names, claims, words and whose each unit is", async () => {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = WAL; ${VERSION_4} ${VERSION_4_ROWS}`);
    database.close();
    const derive = { ...DERIVE, blockingKeysOf: (body: string) => [body.length, 7], printOf: (body: string) => body };
    const store = createSqliteStore({ path, derive });
    const children = await store.sourceChildrenOf(1);
    expect(children.map(({ source, localId, identity }) => [source, localId, identity.localId])).toEqual([
      ["leeds-eyfsp", "A1", "A1"],
      ["leeds-csds", "P1", "P1"],
    ]);
    expect(await store.sourceChildrenOf(2)).toEqual([]);
    expect(await store.linkOf("leeds-eyfsp", "A1")).toMatchObject({ record: 1, evidence: ["UPN agrees"] });
    expect((await store.findAlike([7], 9)).children.map(({ localId }) => localId)).toEqual(["A1", "P1"]);
    const likeFirst = { isWorthReading: (print: string) => print === children[0]?.body };
    expect((await store.findAlike([7], 9, likeFirst)).children).toEqual(children.slice(0, 1));
    expect((await store.findAlike([children[0]?.body.length ?? 0], 9)).children).toEqual(children.slice(0, 1));
    await store.write(async (transaction) => {
      expect(await transaction.identityClaimsOf("leeds-csds", "P1")).toEqual([
        { key: "nhs-number|9990000018", record: 1, source: "leeds-csds", localId: "P1", isWithheld: false },
      ]);
      const claims = await transaction.identityClaimsOf("leeds-eyfsp", "A1");
      expect(claims.map(({ key, record }) => [key, record])).toEqual([
        ["upn|Z395000190001", 1],
        ["awaited-nhs-number|9990000026", 2],
      ]);
    });
    const record = await store.record(1);
    expect(record?.contributions.map(({ source, localId, unit }) => [source, localId, unit])).toEqual([
      ["leeds-csds", "P1", "child/P1"],
      ["leeds-eyfsp", "A1", "A1/2025"],
    ]);
    expect(record).toMatchObject({ replaces: [], mergedBefore: [], leavings: [] });
    expect(record).not.toHaveProperty("mergedInto");
    const second = await store.record(2);
    expect(second?.pastContributions).toMatchObject([{ source: "leeds-eyfsp", localId: "A1", until: 1_000 }]);
    expect(second?.contributions).toMatchObject([{ source: "leeds-vendor", localId: "p-2" }]);
    expect((await store.lineagesOf(1)).map(({ unit, localId }) => [unit, localId])).toEqual([
      ["A1/2025", "A1"],
      ["child/P1", "P1"],
      ["form-77", "P1"],
    ]);
    expect((await store.lineagesOf(3)).map(({ localId }) => localId)).toEqual([undefined]);
    expect(await store.reviewItems(9)).toMatchObject([{ id: 1, localId: "A1", record: 1, candidates: [2] }]);
    expect(await store.findRecords([{ code: "birthdate", value: "2020-05-04" }], 9, "")).toEqual([1]);
    expect(await store.decisions({}, 9)).toEqual([]);
    await store.close();
    const fresh = `${path}-fresh`;
    await createSqliteStore({ path: fresh }).close();
    expect(shapeOf(path)).toEqual(shapeOf(fresh));
  });

  test("a file of version 1 that cannot be brought forward stays as it was", () => {
    const database = new DatabaseSync(path);
    database.exec(`${VERSION_1} ${VERSION_1_ROWS} CREATE TABLE standing (n INTEGER) STRICT;`);
    database.close();
    const before = shapeOf(path);
    expect(() => createSqliteStore({ path, derive: DERIVE })).toThrow("already exists");
    expect(shapeOf(path)).toEqual(before);
  });

  test("another program's file is refused and not touched", () => {
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE bookmark (url TEXT)");
    database.close();
    expect(() => createSqliteStore({ path })).toThrow("belongs to another program");
    const again = new DatabaseSync(path);
    expect(again.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "bookmark" }]);
    again.close();
  });

  test("a file of version 5 is brought forward, lists its Consents and takes decisions, and looks like a new one", async () => {
    const database = new DatabaseSync(path);
    const long = `urn:example|${"7".repeat(4_000)}`;
    database.exec(`PRAGMA journal_mode = WAL; ${VERSION_5} ${VERSION_5_ROWS}
      INSERT INTO search_key (code, value, id_space, record, contribution) VALUES ('identifier', '${long}', '', 1, 99)`);
    database.close();
    expect(() => createSqliteStore({ path })).toThrow("written by an earlier gateway");
    const store = createSqliteStore({ path, derive: DERIVE });
    expect(await store.record(1)).toMatchObject({ version: 3, disclosureDecisions: [] });
    expect(await store.consentPlaces(["leeds-sharing"], 0, 9)).toEqual([
      { place: 1_048_576, record: 1, id: "c-1", source: "leeds-sharing" },
      { place: 1_048_578, record: 1, id: "c-2", source: "leeds-sharing" },
    ]);
    expect(await store.findRecords([{ code: "identifier", value: long }], 9, "")).toEqual([1]);
    const objection = { kind: "objection", consent: "c-1", state: "upheld", author: "officer-demo" } as const;
    const id = await store.write((transaction) =>
      transaction.appendDisclosureDecision(1, { ...objection, reason: "agreed", decidedAt_ms: 3_000 }, false),
    );
    expect(await store.record(1)).toMatchObject({ version: 4, disclosureDecisions: [{ id, consent: "c-1" }] });
    await store.close();
    const fresh = `${path}.fresh`;
    await createSqliteStore({ path: fresh }).close();
    expect(shapeOf(path)).toEqual(shapeOf(fresh));
  });

  test("what is forgotten is overwritten in the file, on pages of its own too", async () => {
    const canary = "a word of a child whom nobody holds any more; ";
    const content = canary.repeat(400);
    const isInFile = (): boolean => readFileSync(path).includes(canary);
    const store = createSqliteStore({ path });
    await store.write(async (transaction) => {
      const record = await transaction.createChild("p-1", "");
      const told = { ...observation("a"), body: Buffer.from(content) };
      await transaction.put(record, told);
      await transaction.put(record, { ...told, version: 2, body: Buffer.from("{}") });
      await transaction.remove("Observation", "a", "", 5);
      const held = { id: "q-1", delivery: "r-1", source: "s", line: 1, issues: "[]", content, createdAt: 1 } as const;
      await transaction.quarantine({ ...held, reached: "received", state: "quarantined" });
    });
    await store.close();
    expect(isInFile()).toBe(true);
    const again = createSqliteStore({ path });
    await again.write(async (transaction) => {
      await transaction.closeQuarantine("q-1", "discarded", 9);
      await transaction.forgetPast(1, "s");
    });
    await again.close();
    expect(isInFile()).toBe(false);
  });

  test("ids whose hashes are equal are told apart", async () => {
    const store = createSqliteStore({ path });
    await store.write(async (transaction) => {
      const record = await transaction.createChild("p-1", "");
      for (const id of ["a", "b"]) await transaction.put(record, observation(id));
    });
    const database = new DatabaseSync(path);
    database.prepare("UPDATE resource_id SET hash = ?").run(idHash("Observation", "a", ""));
    database.close();
    const current = await store.write((transaction) => transaction.current("Observation", "a", ""));
    expect(current?.contentHash).toBe("a");
    expect((await store.history("Observation", "a", "")).map(({ body }) => body?.toString())).toEqual(["a"]);
    await store.close();
  });

  test("ids of two spaces whose hashes are equal are told apart", async () => {
    const store = createSqliteStore({ path });
    const inSpace = (idSpace: string) =>
      store.write(async (transaction) => {
        const record = await transaction.createChild("p-1", idSpace);
        await transaction.put(record, observation("a"));
        return record;
      });
    const [elsewhere, here] = [await inSpace("other"), await inSpace("")];
    const database = new DatabaseSync(path);
    database.prepare("UPDATE resource_id SET hash = ?").run(idHash("Observation", "a", ""));
    database.close();
    expect(await store.locate("Observation", "a", "")).toBe(here);
    expect((await store.history("Observation", "a", "")).map(({ record }) => record)).toEqual([here]);
    await store.write((transaction) => transaction.remove("Observation", "a", "", 2));
    expect((await store.record(elsewhere))?.resources).toHaveLength(1);
    expect((await store.history("Observation", "a", "")).map(({ version }) => version)).toEqual([2, 1]);
    await store.close();
  });

  test("expired single uses are swept by later ones", async () => {
    let now = 1_000;
    const store = createSqliteStore({ path, clock: () => now });
    const use = (key: string) => store.write((transaction) => transaction.useOnce(key, now + 10));
    for (let n = 0; n < 10; n += 1) await use(`early-${n}`);
    now = 2_000;
    for (let n = 0; n < 4; n += 1) await use(`late-${n}`);
    const database = new DatabaseSync(path);
    expect(database.prepare("SELECT count(*) AS uses FROM single_use").get()).toEqual({ uses: 4 });
    database.close();
    await store.close();
  });

  test("kill -9 in the middle of writes leaves every acknowledged write whole, and none by half", async () => {
    for (const acknowledgements of [1, 40, 400]) {
      const acknowledged = await killedAfter(acknowledgements, path);
      const store = createSqliteStore({ path });
      try {
        for (const patientId of acknowledged) {
          const key = await store.locate("Patient", patientId, "");
          const record = key === undefined ? undefined : await store.record(key);
          expect(record?.resources).toHaveLength(5);
          expect(await store.receipt(patientId)).toBe(patientId);
        }
        for (const key of await store.scanRecords({}, 0, 1_000_000)) {
          const record = await store.record(key);
          expect(record?.resources.map(({ body }) => body.toString().trim())).toEqual(
            Array.from({ length: 5 }, () => record?.patientId),
          );
        }
      } finally {
        await store.close();
        for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
      }
    }
  });
});

/** Every table and index as it was written, and the version. */
function shapeOf(path: string): readonly unknown[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
  const version = database.prepare("PRAGMA user_version").get();
  database.close();
  return [version, ...rows.map(({ type, name, sql }) => [type, name, String(sql).replace(/\s+--.*/g, "")])];
}

function observation(id: string): StoredResource {
  return {
    type: "Observation",
    id,
    version: 1,
    lastUpdated: 1,
    source: "s",
    dataClass: "education",
    body: Buffer.from(id),
    keys: "",
    contentHash: id,
  };
}

/** Runs the writer, kills it once it has acknowledged so many children, and answers with all that it acknowledged. */
async function killedAfter(acknowledgements: number, path: string): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let killed = false;
  for await (const chunk of writer.stdout) {
    output += String(chunk);
    if (!killed && output.split("\n").length > acknowledgements) {
      killed = true;
      writer.kill("SIGKILL");
    }
  }
  const lines = output.split("\n").slice(0, -1);
  expect(lines.length).toBeGreaterThanOrEqual(acknowledgements);
  return lines;
}
