import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resource } from "../store.fixtures.ts";
import { ask } from "./postgres.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { openPostgresReadOnly } from "./read-only.ts";
import { citusStatements, FIRST_VERSION, prepareSchema, SCHEMA_VERSION, SchemaError } from "./schema.ts";
import { SHARED_TABLES, TABLES_BY_RECORD } from "./tables.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

describe("the tables as they are made", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await (await startTestPostgres()).createDatabase();
    await (await createPostgresStore({ url: database.url })).close();
  });
  afterAll(() => database.drop());

  test("every table of a child's record carries its record, and no unique constraint of it lacks that", async () => {
    const rows = await ask(
      database.url,
      `SELECT c.relname AS name, array_to_string(array_agg(a.attname ORDER BY a.attnum), ' ') AS columns
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a
         ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
       WHERE i.indisunique AND c.relnamespace = 'early_years_gateway'::regnamespace GROUP BY c.relname, i.indexrelid`,
    );
    expect(TABLES_BY_RECORD.map(([table]) => table)).toContain("resource");
    for (const [table, column] of TABLES_BY_RECORD) {
      const unique = rows.filter(({ name }) => name === table).map(({ columns }) => String(columns).split(" "));
      expect(unique.length, table).toBeGreaterThan(0);
      for (const columns of unique) expect(columns, table).toContain(column);
    }
  });

  test("no table refers to another, nor has a trigger: neither would stand in the way of spreading them", async () => {
    const rows = await ask(
      database.url,
      `SELECT conname FROM pg_constraint WHERE contype IN ('f', 'x', 't')
         AND connamespace = 'early_years_gateway'::regnamespace
       UNION ALL SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relnamespace = 'early_years_gateway'::regnamespace`,
    );
    expect(rows).toEqual([]);
  });

  test("the statements for a database of several machines name every table once", async () => {
    const rows = await ask(
      database.url,
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname NOT LIKE 'store\\_%'
         AND relnamespace = 'early_years_gateway'::regnamespace ORDER BY relname`,
    );
    const named = citusStatements().map((one) => /table\('(\w+)'/.exec(one)?.[1]);
    expect(named.toSorted()).toEqual(rows.map(({ name }) => name));
    expect([...SHARED_TABLES, ...TABLES_BY_RECORD.map(([table]) => table)].toSorted()).toEqual(named.toSorted());
  });
});

describe("a database that was there before", () => {
  let database: TestDatabase;
  let client: Client;

  beforeEach(async () => {
    database = await (await startTestPostgres()).createDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query("SET search_path = early_years_gateway");
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  test("of an earlier version is brought forward step by step, in one transaction", async () => {
    await prepareSchema(client);
    const [from, to] = [SCHEMA_VERSION, SCHEMA_VERSION + 2];
    const earlier = Array.from({ length: from - FIRST_VERSION }, () => async () => {});
    const first = async (one: Client): Promise<void> => {
      await one.query("CREATE TABLE forward (step TEXT)");
    };
    const second = async (one: Client): Promise<void> => {
      await one.query("INSERT INTO forward (step) VALUES ('second')");
    };
    const failing = async (): Promise<void> => {
      throw new Error("the second step fails");
    };
    await expect(prepareSchema(client, { version: to, steps: [...earlier, first, failing] })).rejects.toThrow(
      "second step",
    );
    expect((await client.query("SELECT version FROM store_schema")).rows).toEqual([{ version: `${from}` }]);
    await prepareSchema(client, { version: to, steps: [...earlier, first, second] });
    expect((await client.query("SELECT step FROM forward")).rows).toEqual([{ step: "second" }]);
    expect((await client.query("SELECT version FROM store_schema")).rows).toEqual([{ version: `${to}` }]);
    await expect(createPostgresStore({ url: database.url })).rejects.toThrow(SchemaError);
  });

  test("of version 8 is read with every body, current and past", async () => {
    const made = await createPostgresStore({ url: database.url });
    const body = (n: number) => Buffer.from(`{"resourceType":"Observation","id":"o-${n}"}`);
    const key = await made.write(async (transaction) => {
      const record = await transaction.createChild("p-1", "");
      for (let n = 0; n < 9; n++) await transaction.put(record, { ...resource(), id: `o-${n}`, body: body(n) });
      await transaction.put(record, { ...resource(), id: "o-7", version: 2, body: body(7) });
      await transaction.remove("Observation", "o-8", "", 5);
      return record;
    });
    const expected = [await made.record(key), await made.recordHistory(key)];
    await made.close();
    for (const table of ["resource", "history"]) {
      await client.query(`UPDATE ${table} SET body = convert_to('{"resourceType":"Observation","id":"' || id || '"}', 'UTF8')
        WHERE body IS NOT NULL`);
    }
    await client.query("DELETE FROM vocabulary; UPDATE store_schema SET version = 8");
    const store = await createPostgresStore({ url: database.url });
    expect([await store.record(key), await store.recordHistory(key)]).toEqual(expected);
    await store.close();
  });

  test.each([
    ["of a later version", "UPDATE store_schema SET version = 99", "tables of version 99"],
    ["of a version before the first", "UPDATE store_schema SET version = 7", "tables of version 7"],
    ["of another program that has such a table", "UPDATE store_schema SET application = 'other'", "another program"],
    ["of another program", "DROP TABLE store_schema", "another program"],
  ])("%s is refused, and nothing in it is touched", async (_, change, says) => {
    await prepareSchema(client);
    await client.query(change);
    const tables = "SELECT count(*) AS held FROM pg_class WHERE relnamespace = 'early_years_gateway'::regnamespace";
    const before = (await client.query(tables)).rows;
    await expect(createPostgresStore({ url: database.url })).rejects.toThrow(says);
    await expect(openPostgresReadOnly(database.url)).rejects.toThrow(says);
    expect((await client.query(tables)).rows).toEqual(before);
  });

  test("with tables of others beside is used, and they stay as they are", async () => {
    await client.query("CREATE TABLE public.record (theirs TEXT)");
    const store = await createPostgresStore({ url: database.url });
    await store.write((transaction) => transaction.createChild("p-1", ""));
    await store.close();
    expect((await client.query("SELECT * FROM public.record")).rows).toEqual([]);
  });

  test("is read beside a gateway, and by a user who may do nothing else; empty, there is nothing to read", async () => {
    expect(await openPostgresReadOnly(database.url)).toBeUndefined();
    const store = await createPostgresStore({ url: database.url });
    const key = await store.write((transaction) => transaction.createChild("p-1", ""));
    await client.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    const reader = await openPostgresReadOnly(database.url);
    expect((await reader?.record(key))?.patientId).toBe("p-1");
    await Promise.all([reader?.close(), store.close()]);
  });
});

test.each([
  ["a database that is not there", (url: string) => url.replace(/[^/]*$/, "none"), "make it first"],
  ["a port at which nothing listens", (url: string) => url.replace(/:\d+\//, ":1/"), "cannot be reached"],
])("%s is told in words that hold no password", async (_, change, says) => {
  const { url } = await startTestPostgres();
  const wrong = change(url.replace("postgres@", "postgres:secret@"));
  const failure = await createPostgresStore({ url: wrong }).catch((error: unknown) => error);
  expect(String(failure)).toContain(says);
  expect(`${failure} ${JSON.stringify(failure)}`).not.toContain("secret");
});
