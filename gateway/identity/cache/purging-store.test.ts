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

function startStore({ isRunTwice = false } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "purging-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true });
  open.push({ store, directory });
  if (isRunTwice) runTwice(store);
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

/** Each work is taken back once and run again, when another process has told of a child in between. */
function runTwice(store: Store): void {
  const write = store.write.bind(store);
  store.write = async (work, options) => {
    const undone = write(async (transaction) => {
      await work(transaction);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    await write(async (transaction) => {
      const key = await transaction.createChild("other", SHARED_ID_SPACE);
      await transaction.putContribution(key, "383", contribution({ localId: "other" }), KEYS);
    });
    return write(work, options);
  };
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

test("a record that a work had made when it was taken back is told of when it is another's by then", async () => {
  const { store, told } = startStore({ isRunTwice: true });
  const made: RecordKey[] = [];
  const changed = await store.write(async (transaction) => {
    const [other] = await transaction.findRecords([KEYS[1]], 10, SHARED_ID_SPACE);
    const key = other ?? (await transaction.createChild("1", SHARED_ID_SPACE));
    made.push(key);
    await transaction.putContribution(key, "383", contribution(), []);
    return key;
  });
  expect(made).toEqual([changed, changed]);
  expect(told).toEqual([{ records: [changed], identifiers: [] }]);
});
