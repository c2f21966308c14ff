import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Derive } from "./derive.ts";
import { SCHEMA_VERSION, SchemaError } from "./schema.ts";
import { VERSION_1, VERSION_1_ROWS } from "./schema-version-1.fixtures.ts";
import { VERSION_4, VERSION_4_ROWS } from "./schema-version-4.fixtures.ts";
import { VERSION_5, VERSION_5_ROWS } from "./schema-version-5.fixtures.ts";
import { createSqliteStore } from "./sqlite.ts";

/** The contract's own is the search's affair: here it is enough that what is derived is kept. */
const DERIVE: Derive = {
  identifiersOf: (body) => (body === "{}" ? [] : JSON.parse(body).identifiers),
  recordKeysOf: (body) => JSON.parse(body).keys,
};

describe("the schema of a file", () => {
  let path = "";
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "store-")), "store.sqlite");
  });
  afterEach(() => rmSync(join(path, ".."), { recursive: true }));

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
    expect((await store?.history("Observation", "o-1", ""))?.map(({ version, body }) => [version, `${body}`])).toEqual([
      [2, '{"identifiers":["urn:scan|77"]}'],
      [1, "{}"],
    ]);
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
});

/** Every table and index as it was written, and the version. */
function shapeOf(path: string): readonly unknown[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
  const version = database.prepare("PRAGMA user_version").get();
  database.close();
  return [version, ...rows.map(({ type, name, sql }) => [type, name, String(sql).replace(/\s+--.*/g, "")])];
}
