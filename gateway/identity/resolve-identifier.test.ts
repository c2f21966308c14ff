import { expect, test } from "vitest";
import type { IdSpace, RecordKey } from "../store/store.ts";
import { createInProcessIdentityCache } from "./cache/in-process.ts";
import { createIdentifierResolver } from "./resolve-identifier.ts";
import { scopeOf } from "./resolver.fixtures.ts";

const STORE_OF = (carriers: readonly RecordKey[], told: Readonly<Record<RecordKey, readonly string[]>>) => ({
  findRecords: async ([key]: readonly { readonly value: string }[]) =>
    key?.value.startsWith("written") === true ? [] : carriers,
  namesOf: async (record: RecordKey) => (told[record] ?? []).map((source) => ({ source, localId: "1" })),
});

/** A store that holds these identifiers, by id space and identifier, and counts how often it is asked. */
function startResolver(
  held: Readonly<Record<string, readonly RecordKey[]>>,
  told: Readonly<Record<RecordKey, readonly string[]>> = {},
) {
  const asked: string[] = [];
  const store = {
    async findRecords(keys: readonly { readonly value: string }[], limit: number, idSpace: IdSpace) {
      const name = `${idSpace} ${keys[0]?.value ?? ""}`;
      asked.push(name);
      return (held[name] ?? []).slice(0, limit);
    },
    async namesOf(record: RecordKey) {
      return (told[record] ?? ["leeds-csds"]).map((source) => ({ source, localId: "1" }));
    },
  };
  const scope = scopeOf("leeds wirral", "wirral liverpool");
  const cache = createInProcessIdentityCache();
  return { asked, cache, resolver: createIdentifierResolver({ store, cache, scope }) };
}

test("what the store found is not asked for again, until it is forgotten", async () => {
  const { asked, resolver } = startResolver({ " s|1": [7] });
  expect(await resolver.resolve("s", "1", "", 0)).toEqual([7]);
  expect(await resolver.resolve("s", "1", "", 0)).toEqual([7]);
  expect(asked).toEqual([" s|1", " written s|1"]);
  await resolver.forget("s", "1", "other");
  expect(await resolver.resolve("s", "1", "", 0)).toEqual([7]);
  expect(asked).toEqual([" s|1", " written s|1"]);
  await resolver.forget("s", "1", "");
  expect(await resolver.resolve("s", "1", "", 0)).toEqual([7]);
  expect(asked).toEqual([" s|1", " written s|1", " s|1", " written s|1"]);
});

test("of an identifier of nobody, or of two, what clients wrote is asked for again when anything has changed", async () => {
  const { asked, resolver } = startResolver({ " s|2": [7, 8] });
  for (const changes of [1, 1, 2]) {
    for (const value of ["1", "2"]) expect(await resolver.resolve("s", value, "", changes)).toEqual([]);
  }
  const both = [" s|1", " written s|1", " s|2", " written s|2"];
  expect(asked).toEqual([...both, " written s|1", " written s|2"]);
});

test.each<
  [what: string, delivered: readonly RecordKey[], written: readonly RecordKey[], records: readonly RecordKey[]]
>([
  ["one delivered stands beside all that are written", [7], [3, 9], [3, 7, 9]],
  ["several delivered are nobody, and all that are written stay", [7, 8], [3], [3]],
  ["all that are written answer by themselves", [], [3, 9], [3, 9]],
])("of an identifier %s", async (_, delivered, written, records) => {
  const { resolver } = startResolver({ " s|1": delivered, " written s|1": written });
  expect(await resolver.resolve("s", "1", "", 0)).toEqual(records);
  expect(await resolver.resolve("s", "1", "", 1)).toEqual(records);
});

test.each<[what: string, told: Readonly<Record<RecordKey, readonly string[]>>, records: readonly RecordKey[]]>([
  ["of one authority are nobody", { 7: ["leeds-csds"], 8: ["leeds-eyfsp"] }, []],
  ["of authorities that match are nobody", { 7: ["leeds-csds"], 8: ["wirral-csds"] }, []],
  ["of authorities that do not match are both answered", { 7: ["leeds-csds"], 8: ["liverpool-csds"] }, [7, 8]],
  [
    "of which one is of several authorities are both answered where one pair does not match",
    { 7: ["leeds-csds", "wirral-csds"], 8: ["liverpool-csds"] },
    [7, 8],
  ],
  [
    "and a third out of their scope leave the third alone to answer",
    { 7: ["leeds-csds"], 8: ["leeds-eyfsp"], 9: ["liverpool-csds"] },
    [9],
  ],
])("two children with one identifier %s", async (_, told, records) => {
  const carriers = Object.keys(told).map(Number);
  const { resolver } = startResolver({ " s|1": carriers }, told);
  expect(await resolver.resolve("s", "1", "", 0)).toEqual(records);
  expect(await resolver.within(STORE_OF(carriers, told)).resolve("s", "1", "", 0)).toEqual(records);
});

test("who is written is looked for anew when anything has changed, also beside one who is known", async () => {
  const { asked, resolver } = startResolver({ " s|1": [7] });
  for (const changes of [1, 1, 2]) await resolver.resolve("s", "1", "", changes);
  expect(asked).toEqual([" s|1", " written s|1", " written s|1"]);
});

test.each<[what: string, before: readonly RecordKey[], after: readonly RecordKey[], records: readonly RecordKey[]]>([
  ["comes to be held by a child", [], [7], [7]],
  ["comes to be held by a second child", [7], [7, 8], []],
])(
  "an identifier that %s is so for whoever asks once the cache was told, though asked for in between",
  async (_, before, after, records) => {
    const held = { " s|1": before };
    const { cache, resolver } = startResolver(held);
    expect(await resolver.resolve("s", "1", "", 1)).toEqual(before);
    held[" s|1"] = after;
    // Committed, and not told yet.
    await resolver.resolve("s", "1", "", 2);
    await cache.purge({ identifiers: ["s|1"] });
    expect(await resolver.resolve("s", "1", "", 2)).toEqual(records);
  },
);

test("where it is not known whether a change was told, the cache is asked each time, and of what is written it is remembered", async () => {
  const { asked, cache } = startResolver({});
  const resolver = createIdentifierResolver({
    store: {
      async findRecords([key]) {
        asked.push(key?.value ?? "");
        return [];
      },
      namesOf: async () => [],
    },
    cache: { ...cache, generation: () => undefined, resolve: async (_, find) => [...(await find()), 7] },
    scope: scopeOf("leeds"),
  });
  for (const _ of [1, 2]) expect(await resolver.resolve("s", "1", "", 0)).toEqual([7]);
  expect(asked).toEqual(["s|1", "written s|1", "s|1"]);
});

test("in a space of its own every record that carries an identifier answers, and no other space hears of it", async () => {
  const { resolver } = startResolver({ "own s|1": [7, 8, 9], " s|1": [3] });
  expect(await resolver.resolve("s", "1", "own", 0)).toEqual([7, 8, 9]);
  expect(await resolver.resolve("s", "1", "", 0)).toEqual([3]);
  expect(await resolver.resolve("s", "1", "own", 0)).toEqual([7, 8, 9]);
  expect(await resolver.resolve("s", "2", "own", 0)).toEqual([]);
});
