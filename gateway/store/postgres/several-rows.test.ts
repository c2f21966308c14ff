import { afterAll, beforeAll, expect, test } from "vitest";
import { arrays, toWrite } from "../statements/steps.ts";
import { driveSteps } from "./drive.ts";
import { createPostgresStore } from "./postgres.ts";
import { askOver } from "./read-driver.ts";
import { toSeveralRows } from "./several-rows.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";
import { translate } from "./translate.ts";
import { openWire, WIRE_LIMITS, type Wire } from "./wire.ts";
import { WriteBuffer } from "./write-buffer.ts";

test.each([
  "INSERT INTO source (id, name) VALUES (?, ?) RETURNING id",
  "INSERT INTO source (id, name) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET name = excluded.name",
  "INSERT INTO source (id, name) VALUES (?2, ?1)",
  "INSERT INTO source (id, name) VALUES (1, ?)",
  "INSERT INTO elsewhere (id, name) VALUES (?, ?)",
  "INSERT INTO source (id, elsewhere) VALUES (?, ?)",
  "INSERT INTO history (id, body) SELECT id, max(body) FROM resource WHERE record = ? AND slot = ?",
  "INSERT INTO history (id, body) SELECT id, body FROM resource WHERE record = ? AND slot > ?",
  "UPDATE resource SET version = ? WHERE record = ?",
  "UPDATE resource SET version = ?",
  "UPDATE record SET has_room = 0 WHERE key = ?",
  "UPDATE record SET version = version * ? WHERE key = ?",
  "UPDATE staged SET waits = ? WHERE source = ?",
  "DELETE FROM resource WHERE record = ? AND slot = ?",
  "SELECT key FROM record WHERE key = ?",
])("no write of several rows is made of %s", (sql) => {
  const { text } = translate(sql);
  expect(toSeveralRows(text, (text.match(/\$/g) ?? []).length)).toBeUndefined();
});

let database: TestDatabase;
let wire: Wire;

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  await (await createPostgresStore({ url: database.url })).close();
  wire = await openWire({ url: database.url, limits: WIRE_LIMITS, name: "test", schema: "early_years_gateway" });
});
afterAll(async () => {
  await wire.end();
  await database.drop();
});

async function put(...statements: readonly ReturnType<typeof toWrite>[]): Promise<number> {
  const buffer = new WriteBuffer(true);
  for (const statement of statements) buffer.add(statement);
  const ready = buffer.take();
  for (const { translated, values } of ready) await wire.put(translated, values);
  return ready.length;
}

function found(sql: string): Promise<unknown> {
  return driveSteps(arrays(sql), (asked) => askOver(wire, asked));
}

const RESOURCE = `INSERT INTO resource (slot, record, type, id, version, last_updated, origin, content_hash, identifiers, keys, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const KEPT = `INSERT INTO history (type, id, id_space, version, record, last_updated, origin, content_hash, keys, body)
  SELECT type, id, ?, version + 1, record, ?, origin, '', '', NULL FROM resource WHERE record = ? AND slot = ?`;
const CHANGED = "UPDATE resource SET version = ?, identifiers = ?, keys = ? WHERE record = ? AND slot = ?";

test("several rows become what they would by themselves, of every type and in their order", async () => {
  const ids = ["ë\u{1F476}", "a\0b", '{,"\\NULL}'];
  const last = Number.MAX_SAFE_INTEGER;
  const body = Buffer.from([0, 255, 128, 10]);
  const made = ids.map((id, n) =>
    toWrite(RESOURCE, n, n - 1, "T", id, 1, n - last, 1, "", n === 1 ? null : body, "", body),
  );
  expect(await put(...made)).toBe(1);
  const stored = "SELECT record, id, version, last_updated, identifiers, keys FROM resource ORDER BY slot";
  expect(await found(stored)).toEqual([
    [-1, "ë\u{1F476}", 1, -last, body, ""],
    [0, "a\u2400b", 1, 1 - last, null, ""],
    [1, '{,"\\NULL}', 1, 2 - last, body, ""],
  ]);
  const changed = [2, 0, 1].flatMap((n) => [
    toWrite(KEPT, "space", 7, n - 1, n),
    toWrite(CHANGED, 9 + n, null, `k${n}`, n - 1, n),
  ]);
  expect(await put(...changed)).toBe(2);
  expect(await found(stored)).toEqual([
    [-1, "ë\u{1F476}", 9, -last, null, "k0"],
    [0, "a\u2400b", 10, 1 - last, null, "k1"],
    [1, '{,"\\NULL}', 11, 2 - last, null, "k2"],
  ]);
  expect(await found("SELECT id, id_space, version, last_updated, body FROM history ORDER BY sequence")).toEqual([
    ['{,"\\NULL}', "space", 2, 7, null],
    ["ë\u{1F476}", "space", 2, 7, null],
    ["a\u2400b", "space", 2, 7, null],
  ]);
});

test("numbers are added to what rows have, and rows that are there already become what is told", async () => {
  const record = (key: number) =>
    toWrite("INSERT INTO record (key, kind, id_space, version) VALUES (?, ?, ?, ?)", key, "child", "", key);
  const raised = (key: number) =>
    toWrite("UPDATE record SET version = version + ?, last_change = ? WHERE key = ?", 10, null, key);
  await put(record(1), record(2), record(3), raised(3), raised(1));
  expect(await found("SELECT key, version FROM record ORDER BY key")).toEqual([
    [1, 11],
    [2, 2],
    [3, 13],
  ]);
  const printed = (child: number, print: string) =>
    toWrite(
      "INSERT INTO child_print (child, print) VALUES (?, ?) ON CONFLICT (child) DO UPDATE SET print = excluded.print",
      ...[child, print],
    );
  expect(await put(printed(1, "a"), printed(2, "b"), printed(1, "c"))).toBe(2);
  expect(await found("SELECT child, print FROM child_print ORDER BY child")).toEqual([
    [1, "c"],
    [2, "b"],
  ]);
});

test.each([
  ["1.5", [1.5, "a"]],
  ["a text", ["1", "a"]],
  ["more than can be told exactly", [2 ** 53, "a"]],
])("%s is no whole number", async (_, values) => {
  const insert = "INSERT INTO source (id, name) VALUES (?, ?)";
  await expect(put(toWrite(insert, ...values), toWrite(insert, 2, "b"))).rejects.toThrow(TypeError);
});

test.each([
  [CHANGED, "record = u.p3", "slot = u.p4"],
  [KEPT, "record = u.p2", "slot = u.p3"],
  ["UPDATE record SET version = version + ? WHERE key = ?", "key = u.p1", ""],
])("each row is looked for by its key alone, while the table is empty, too: %s", async (sql, ...conditions) => {
  const { text = "", types = [], name = "" } = translate(sql).several ?? {};
  const lists = types.map(() => "NULL").join(", ");
  await wire.send(`PREPARE "${name} seen" AS ${text}`);
  const { rows } = await wire.client.query(`EXPLAIN EXECUTE "${name} seen" (${lists})`);
  const plan = rows.map((row: Record<string, string>) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(/Nested Loop[\s\S]*Function Scan on u[\s\S]*Index Cond/);
  for (const condition of conditions) expect(plan).toContain(condition);
});
