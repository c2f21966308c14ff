import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createSqliteStore } from "../../store/sqlite/sqlite.ts";
import { contribution } from "../../store/store.fixtures.ts";
import { type RecordKey, SHARED_ID_SPACE, type Store } from "../../store/store.ts";
import type { IdentityChange } from "../identity-cache.ts";
import { createInProcessIdentityCache } from "./in-process.ts";
import { purgeOnWrite } from "./purging-store.ts";

const NUMBER = "https://fhir.nhs.uk/Id/nhs-number|9990000018";
const KEYS = [
  { code: "identifier", value: NUMBER },
  { code: "family", value: "example" },
] as const;

const open: { readonly store: Store; readonly directory: string }[] = [];
afterEach(async () => {
  for (const { store, directory } of open.splice(0)) {
    await store.close();
    rmSync(directory, { recursive: true });
  }
});

function startStore() {
  const directory = mkdtempSync(join(tmpdir(), "purging-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true });
  open.push({ store, directory });
  const told: IdentityChange[] = [];
  const cache = createInProcessIdentityCache();
  purgeOnWrite(store, {
    async purge(change) {
      told.push(change);
      await cache.purge(change);
    },
  });
  const holders = () => cache.resolve(NUMBER, () => store.findRecords([KEYS[0]], 10, SHARED_ID_SPACE));
  const addChild = (id: string): Promise<RecordKey> =>
    store.write(async (transaction) => {
      const key = await transaction.createChild(id, SHARED_ID_SPACE);
      await transaction.putContribution(key, "383", contribution(), KEYS);
      return key;
    });
  return { store, told, holders, addChild };
}

test("whoever holds a number is known as soon as the write has ended", async () => {
  const { store, told, holders, addChild } = startStore();
  expect(await holders()).toEqual([]);
  const one = await addChild("1");
  expect(await holders()).toEqual([one]);
  const two = await addChild("2");
  expect(await holders()).toEqual([one, two]);
  await store.write((transaction) => transaction.putContribution(one, "383", contribution(), []));
  expect(await holders()).toEqual([two]);
  const { source, localId } = contribution();
  await store.write((transaction) => transaction.removeContribution(two, source, localId, 1));
  expect(await holders()).toEqual([]);
  // A record that is new was in no answer.
  expect(told.slice(0, 2)).toEqual([
    { records: [], identifiers: [NUMBER] },
    { records: [], identifiers: [NUMBER] },
  ]);
  expect(told.slice(2)).toEqual([
    { records: [one], identifiers: [] },
    { records: [two], identifiers: [] },
  ]);
});

test("a write that concerns no child's identity tells nothing, and its answer and failure come through", async () => {
  const { store, told } = startStore();
  expect(await store.write((transaction) => transaction.useOnce("token", Date.now() + 1_000))).toBe(true);
  await expect(store.write(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(told).toEqual([]);
});
