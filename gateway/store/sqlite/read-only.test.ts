import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteReadOnly } from "./read-only.ts";
import { createSqliteStore } from "./sqlite.ts";

let directory = "";
const path = () => join(directory, "store.sqlite");
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "read-only-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("what a store beside it has committed is read, as it goes on", async () => {
  const store = createSqliteStore({ path: path() });
  const reader = openSqliteReadOnly(path());
  expect(await reader.locate("Patient", "p1", "")).toBeUndefined();
  const key = await store.write((transaction) => transaction.createChild("p1", ""));
  expect(await reader.locate("Patient", "p1", "")).toBe(key);
  expect(await reader.record(key)).toEqual(await store.record(key));
  expect(await reader.person(key)).toEqual(await store.person(key));
  reader.close();
  await store.close();
});

test("the file of a store that is closed is read and left as it was", async () => {
  const store = createSqliteStore({ path: path() });
  const key = await store.write((transaction) => transaction.createChild("p1", ""));
  await store.close();
  const reader = openSqliteReadOnly(path());
  expect(await reader.record(key)).toMatchObject({ patientId: "p1" });
  reader.close();
  const again = createSqliteStore({ path: path() });
  expect(await again.locate("Patient", "p1", "")).toBe(key);
  await again.close();
});

test("a file of another version is refused and not brought forward, and one that is not there is not made", () => {
  const database = new DatabaseSync(path());
  database.exec("CREATE TABLE other (a)");
  database.close();
  expect(() => openSqliteReadOnly(path())).toThrow("another program");
  expect(() => openSqliteReadOnly(join(directory, "none.sqlite"))).toThrow();
});
