import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SourceIdentity } from "#mappers/mapper.ts";
import type { PersonTracer } from "../../identity/tracing.ts";
import { BRISK, createWorld, known, type World } from "../pds.fixtures.ts";
import type { Fault } from "../stand-in/faults.ts";
import type { StandInPerson } from "../stand-in/person.ts";
import { openStore, startTracing, type TestStore } from "./unlinked.fixtures.ts";

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
  world = await createWorld(people, {
    server: { fault: ({ kind }) => (kind === "search" ? fault : undefined) },
    tracer: { limits: { ...BRISK, call_timeout_ms: fault?.kind === "silence" ? 400 : 5_000 } },
  });
  return world;
}

test("a child that the register knows can be found by its number from then on, and is asked for once", async () => {
  const record = await store.tell("leeds-eyfsp", annabel);
  const { tracer, questions } = await startWorld([known(ONE)]);
  const tracing = startTracing(store, tracer);
  expect(await store.found(ONE)).toEqual([]);
  expect(await tracing.pass()).toEqual({ told: 1 });
  expect(await store.found(ONE)).toEqual([record]);
  expect(await store.reviews()).toEqual([]);
  expect(await tracing.pass()).toEqual({});
  expect([questions().length, tracing.audited]).toEqual([1, ["pds-trace leeds-eyfsp"]]);
});

test("what the register told is the number and nothing else, by a source of its own, with author and evidence", async () => {
  const record = await store.tell("leeds-eyfsp", annabel);
  const { tracer } = await startWorld([known(ONE)]);
  await startTracing(store, tracer).pass();
  const told = (await store.store.record(record))?.contributions.find(({ source }) => source === "leeds-pds");
  expect([told?.localId, told?.dataClass]).toEqual(["leeds-eyfsp/A1", "health-visiting"]);
  expect(Object.keys(JSON.parse(told?.body ?? "{}"))).toEqual(["resourceType", "identifier"]);
  expect(told?.body).toContain('"code":"01"');
  const link = await store.store.linkOf("leeds-pds", "leeds-eyfsp/A1");
  expect(link).toMatchObject({ record, author: "pds/test", evidence: [expect.any(String), expect.any(String)] });
  expect(JSON.stringify(link?.evidence)).not.toMatch(/Annabel|Harkness|999000|LS6|2021/);
});

test("a later delivery of the child's own source changes nothing about the number", async () => {
  const record = await store.tell("leeds-eyfsp", annabel);
  const { tracer } = await startWorld([known(ONE)]);
  await startTracing(store, tracer).pass();
  expect(await store.tell("leeds-eyfsp", { ...annabel, postcode: "LS7 1CI" })).toBe(record);
  expect([await store.found(ONE), await store.reviews()]).toEqual([[record], []]);
});

test("a child that joins later by the number finds the record", async () => {
  const record = await store.tell("leeds-eyfsp", annabel);
  const { tracer } = await startWorld([known(ONE)]);
  await startTracing(store, tracer).pass();
  const provider = { localId: "H1", nhsNumber: ONE, nhsNumberStatus: "01", birthDate: "2021-05-14" };
  expect(await store.tell("leeds-csds", provider)).toBe(record);
});

test("a source that gives its name for the child to another one: the number goes from where it was", async () => {
  const first = await store.tell("leeds-eyfsp", annabel);
  const { tracer } = await startWorld([known(ONE)]);
  await startTracing(store, tracer).pass();
  const second = await store.store.write(async (transaction) => {
    const record = await transaction.createChild("another", "");
    const identity = { ...annabel, given: "Beatrice", birthDate: "2019-01-01" };
    await transaction.appendLink({
      source: "leeds-eyfsp",
      localId: "A1",
      record,
      author: "a",
      evidence: [],
      decidedAt: 1,
    });
    await transaction.putSourceIdentity("leeds-eyfsp", "A1", identity, []);
    const unlinked = { kind: "unlinked", source: "leeds-eyfsp", localId: "A1", record, createdAt: 1 } as const;
    await transaction.openReview({ ...unlinked, candidates: [], evidence: [] });
    return record;
  });
  expect(await store.found(ONE)).toEqual([first]);
  expect(await startTracing(store, tracer).pass()).toEqual({ none: 1 });
  expect([await store.found(ONE), second === first]).toEqual([[], false]);
});

describe("a child that gets no number", () => {
  test.each([
    { title: "the register knows nobody", people: [], end: "none" },
    { title: "the register knows several", people: [known(ONE), known(OTHER)], end: "many" },
    { title: "the register's child is restricted", people: [known(ONE, { isRestricted: true })], end: "for-review" },
  ])("$title: $end, and still in review", async ({ people, end }) => {
    await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld(people);
    expect(await startTracing(store, tracer).pass()).toEqual({ [end]: 1 });
    expect(await store.found(ONE)).toEqual([]);
    expect((await store.reviews()).map(({ kind }) => kind)).toContain("unlinked");
  });

  test("is asked for again after its time, or when its source tells of it otherwise", async () => {
    await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld([]);
    let now = Date.now();
    const tracing = startTracing(store, tracer, { clock: () => now });
    expect(await tracing.pass()).toEqual({ none: 1 });
    now += 29 * DAY_MS;
    expect(await tracing.pass()).toEqual({});
    await store.tell("leeds-eyfsp", { ...annabel, given: "Annabella" });
    expect(await tracing.pass()).toEqual({ none: 1 });
    now += 31 * DAY_MS;
    expect(await tracing.pass()).toEqual({ none: 1 });
  });

  test("restricted: a person is told so in words, and no place is kept", async () => {
    await store.tell("leeds-eyfsp", { ...annabel, postcode: "LS7 1CI" });
    const { tracer } = await startWorld([known(ONE, { isRestricted: true })]);
    await startTracing(store, tracer).pass();
    const items = await store.store.reviewItems(10);
    expect(items.map(({ kind }) => kind).toSorted()).toEqual(["ambiguous", "unlinked"]);
    expect(JSON.stringify(items)).not.toMatch(/LS6|Quarry|999000/);
  });

  test.each<{ title: string; fault: Fault }>([
    { title: "500", fault: { kind: "status", status: 500 } },
    { title: "silence", fault: { kind: "silence" } },
    { title: "half an answer", fault: { kind: "half-answer" } },
  ])("a failure ($title) is noted nowhere: the next pass asks again", async ({ fault }) => {
    const record = await store.tell("leeds-eyfsp", annabel);
    const down = await startWorld([known(ONE)], fault);
    expect(await startTracing(store, down.tracer).pass()).toEqual({ failed: 1 });
    await down.close();
    const { tracer } = await startWorld([known(ONE)]);
    expect(await startTracing(store, tracer).pass()).toEqual({ told: 1 });
    expect(await store.found(ONE)).toEqual([record]);
  });
});

test("more children than are read together are all asked for in one pass, told ones among them", async () => {
  const letter = (n: number): string => String.fromCharCode(97 + n);
  // As unlike each other as names and days can be, so that none of them looks like another.
  const children = Array.from({ length: 120 }, (_, n) => ({
    localId: `A${n}`,
    given: `${letter((n * 7) % 26)}${letter((n * 11) % 26)}o${letter((n * 5) % 26)}ette`,
    family: `${letter((n * 3) % 26)}u${letter((n * 17) % 26)}${letter(n % 26)}field`,
    birthDate: new Date(Date.UTC(2019, 0, 1 + n * 9)).toISOString().slice(0, 10),
  }));
  for (const child of children) await store.tell("leeds-eyfsp", child);
  // The last one of the first page gets a number, so that its item is closed when the next page is asked for.
  const tracer: PersonTracer = {
    trace: async (person) =>
      person.birthDates[0] === children[99]?.birthDate
        ? { kind: "found", nhsNumber: ONE, person, isRestricted: false }
        : { kind: "none" },
    byNumber: async () => ({ kind: "none" }),
    state: () => "closed",
  };
  expect(await startTracing(store, tracer).pass()).toEqual({ told: 1, none: 119 });
});

test.each([
  ["without a number is asked for", {}, { told: 1 }],
  ["with a number is not", { nhsNumber: OTHER }, {}],
])("a child in review because it may be another's, %s", async (_, told, ends) => {
  const record = await store.tell("leeds-eyfsp", { ...annabel, ...told });
  const item = { source: "leeds-eyfsp", localId: "A1", record, evidence: [], createdAt: 1 };
  await store.store.write(async (transaction) => {
    await transaction.closeReview(item.source, item.localId);
    await transaction.openReview({ ...item, kind: "ambiguous", candidates: [] });
  });
  const { tracer } = await startWorld([known(ONE)]);
  expect(await startTracing(store, tracer).pass()).toEqual(ends);
});

test("a child in review for two reasons is asked for once", async () => {
  const record = await store.tell("leeds-eyfsp", annabel);
  const item = { source: "leeds-eyfsp", localId: "A1", record, evidence: [], createdAt: 1 };
  await store.store.write((transaction) => transaction.openReview({ ...item, kind: "ambiguous", candidates: [] }));
  const { tracer, questions } = await startWorld([known(ONE)]);
  expect(await startTracing(store, tracer).pass()).toEqual({ told: 1 });
  expect(questions()).toHaveLength(1);
});

test("children of a source whose register entry does not permit it are never asked for", async () => {
  await store.tell("leeds-eyc", annabel);
  const { tracer, questions } = await startWorld([known(ONE)]);
  expect(await startTracing(store, tracer).pass()).toEqual({});
  expect(questions()).toEqual([]);
});

describe("a number that another record holds", () => {
  const provider = { localId: "H1", nhsNumber: ONE, nhsNumberStatus: "01", birthDate: "2021-05-14" };

  test("beside the same birth date: both are one child, where the agreements let them", async () => {
    const holder = await store.tell("leeds-csds", provider);
    const record = await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld([known(ONE)]);
    expect(await startTracing(store, tracer).pass()).toEqual({ merged: 1 });
    expect(await store.store.record(record)).toMatchObject({ mergedInto: holder, contributions: [] });
    const [decision] = await store.store.decisions({ record }, 2);
    expect(decision).toMatchObject({ kind: "merge", author: "pds/test", survivor: holder, other: record });
    expect(await store.found(ONE)).toEqual([holder]);
  });

  test("beside the same birth date, and a person has decided that they are two: that holds", async () => {
    const holder = await store.tell("leeds-csds", provider);
    const record = await store.tell("leeds-eyfsp", annabel);
    await store.store.write((transaction) =>
      transaction.appendDecision({
        kind: "never",
        author: "steward",
        reason: "two children",
        evidence: [],
        decidedAt: 1,
        survivor: holder,
        other: record,
        moved: [],
        others: [],
        isForbidding: true,
      }),
    );
    const { tracer } = await startWorld([known(ONE)]);
    expect(await startTracing(store, tracer).pass()).toEqual({ "for-review": 1 });
    expect((await store.store.record(record))?.mergedInto).toBeUndefined();
  });

  test("beside another birth date: a person decides, and the number stays where it was", async () => {
    const holder = await store.tell("leeds-csds", { ...provider, birthDate: "2020-01-01" });
    await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld([known(ONE)]);
    expect(await startTracing(store, tracer).pass()).toEqual({ "for-review": 1 });
    expect(await store.found(ONE)).toEqual([holder]);
    expect((await store.reviews()).map(({ kind }) => kind)).toContain("identifier-conflict");
  });

  test("in an authority out of scope: it does not stand in the way", async () => {
    const holder = await store.tell("wirral-csds", provider);
    const record = await store.tell("leeds-eyfsp", annabel);
    const { tracer } = await startWorld([known(ONE)]);
    expect(await startTracing(store, tracer).pass()).toEqual({ told: 1 });
    expect(await store.found(ONE)).toEqual([holder, record].toSorted((one, other) => one - other));
  });
});
