import { expect, test } from "vitest";
import { toWrite } from "../statements/steps.ts";
import { GROUP_BYTES_MAX, WriteBuffer } from "./write-buffer.ts";

const source = (id: number) => toWrite("INSERT INTO source (id, name) VALUES (?, ?)", id, `s-${id}`);
const block = (key: number) => toWrite("INSERT INTO block (key, child) VALUES (?, ?) ON CONFLICT DO NOTHING", key, 1);
const keep = (slot: number) =>
  toWrite(
    "INSERT INTO history (id, record, body) SELECT id, record, body FROM resource WHERE record = ? AND slot = ?",
    1,
    slot,
  );
const change = (slot: number) => toWrite("UPDATE resource SET version = ? WHERE record = ? AND slot = ?", 2, 1, slot);
const raise = (key: number) => toWrite("UPDATE record SET version = version + ? WHERE key = ?", 1, key);

const NUMBER_BYTES = 12;
const HEAD_BYTES = 20;

/** What it would send: the first two words but INTO and of how many rows each is. */
function sent(...statements: readonly ReturnType<typeof toWrite>[]): readonly string[] {
  return sentBy(new WriteBuffer(true), statements);
}

function sentBy(buffer: WriteBuffer, statements: readonly ReturnType<typeof toWrite>[]): readonly string[] {
  for (const statement of statements) buffer.add(statement);
  expect(buffer.size).toBe(statements.length);
  const ready = buffer.take().map(({ translated, values }) => {
    const name = translated.text.split(" ").filter((word) => word !== "INTO" && word !== "FROM");
    const [first] = values;
    const rows = first instanceof Uint8Array ? (first.length - HEAD_BYTES) / NUMBER_BYTES : 1;
    return `${name[0]} ${name[1]} × ${rows}`;
  });
  expect([buffer.take(), buffer.size]).toEqual([[], 0]);
  return ready;
}

test("rows of one insert go out as one statement, those of another table beside, and one alone as it is", () => {
  expect(sent(source(1), block(1), source(2), block(2))).toEqual(["INSERT source × 2", "INSERT block × 2"]);
  expect(sent(source(1), block(1))).toEqual(["INSERT source × 1", "INSERT block × 1"]);
});

test("a write does not get in before one that speaks of its table, and does before another", () => {
  const named = toWrite("UPDATE origin SET source = 'a' WHERE source IN (SELECT name FROM source)");
  expect(sent(source(1), block(1), named, source(2), block(2))).toEqual([
    "INSERT source × 1",
    "INSERT block × 2",
    "UPDATE origin × 1",
    "INSERT source × 1",
  ]);
  const other = toWrite("DELETE FROM origin WHERE id = ?", 7);
  expect(sent(source(1), other, source(2))).toEqual(["INSERT source × 2", "DELETE origin × 1"]);
});

test("rows of one table by two inserts keep their order", () => {
  const other = toWrite("INSERT INTO source (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", 2, "s-2");
  expect(sent(source(1), other, source(3))).toEqual(["INSERT source × 1", "INSERT source × 1", "INSERT source × 1"]);
});

test("claims of one key keep their order, by whichever insert each is made", () => {
  const insert = "INSERT INTO identity_key (key, child, record, held) VALUES (?, ?, ?, ?)";
  const first = (key: string, child: number) => toWrite(insert, key, child, 7, 1);
  const again = (key: string, child: number) =>
    toWrite(`${insert} ON CONFLICT (key, child, record) DO UPDATE SET held = excluded.held`, key, child, 7, 1);
  const rows = (...statements: readonly ReturnType<typeof toWrite>[]) => {
    const buffer = new WriteBuffer(true);
    for (const statement of statements) buffer.add(statement);
    return buffer.take().length;
  };
  expect(rows(first("other", 1), again("same", 2), first("same", 3))).toBe(3);
  expect(rows(first("other", 1), again("same", 2), first("another", 3))).toBe(2);
});

test("what is kept of a row before it changes goes out with what is kept of others", () => {
  expect(sent(keep(1), change(1), keep(2), change(2))).toEqual(["INSERT history × 2", "INSERT resource × 2"]);
});

test("where no write may look into a table for each of its rows, each of these goes out by itself, in its place", () => {
  expect(
    sentBy(new WriteBuffer(false), [keep(1), change(1), keep(2), raise(1), source(1), change(2), source(2)]),
  ).toEqual([
    "INSERT history × 1",
    "UPDATE resource × 1",
    "INSERT history × 1",
    "UPDATE record × 1",
    "INSERT source × 2",
    "UPDATE resource × 1",
  ]);
});

test("a row that changes again is kept and changed after it has changed", () => {
  expect(sent(keep(1), change(1), keep(1), change(1))).toEqual([
    "INSERT history × 1",
    "UPDATE resource × 1",
    "INSERT history × 1",
    "UPDATE resource × 1",
  ]);
});

test("no row is changed twice by one statement", () => {
  expect(sent(raise(1), raise(2), raise(1))).toEqual(["INSERT record × 2", "UPDATE record × 1"]);
});

test("a row that is removed, whoever names it how, stays in its place among what changes", () => {
  const removed = toWrite("DELETE FROM resource WHERE record = ? AND slot = ?", 1, 9);
  expect(sent(change(1), removed, change(2))).toEqual([
    "UPDATE resource × 1",
    "DELETE resource × 1",
    "UPDATE resource × 1",
  ]);
});

test.each<[string, string, string, (n: number) => string | Uint8Array]>([
  ["bytes", "raw", "content", (n) => new Uint8Array(n)],
  ["characters", "source", "name", (n) => "\u20ac".repeat(n / 3)],
])("rows of more %s than a statement is to hold go out as several, a larger one by itself", (_, table, column, of) => {
  const key = table === "raw" ? "lineage" : "id";
  const row = (n: number, value: string | Uint8Array) =>
    toWrite(`INSERT INTO ${table} (${key}, ${column}) VALUES (?, ?)`, n, value);
  const [part, whole] = [of(GROUP_BYTES_MAX / 4 + 8), of(GROUP_BYTES_MAX + 8)];
  const rows = [1, 2, 3, 4, 5].map((n) => row(n, part));
  expect(sent(...rows, row(6, whole), row(7, of(0)), row(8, of(0)))).toEqual([
    `INSERT ${table} × 3`,
    `INSERT ${table} × 2`,
    `INSERT ${table} × 1`,
    `INSERT ${table} × 2`,
  ]);
});
