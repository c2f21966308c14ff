import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeIn, openTestGateway, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";
import { RUNTIME } from "../spawned.fixtures.ts";
import { ask } from "../store/postgres/postgres.fixtures.ts";
import { createPostgresStore } from "../store/postgres/postgres.ts";
import { createDatabase } from "../store/postgres/test-postgres.ts";
import { type OwnPostgres, startOwnPostgres } from "../store/postgres/test-server.ts";
import { amend, answersOf, copyKeys, create, differing, live, questionsFor } from "./move.fixtures.ts";
import { runMove } from "./move.ts";

const CHILDREN = 2;
const TO_POSTGRES = ["--from", "sqlite", "--to", "postgres"];
const TO_SQLITE = ["--from", "postgres", "--to", "sqlite"];
const SCHEMA = "early_years_gateway";

let server: OwnPostgres;
/** The data of a gateway that has lived and was stopped. */
let dataDir: string;
let house: TestGateway;
let url: string;
let questions: readonly string[];
let expected: Awaited<ReturnType<typeof answersOf>>;
const directories: string[] = [];

interface Told {
  readonly isSame: boolean;
  readonly isFinal: boolean;
  readonly rows: number;
  readonly copied: number;
  readonly tables: readonly { readonly table: string; readonly copied: number; readonly isSame: boolean }[];
  readonly audit?: { readonly records: number; readonly faults: number };
  readonly auditCopy?: unknown;
}

async function move(given: readonly string[], environment: Readonly<Record<string, string>>) {
  const { exit, out, error } = await runMove(given, environment);
  const told: Told | undefined = out === "" ? undefined : JSON.parse(out);
  return { exit, error, told };
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "move-"));
  directories.push(directory);
  return directory;
}

const newDatabase = async () => (await createDatabase(server.url)).url;

beforeAll(async () => {
  server = await startOwnPostgres();
  house = await startTestGateway(CHILDREN);
  dataDir = house.directory;
  url = await newDatabase();
  await live(house);
});

afterAll(async () => {
  await server.end();
  for (const directory of [dataDir, ...directories]) await rm(directory, { recursive: true, force: true });
});

describe("from the embedded store to PostgreSQL", () => {
  let here: string;

  test("a first pass brings what is there while the gateway runs, and leaves nothing to start on", async () => {
    const moving = move(TO_POSTGRES, { DATA_DIR: dataDir, DATABASE_URL: url });
    for (let n = 0; n < 20; n++)
      await create(house, { resourceType: "Observation", status: "final", code: { text: "a" } });
    const { exit, error, told } = await moving;
    expect(error).toBe("");
    expect(exit).toBe(0);
    expect(told).toMatchObject({ isSame: true, isFinal: false });
    expect(told?.copied).toBe(told?.rows);
    expect(told?.audit).toBeUndefined();
    await expect(composeIn(await newDirectory(), undefined, { DATABASE_URL: url })).rejects.toThrow("being moved");
  });

  test("the last pass brings over what has changed since, and the audit log with it", async () => {
    await create(house, { resourceType: "Observation", status: "final", code: { text: "words spoken" } });
    questions = await questionsFor(house, new Date());
    expected = await answersOf(house, questions);
    await house.gateway.close();
    here = await newDirectory();
    const given = [...TO_POSTGRES, "--audit-to", here];
    const { exit, error, told } = await move(given, { DATA_DIR: dataDir, DATABASE_URL: url });
    expect(error).toBe("");
    expect(exit).toBe(0);
    expect(told).toMatchObject({ isSame: true, isFinal: true, audit: { faults: 0 } });
    expect(told?.auditCopy).toEqual(told?.audit);
    expect(told?.audit?.records).toBeGreaterThan(0);
    const changed = told?.tables.filter(({ copied }) => copied > 0).map(({ table }) => table);
    expect(changed).toEqual(expect.arrayContaining(["record", "resource", "resource_id"]));
    expect(changed).not.toContain("raw");
  });

  test("a gateway on the database answers what the one on the file answered, to the byte", async () => {
    await copyKeys(dataDir, here);
    const moved = await openTestGateway(here, undefined, { DATABASE_URL: url });
    try {
      const answers = await answersOf(moved, questions);
      expect([...expected.values()].filter(([status]) => status === 200).length).toBeGreaterThan(expected.size / 2);
      expect(differing(expected, answers)).toEqual([]);
      const id = await create(moved, { resourceType: "Observation", status: "final", code: { text: "steps taken" } });
      await amend(moved, id, "amended");
      const refused = await move(TO_POSTGRES, { DATA_DIR: dataDir, DATABASE_URL: url });
      expect(refused).toMatchObject({ exit: 1, told: undefined });
      expect(refused.error).toContain("stop it");
    } finally {
      await moved.gateway.close();
    }
  });

  test("what a gateway has written there since is not written over", async () => {
    const { exit, error } = await move(TO_POSTGRES, { DATA_DIR: dataDir, DATABASE_URL: url });
    expect(exit).toBe(1);
    expect(error).toContain("would be lost");
  });

  test("and back: a file is made of the database that answers the same again", async () => {
    const back = await newDirectory();
    const now = await openTestGateway(here, undefined, { DATABASE_URL: url });
    const asked = questions.filter((question) => !question.includes("AuditEvent"));
    const before = await answersOf(now, asked);
    const first = await move(TO_SQLITE, { DATA_DIR: back, DATABASE_URL: url });
    expect(first).toMatchObject({ exit: 0, told: { isSame: true, isFinal: false } });
    expect(await readdir(back)).not.toContain("store.sqlite");
    const id = await create(now, { resourceType: "Observation", status: "final", code: { text: "words spoken" } });
    await now.gateway.close();
    await copyKeys(here, back);
    const { exit, error, told } = await move(TO_SQLITE, { DATA_DIR: back, DATABASE_URL: url });
    expect(error).toBe("");
    expect(exit).toBe(0);
    expect(told).toMatchObject({ isSame: true, isFinal: true });
    expect(told?.copied).toBeLessThan(told?.rows ?? 0);
    expect(await readdir(back)).toContain("store.sqlite");
    expect(await readdir(back)).not.toContain("store.sqlite.moving");
    const again = await openTestGateway(back);
    try {
      expect((await again.ask("conformance-demo", `Observation/${id}`)).status).toBe(200);
      const answers = await answersOf(again, asked);
      expect(differing(before, answers)).toEqual([]);
    } finally {
      await again.gateway.close();
    }
  });
});

/** Each spoils one table: a text, a row too few, a row too many, a number, two texts exchanged. */
const CHANGES = [
  ["resource", "UPDATE resource SET keys = keys || ' ' WHERE slot = (SELECT max(slot) FROM resource)"],
  ["link", "DELETE FROM link WHERE sequence = (SELECT min(sequence) FROM link)"],
  ["single_use", "INSERT INTO single_use (key, expires_at) VALUES ('spent', 1)"],
  ["block", "UPDATE block SET child = child + 1000000 WHERE key = (SELECT max(key) FROM block)"],
  [
    "child_print",
    `UPDATE child_print p SET print = (SELECT q.print FROM child_print q WHERE q.child = CASE p.child WHEN 1 THEN 2 ELSE 1 END)
     WHERE p.child IN (1, 2)`,
  ],
] as const;

describe("a move that did not go through", () => {
  /** Moves into a database in a process of its own, killed once it has told of a table. */
  async function moveKilled(environment: Readonly<Record<string, string>>, table: string): Promise<void> {
    const script = join(import.meta.dirname, "move.ts");
    const child = spawn(process.execPath, [script, ...TO_POSTGRES], {
      env: { ...RUNTIME, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(child, "exit");
    for await (const line of createInterface(child.stderr)) if (line.startsWith(`${table}:`)) break;
    child.kill("SIGKILL");
    await ended;
  }

  test("killed in the middle, it goes on where it was", async () => {
    const table = "resource";
    const database = await newDatabase();
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database };
    await moveKilled(environment, table);
    await expect(composeIn(await newDirectory(), undefined, { DATABASE_URL: database })).rejects.toThrow("being moved");
    const { exit, error, told } = await move(TO_POSTGRES, environment);
    expect(error).toBe("");
    expect(exit).toBe(0);
    expect(told).toMatchObject({ isSame: true, isFinal: true });
    expect(told?.copied).toBeLessThan(told?.rows ?? 0);
    expect(told?.tables.find((one) => one.table === table)?.copied).toBe(0);
    // What machines have in common is no part of a store, and made by the first gateway.
    const named = `SELECT indexname FROM pg_indexes
      WHERE schemaname = '${SCHEMA}' AND tablename NOT LIKE 'store\\_%' ORDER BY 1`;
    const [indexes, made] = [await ask(database, named), await ask(url, named)];
    expect(made.length).toBeGreaterThan(20);
    expect(indexes).toEqual(made);
  });

  test("what is another on the other side is found, told of, and mended", async () => {
    const environment = { DATA_DIR: dataDir, DATABASE_URL: await newDatabase() };
    expect(await move(TO_POSTGRES, environment)).toMatchObject({ exit: 0, told: { isSame: true } });
    const verify = [...TO_POSTGRES, "--verify"];
    expect(await move(verify, environment)).toMatchObject({ exit: 0, told: { isSame: true, isFinal: false } });
    await ask(
      environment.DATABASE_URL,
      `SET search_path = ${SCHEMA}; ${CHANGES.map(([, change]) => change).join("; ")}`,
    );
    const found = await move(verify, environment);
    expect(found.exit).toBe(1);
    const different = found.told?.tables.filter(({ isSame }) => !isSame).map(({ table }) => table);
    expect(different?.toSorted()).toEqual(CHANGES.map(([table]) => table).toSorted());
    expect(found.error).toContain("Not the same on both sides: ");
    expect(await move(TO_POSTGRES, environment)).toMatchObject({ exit: 0, told: { isSame: true, isFinal: true } });
    expect(await move(verify, environment)).toMatchObject({ exit: 0, told: { isSame: true } });
  });

  test("what the database changes on its way in is found", async () => {
    const database = await newDatabase();
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database };
    await moveKilled(environment, "record");
    await ask(
      database,
      `SET search_path = ${SCHEMA};
       CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$;
       DELETE FROM source; CREATE TRIGGER spoil BEFORE INSERT ON source FOR EACH ROW EXECUTE FUNCTION spoil()`,
    );
    const { exit, error, told } = await move(TO_POSTGRES, environment);
    expect({ exit, error }).toEqual({ exit: 1, error: "Not the same on both sides: source.\n" });
    expect(told).toMatchObject({ isSame: false, isFinal: false });
    await expect(composeIn(await newDirectory(), undefined, { DATABASE_URL: database })).rejects.toThrow("being moved");
  });

  test("tables that are parted by record are filled as others are, and mended", async () => {
    const database = await newDatabase();
    await (await createPostgresStore({ url: database, schema: { partitions: 3 } })).close();
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database };
    expect(await move(TO_POSTGRES, environment)).toMatchObject({ exit: 0, told: { isSame: true, isFinal: true } });
    await ask(database, `SET search_path = ${SCHEMA}; DELETE FROM history WHERE version = 1`);
    expect(await move(TO_POSTGRES, environment)).toMatchObject({ exit: 0, told: { isSame: true, isFinal: true } });
    expect(await move([...TO_POSTGRES, "--verify"], environment)).toMatchObject({ exit: 0, told: { isSame: true } });
  });

  test("what is to be unique and has another number by now is no obstacle", async () => {
    const database = await newDatabase();
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database };
    await move(TO_POSTGRES, environment);
    // As if two deliveries had each the number of the other when they were brought over.
    const change = `UPDATE delivery SET id = id || '?' WHERE sequence = 1;
      UPDATE delivery SET id = (SELECT replace(id, '?', '') FROM delivery WHERE sequence = 1) WHERE sequence = 2;
      UPDATE delivery SET source = (SELECT source FROM delivery WHERE sequence = 1) WHERE sequence = 2`;
    await ask(database, `SET search_path = ${SCHEMA}; ${change}`);
    expect(await move(TO_POSTGRES, environment)).toMatchObject({ exit: 0, told: { isSame: true } });
  });
});

describe("a target without room", () => {
  /** As a full disk would, no file may grow beyond so many KB in a process of its own: root and others alike. */
  async function moveWithin(
    kilobytes: number,
    given: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    const script = `ulimit -f ${2 * kilobytes}; exec "$@"`;
    const command = [process.execPath, join(import.meta.dirname, "move.ts"), ...given];
    const child = spawn("sh", ["-c", script, "sh", ...command], {
      env: { ...RUNTIME, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = Promise.all([text(child.stdout), text(child.stderr)]);
    const [exit] = await once(child, "exit");
    const [out, error] = await texts;
    return { exit, out, error };
  }

  test.each([16, 1_500])("of more than %i KB a file is told of, holds no store, and is filled later", async (room) => {
    const here = await newDirectory();
    const environment = { DATA_DIR: here, DATABASE_URL: url };
    const { exit, out, error } = await moveWithin(room, TO_SQLITE, environment);
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(error).toMatch(
      /The store's file is of no use for the time being: .* Run the same command again: it goes on/,
    );
    expect(error).not.toMatch(/at \S+\.ts/);
    expect(await readdir(here)).not.toContain("store.sqlite");
    const { exit: later, told } = await move(TO_SQLITE, environment);
    expect(later).toBe(0);
    expect(told).toMatchObject({ isSame: true, isFinal: true });
    expect(await readdir(here)).toContain("store.sqlite");
  });

  test("for the audit log leaves none there, and nothing to be started on", async () => {
    const [here, database] = [await newDirectory(), await newDatabase()];
    const given = [...TO_POSTGRES, "--audit-to", here];
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database };
    const { exit, error } = await moveWithin(4, given, environment);
    expect(exit).toBe(1);
    expect(error).toMatch(/EFBIG|ENOSPC/);
    expect(error).toContain("Run the same command again");
    expect(await readdir(here)).not.toContain("audit");
    await expect(composeIn(await newDirectory(), undefined, { DATABASE_URL: database })).rejects.toThrow("being moved");
    expect(await move(given, environment)).toMatchObject({ exit: 0, told: { isFinal: true } });
    expect(await readdir(here)).toContain("audit");
  });
});

describe("a move is refused", () => {
  test("into a database that holds another store", async () => {
    const other = await newDirectory();
    const gateway = await composeIn(other, undefined, {});
    await gateway.store.write((transaction) => transaction.createChild("b7c1a3d2", ""));
    await gateway.close();
    const database = await newDatabase();
    expect(await move(TO_POSTGRES, { DATA_DIR: other, DATABASE_URL: database })).toMatchObject({ exit: 0 });
    const { exit, error } = await move(TO_POSTGRES, { DATA_DIR: dataDir, DATABASE_URL: database });
    expect(exit).toBe(1);
    expect(error).toContain("holds another store");
  });

  test("into a DATA_DIR that holds a store", async () => {
    const { exit, error } = await move(TO_SQLITE, { DATA_DIR: dataDir, DATABASE_URL: url });
    expect(exit).toBe(1);
    expect(error).toContain("holds a store already");
  });

  test("out of a DATA_DIR that holds none", async () => {
    const environment = { DATA_DIR: await newDirectory(), DATABASE_URL: await newDatabase() };
    const { exit, error } = await move(TO_POSTGRES, environment);
    expect(exit).toBe(1);
    expect(error).toContain("nothing to move");
  });

  test("over an audit log that is there", async () => {
    const there = await newDirectory();
    await cp(join(dataDir, "audit"), join(there, "audit"), { recursive: true });
    await rm(join(there, "audit", "gateway.heads"), { force: true });
    const given = [...TO_POSTGRES, "--audit-to", there];
    const { exit, error } = await move(given, { DATA_DIR: dataDir, DATABASE_URL: await newDatabase() });
    expect(exit).toBe(1);
    expect(error).toContain("holds an audit log already");
  });

  test("while nobody answers under DATABASE_URL", async () => {
    const nobody = "postgres://somebody:a-secret@127.0.0.1:1/gateway";
    const { exit, error } = await move(TO_POSTGRES, { DATA_DIR: dataDir, DATABASE_URL: nobody });
    expect(exit).toBe(1);
    expect(error).toContain("Run the same command again");
    expect(error).not.toContain("a-secret");
  });

  test.each([
    ["without saying from where", ["--to", "postgres"]],
    ["onto itself", ["--from", "sqlite", "--to", "sqlite"]],
    ["of the audit log where nothing is to be changed", [...TO_POSTGRES, "--verify", "--audit-to", "/nowhere"]],
    ["of what it does not know", [...TO_POSTGRES, "--quickly"]],
  ])("%s", async (_, given) => {
    const { exit, error } = await move(given, { DATA_DIR: dataDir, DATABASE_URL: url });
    expect(exit).toBe(2);
    expect(error).toContain("Usage:");
  });
});
