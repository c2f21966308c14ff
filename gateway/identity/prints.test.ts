import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import type { ResolvingReads } from "./gather-facts.ts";
import { startResolver } from "./resolver.fixtures.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prints-"));
  store = createSqliteStore({ path: join(folder, "store.sqlite") });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const resolver = startResolver();
const SOURCES = ["leeds-csds", "leeds-eyfsp", "leeds-vendor"] as const;

/** Few values a detail, so that twins, namesakes, neighbours, and numbers mistyped or told twice come about by themselves. */
const child = fc.record({
  source: fc.constantFrom(...SOURCES),
  identity: fc
    .record(
      {
        given: fc.constantFrom("Amina", "Aminah", "Tobias", "Toby", "Zihao", "Zi Hao", "Khan", "Baby"),
        family: fc.constantFrom("Khan", "Kahn", "Kowalski", "Kowalska", "Amina", "de Souza", "Souza"),
        birthDate: fc.constantFrom("2020-05-04", "2020-04-05", "2020-05-14", "2021-05-04"),
        postcode: fc.constantFrom("LS1 4CI", "LS1 4CO", "BD9 9OM"),
        gender: fc.constantFrom("female", "male"),
        nhsNumber: fc.constantFrom("9990000018", "9990000026", "9990000034"),
      },
      { requiredKeys: ["birthDate"] },
    )
    .map((told): Omit<SourceIdentity, "localId"> => told),
});

test("whoever is passed over by a print would have changed no decision", async () => {
  let [passed, sought] = [0, 0];
  const unprinted: ResolvingReads = {
    linkOf: (...asked) => store.linkOf(...asked),
    identityKeyHolders: (...asked) => store.identityKeyHolders(...asked),
    sourceChildrenOf: (...asked) => store.sourceChildrenOf(...asked),
    neverLinked: (...asked) => store.neverLinked(...asked),
    findAlike: async (keys, limit, { isWorthReading, ...bounds } = {}) => {
      const [all, worth] = [
        await store.findAlike(keys, limit, bounds),
        await store.findAlike(keys, limit, isWorthReading === undefined ? bounds : { ...bounds, isWorthReading }),
      ];
      sought += all.children.length;
      passed += all.children.length - worth.children.length;
      return all;
    },
  };
  let n = 0;
  await fc.assert(
    fc.asyncProperty(child, async ({ source, identity }) => {
      const told = { localId: `child-${n++}`, ...identity };
      const resolution = await resolver.resolve(store, source, told);
      expect(resolution).toEqual(await resolver.resolve(unprinted, source, told));
      const options = { patientId: `patient-${n}`, now: n };
      await store.write((transaction) => resolver.apply(transaction, resolution, options), { flush: "later" });
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect(passed).toBeGreaterThan(20);
  expect(sought - passed).toBeGreaterThan(20);
});
