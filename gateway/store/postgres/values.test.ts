import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arrays, row, rows } from "../statements/steps.ts";
import { resource } from "../store.fixtures.ts";
import type { Store } from "../store.ts";
import { driveSteps } from "./drive.ts";
import { createPostgresStore } from "./postgres.ts";
import { askOver } from "./read-driver.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";
import { openWire, WIRE_LIMITS, type Wire } from "./wire.ts";

let database: TestDatabase;
let store: Store;
let wire: Wire;

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  store = await createPostgresStore({ url: database.url });
  wire = await openWire({ url: database.url, limits: WIRE_LIMITS, name: "test", schema: "early_years_gateway" });
});
afterAll(async () => {
  await wire.end();
  await store.close();
  await database.drop();
});

test.each([
  ["0", 0],
  ["-1", -1],
  ["4294967295", 2 ** 32 - 1],
  ["-4294967297", -(2 ** 32) - 1],
  [`${Number.MAX_SAFE_INTEGER}`, Number.MAX_SAFE_INTEGER],
  [`${Number.MIN_SAFE_INTEGER}`, Number.MIN_SAFE_INTEGER],
])("the whole number %s comes back as it went", async (_, value) => {
  const steps = row("SELECT CAST(? AS BIGINT) AS value", value);
  expect(await driveSteps(steps, (asked) => askOver(wire, asked))).toEqual({ value });
});

test("every type that is kept is read, by name and by number", async () => {
  const sql = `SELECT CAST(? AS TEXT) AS text, CAST(? AS BYTEA) AS bytes, CAST(? AS DOUBLE PRECISION) AS real,
    CAST(? AS BIGINT) AS none, count(*) AS count, CAST('t' AS BOOLEAN) AS bit FROM record`;
  const values = ["ë\u{1F476}", Buffer.from([0, 255, 128, 10]), -0.25, null] as const;
  const ask = (asked: Parameters<typeof askOver>[1]) => askOver(wire, asked);
  const expected = { text: values[0], bytes: values[1], real: -0.25, none: null, count: 0, bit: 1 };
  expect(await driveSteps(rows(sql, ...values), ask)).toEqual([expected]);
  expect(await driveSteps(arrays(sql, ...values), ask)).toEqual([Object.values(expected)]);
  expect(await driveSteps(rows("SELECT 1 AS one FROM record"), ask)).toEqual([]);
});

test.each([1, 1_000, 8_190, 65_536, 3_000_000])(
  "bodies of %i bytes, whatever bytes they are, come back as they went",
  async (length) => {
    const bodies = Array.from({ length: 3 }, () => randomBytes(length));
    const key = await store.write(async (transaction) => {
      const made = await transaction.createChild(`p-${length}`, "");
      for (const [n, body] of bodies.entries()) {
        await transaction.put(made, resource({ id: `o-${length}-${n}`, body, keys: "k".repeat(n) }));
      }
      return made;
    });
    const record = await store.record(key);
    expect(
      record?.resources.map(({ body, keys }) => [Buffer.compare(body, bodies[keys.length] ?? body), keys.length]),
    ).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
  },
);

test("for a character of value zero, which PostgreSQL keeps in no text, its picture is kept", async () => {
  await store.write((transaction) => transaction.putReceipt("r-1", "leeds-eyfsp", "a\0b"));
  expect(await store.receipt("r-1")).toBe("a\u2400b");
});

test("what many ask at once over one connection, each is answered", async () => {
  const ask = (asked: Parameters<typeof askOver>[1]) => askOver(wire, asked);
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      n % 7 === 3
        ? driveSteps(row("SELECT CAST(? AS BIGINT) / 0 AS none", n), ask).catch((error: Error) => error.name)
        : driveSteps(row("SELECT CAST(? AS BIGINT) AS n", n), ask),
    ),
  );
  expect(answers).toEqual(Array.from({ length: 500 }, (_, n) => (n % 7 === 3 ? "PostgresError" : { n })));
});
