import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPostgresStore } from "./postgres.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

const WRITER = fileURLToPath(new URL("postgres.writer.ts", import.meta.url));

let database: TestDatabase;

beforeEach(async () => {
  database = await (await startTestPostgres()).createDatabase();
});
afterEach(() => database.drop());

test("two processes that write at once and are killed leave every acknowledged write whole, and none by half", async () => {
  const acknowledged = (await Promise.all([killedAfter(40, "a"), killedAfter(120, "b")])).flat();
  const store = await createPostgresStore({ url: database.url });
  try {
    for (const patientId of acknowledged) {
      const key = await store.locate("Patient", patientId, "");
      expect(key).toBeDefined();
      expect(await store.receipt(patientId)).toBe(patientId);
    }
    const keys = await store.scanRecords({}, 0, 1_000_000);
    expect(keys.length).toBeGreaterThanOrEqual(acknowledged.length);
    for (const key of keys) {
      const record = await store.record(key);
      expect(record?.resources.map(({ body }) => body.toString().trim())).toEqual(
        Array.from({ length: 5 }, () => record?.patientId),
      );
    }
  } finally {
    await store.close();
  }
});

test("processes that open a new database at once agree on who makes the tables", async () => {
  const stores = await Promise.all(Array.from({ length: 6 }, () => createPostgresStore({ url: database.url })));
  const keys = await Promise.all(
    stores.map((store, n) => store.write((transaction) => transaction.createChild(`p-${n}`, ""))),
  );
  expect(new Set(keys).size).toBe(6);
  expect(await stores[0]?.scanRecords({}, 0, 9)).toHaveLength(6);
  await Promise.all(stores.map((store) => store.close()));
});

/** Runs the writer, kills it once it has acknowledged so many children, and answers with all that it acknowledged. */
async function killedAfter(acknowledgements: number, name: string): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, database.url, name], { stdio: ["ignore", "pipe", "inherit"] });
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
