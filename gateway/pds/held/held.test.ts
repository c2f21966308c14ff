import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { createWorld, known, type World } from "../pds.fixtures.ts";
import type { Fault } from "../stand-in/faults.ts";
import type { StandInPerson } from "../stand-in/person.ts";
import { openStore, SOURCES, startTracing, type TestStore } from "../unlinked/unlinked.fixtures.ts";
import { createNumberVerification } from "./verify-numbers.ts";
import { voidNumber } from "./void-number.ts";

const ONE = "9990000018";
const OTHER = "9990000026";
const DAY_MS = 86_400_000;

let store: TestStore;
let world: World | undefined;
beforeEach(async () => {
  store = await openStore();
});
afterEach(async () => {
  await world?.close();
  world = undefined;
  await store.close();
});

const annabel: SourceIdentity = {
  localId: "A1",
  given: "Annabel",
  family: "Harkness-Bloom",
  birthDate: "2021-05-14",
  postcode: "LS6 3CI",
};

async function startWorld(people: readonly StandInPerson[], fault?: Fault) {
  world = await createWorld(people, { server: { fault: ({ kind }) => (kind === "read" ? fault : undefined) } });
  return world;
}

const authorityOf = (source: string): string => source.slice(0, source.lastIndexOf("-"));

async function verifying(
  people: readonly StandInPerson[],
  { clock = Date.now, fault }: { clock?: () => number; fault?: Fault } = {},
) {
  const { tracer } = await startWorld(people, fault);
  return createNumberVerification({
    store: store.store,
    tracer,
    sources: () => SOURCES,
    authorityOf,
    audit: { append: async () => {} },
    after_days: 30,
    author: "pds/test",
    ids: randomUUID,
    clock,
  });
}

describe("a number taken out of use", () => {
  const told = {
    now: 1,
    author: "pds/test",
    authorityOf: (source: string) => source.slice(0, source.lastIndexOf("-")),
  };

  test.each(["invalidated", "superseded"] as const)("%s: it is found nowhere, and a person looks", async (reason) => {
    await store.tell("leeds-csds", { localId: "H1", nhsNumber: ONE, nhsNumberStatus: "01", birthDate: "2021-05-14" });
    await store.store.write((transaction) => voidNumber(transaction, ONE, { ...told, reason }));
    expect(await store.found(ONE)).toEqual([]);
    const items = await store.store.reviewItems(10);
    expect(items).toMatchObject([{ kind: "identifier-conflict", evidence: [expect.stringContaining("register")] }]);
  });

  test("stays out of use when its source tells it again, or another one does", async () => {
    const child = { localId: "H1", nhsNumber: ONE, nhsNumberStatus: "01", birthDate: "2021-05-14" };
    await store.tell("leeds-csds", child);
    await store.store.write((transaction) => voidNumber(transaction, ONE, { ...told, reason: "invalidated" }));
    await store.tell("leeds-csds", { ...child, postcode: "LS6 3CI" });
    await store.tell("leeds-dch", { ...child, localId: "D1" });
    expect(await store.found(ONE)).toEqual([]);
  });

  test("that the register itself had told: gone, too", async () => {
    await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld([known(ONE)]);
    await startTracing(store, tracer).pass();
    await store.store.write((transaction) => voidNumber(transaction, ONE, { ...told, reason: "invalidated" }));
    expect(await store.found(ONE)).toEqual([]);
  });
});

describe("a number that is held here", () => {
  const child = { ...annabel, nhsNumber: ONE, nhsNumberStatus: "01" };

  test.each([
    { title: "in use", people: [known(ONE)], end: "stands", isServed: true },
    { title: "restricted", people: [known(ONE, { isRestricted: true })], end: "stands", isServed: true },
    { title: "unknown", people: [], end: "unknown", isServed: true },
    {
      title: "replaced",
      people: [known(ONE, { supersededBy: OTHER }), known(OTHER)],
      end: "superseded",
      isServed: false,
    },
    { title: "taken out of use", people: [known(ONE, { isInvalidated: true })], end: "invalidated", isServed: false },
  ])("$title in the register: $end, served on: $isServed", async ({ people, end, isServed }) => {
    const record = await store.tell("leeds-eyfsp", child);
    const verification = await verifying(people);
    expect(await verification.pass()).toEqual({ [end]: 1 });
    expect(await store.found(ONE)).toEqual(isServed ? [record] : []);
    expect(await store.found(OTHER)).toEqual([]);
    expect(await verification.pass()).toEqual({});
  });

  test("is asked for again after its time", async () => {
    await store.tell("leeds-eyfsp", child);
    let now = Date.now();
    const verification = await verifying([known(ONE)], { clock: () => now });
    await verification.pass();
    now += 31 * DAY_MS;
    expect(await verification.pass()).toEqual({ stands: 1 });
  });

  test("stays as it is while the register fails, and is asked for at the next pass", async () => {
    const record = await store.tell("leeds-eyfsp", child);
    const verification = await verifying([], { fault: { kind: "status", status: 404 } });
    expect([await verification.pass(), await verification.pass()]).toEqual([{ failed: 1 }, { failed: 1 }]);
    expect(await store.found(ONE)).toEqual([record]);
  });

  test("by a source that does not permit it is not asked for", async () => {
    await store.tell("leeds-eyc", child);
    expect(await (await verifying([known(ONE)])).pass()).toEqual({});
  });
});
