import { expect, test } from "vitest";
import type { SharedVersion, StoredRecord } from "../store/store.ts";
import { createHiddenServices } from "./hidden-services.ts";
import { SOURCES } from "./read.fixtures.ts";

/** A store of one organisation, whose answers to what it holds come when they are let go. */
function storeOf(names: readonly string[]) {
  let [version, lists] = [1, 0];
  const waiting: ((error?: Error) => void)[] = [];
  const organization = () =>
    ({ type: "Organization", id: "r", body: Buffer.from(JSON.stringify({ name: names[version - 1] })) }) as const;
  return {
    lists: () => lists,
    change() {
      version += 1;
    },
    answer: async (error?: Error) => {
      for (const settle of waiting.splice(0)) settle(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
    store: {
      async sharedVersions(): Promise<readonly SharedVersion[]> {
        lists += 1;
        await new Promise<void>((resolve, reject) => waiting.push((error) => (error ? reject(error) : resolve())));
        return [{ key: 1, version }];
      },
      // Nothing else of the record is read.
      record: async () => ({ resources: [organization()] }) as unknown as StoredRecord,
    },
  };
}

const readerOf = ({ store }: ReturnType<typeof storeOf>) => createHiddenServices(store, { sources: SOURCES });
const kinds = async (reader: ReturnType<typeof readerOf>, changes: number) => [...(await reader.at(changes)).kinds];

test("all who ask at one state of the store share one look at it", async () => {
  const held = storeOf(["Chapel Allerton Refuge"]);
  const reader = readerOf(held);
  const asked = Array.from({ length: 16 }, () => reader.at(1));
  await held.answer();
  expect(new Set(await Promise.all(asked)).size).toBe(1);
  expect(await kinds(reader, 1)).toEqual([["Organization/r", "Support service"]]);
  expect(held.lists()).toBe(1);
});

test("a look that fails is told to those who shared it, and the next one is taken anew", async () => {
  const held = storeOf(["Chapel Allerton Refuge"]);
  const reader = readerOf(held);
  const asked = Promise.allSettled([reader.at(1), reader.at(1)]);
  await held.answer(new Error("away"));
  expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const again = kinds(reader, 1);
  await held.answer();
  expect(await again).toHaveLength(1);
});

test("what is found out of a later state stays, though a look at an earlier one ends after it", async () => {
  const held = storeOf(["A clinic", "Chapel Allerton Refuge"]);
  const reader = readerOf(held);
  const settled: (() => void)[] = [];
  const { sharedVersions } = held.store;
  held.store.sharedVersions = async () => {
    if (settled.length > 0) return sharedVersions();
    await new Promise<void>((resolve) => settled.push(resolve));
    return [];
  };
  const early = kinds(reader, 1);
  held.change();
  const late = kinds(reader, 2);
  await held.answer();
  expect(await late).toHaveLength(1);
  for (const settle of settled) settle();
  expect(await early).toEqual([]);
  expect(await kinds(reader, 2)).toHaveLength(1);
});
