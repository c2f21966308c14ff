import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { ALL_SEEING, doMatch, openWorld, type World } from "./decisions.fixtures.ts";
import { ODS } from "./interactions/read.fixtures.ts";
import type { RecordKey } from "./store/store.ts";

/**
 * Any sequence of decisions, edits and new children, held against a model that keeps no more than whose each source's
 * child is, and then undone from its end. `DECISIONS=10000` makes one long sequence of so many instead of a few short ones.
 */
const LONG = Number(process.env.DECISIONS ?? 0);

/**
 * Children are mistaken for one another within a town of so many; among all of them random merges would gather a thousand
 * sources' children in one record, and no such record is.
 */
const TOWN_CHILDREN = 24;
const NUMBERS_A_TOWN = 4;
/** Of a long sequence, the town of every so many-th step is looked at, and all of them a few times. */
const STEPS_A_LOOK = 7;
const LOOKS_AT_ALL = 4;

const SOURCE_NAMES = ["leeds-csds", "leeds-eyfsp", "wirral-csds", "hammersmith-csds"] as const;

/** Numbers of the range of nobody, with right check digits, four a town. */
const NUMBERS: readonly string[] = Array.from({ length: 9_999 }, (_, at) => toNhsNumber(999_000_001 + at)).filter(
  (number) => number !== undefined,
);

function toNhsNumber(nine: number): string | undefined {
  const sum = [...String(nine)].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? undefined : `${nine}${check}`;
}

/** A town has no fifth number: then none is told. */
function numberOf(town: number, at: number): string | undefined {
  return at < NUMBERS_A_TOWN ? NUMBERS[town * NUMBERS_A_TOWN + at] : undefined;
}

type Step =
  | { readonly kind: "new"; readonly source: number; readonly number: number }
  | { readonly kind: "edit"; readonly child: number; readonly number: number }
  | { readonly kind: "merge" | "never"; readonly one: number; readonly other: number }
  | { readonly kind: "split"; readonly child: number; readonly more: number; readonly into: number }
  | { readonly kind: "undo"; readonly decision: number };

const place = fc.nat(10_000);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("new" as const), source: fc.nat(3), number: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit" as const), child: place, number: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("merge" as const), one: place, other: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("never" as const), one: place, other: place }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("split" as const), child: place, more: place, into: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("undo" as const), decision: place }) },
);

interface ModelChild {
  readonly source: string;
  readonly localId: string;
  readonly record: RecordKey;
  readonly given: string;
  readonly number: string | undefined;
  readonly value: string;
}

/** Whose each source's child is, and who claimed which number first. */
class Model {
  readonly children = new Map<string, ModelChild>();
  /** The same in the order in which they were first told of, by their names. */
  readonly order: string[] = [];
  /** Of each number, the children that told it, in the order in which they first did. */
  readonly claims = new Map<string, string[]>();
  readonly merged = new Map<RecordKey, RecordKey>();
  /** Of each town, every record that any of its children was ever in. */
  readonly records = new Map<number, Set<RecordKey>>();
  told = 0;

  tell(child: ModelChild): void {
    const name = nameOf(child);
    if (!this.children.has(name)) this.order.push(name);
    this.children.set(name, child);
    this.#enter(name, child.record);
    const { number } = child;
    if (number === undefined) return;
    const claims = this.claims.get(number) ?? [];
    if (!claims.includes(name)) claims.push(name);
    this.claims.set(number, claims);
  }

  #enter(name: string, record: RecordKey): void {
    const town = Math.floor(this.order.indexOf(name) / TOWN_CHILDREN);
    const records = this.records.get(town) ?? new Set();
    this.records.set(town, records.add(record));
  }

  /** The children of a town, whoever's they are by now. */
  townOf(place: number): readonly ModelChild[] {
    const from = Math.floor(place / TOWN_CHILDREN) * TOWN_CHILDREN;
    return this.order.slice(from, from + TOWN_CHILDREN).flatMap((name) => this.children.get(name) ?? []);
  }

  move(moved: readonly { readonly source: string; readonly localId: string; readonly to: RecordKey }[]): void {
    for (const { to, ...child } of moved) {
      const known = this.children.get(nameOf(child));
      if (known === undefined) throw new Error("a child that was never told of");
      this.children.set(nameOf(child), { ...known, record: to });
      this.#enter(nameOf(child), to);
    }
  }

  of(record: RecordKey): readonly ModelChild[] {
    return [...this.children.values()].filter((child) => child.record === record);
  }

  root(record: RecordKey): RecordKey {
    const into = this.merged.get(record);
    return into === undefined ? record : this.root(into);
  }

  /** Records that hold a number: of those that may be linked, the one that claimed it first. */
  holders(number: string): readonly RecordKey[] {
    const held: ModelChild[] = [];
    for (const name of this.claims.get(number) ?? []) {
      const child = this.children.get(name);
      if (child === undefined) continue;
      if (held.some((one) => one.record !== child.record && doMatch(one.source, child.source))) continue;
      held.push(child);
    }
    return [...new Set(held.map(({ record }) => record))];
  }

  /** Records in which a source's child tells a number that is served. */
  serving(number: string): readonly RecordKey[] {
    const held: ModelChild[] = [];
    const serving = new Set<RecordKey>();
    for (const name of this.claims.get(number) ?? []) {
      const child = this.children.get(name);
      if (child === undefined) continue;
      if (held.some((one) => one.record !== child.record && doMatch(one.source, child.source))) continue;
      held.push(child);
      if (child.number === number) serving.add(child.record);
    }
    return [...serving].sort((a, b) => a - b);
  }
}

function nameOf({ source, localId }: { readonly source: string; readonly localId: string }): string {
  return `${source} ${localId}`;
}

const open: World[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

test("after any sequence of decisions and tellings all agrees with whose each child is, and undone it is as it began", {
  timeout: 3_600_000,
}, async () => {
  if (LONG > 0) {
    const [steps = []] = fc.sample(fc.array(STEP, { minLength: LONG, maxLength: LONG, size: "max" }), 1);
    await run(steps, { look: STEPS_A_LOOK, lookAtAll: Math.ceil(LONG / LOOKS_AT_ALL) });
    return;
  }
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 40, size: "max" }), (steps) =>
      run(steps, { look: 1, lookAtAll: 1 }),
    ),
    {
      numRuns: 12,
      endOnFailure: true,
    },
  );
});

async function run(
  steps: readonly Step[],
  every: { readonly look: number; readonly lookAtAll: number },
): Promise<void> {
  const world = await openWorld();
  open.push(world);
  const model = new Model();
  const standing: number[] = [];
  for (let n = 0; n < 6; n += 1) await step(world, model, standing, { kind: "new", source: n % 4, number: n % 5 });
  for (const [n, one] of steps.entries()) {
    const town = await step(world, model, standing, one);
    if (n % every.lookAtAll === 0) await agrees(world, model);
    else if (n % every.look === 0) await townAgrees(world, model, town);
  }
  await agrees(world, model);
  while (standing.length > 0) await undo(world, model, standing, standing.length - 1);
  await agrees(world, model);
  for (const { localId, record } of model.children.values()) expect(record).toBe(Number(localId));
  expect(model.merged.size).toBe(0);
  await world.close();
  open.splice(open.indexOf(world), 1);
}

/** The name of a child is the key of the record in which it was first told of: what it must come back to. */
async function step(world: World, model: Model, standing: number[], told: Step): Promise<number> {
  const { order } = model;
  const townAt = (n: number) => model.townOf(n % order.length);
  const childAt = (n: number) => model.children.get(order[n % order.length] ?? "");
  const recordAt = (n: number) => childAt(n)?.record ?? 0;
  /** The record of a child of the same town. */
  const neighbourOf = (n: number, other: number) => townAt(n)[other % townAt(n).length]?.record ?? 0;
  const townOf = (n: number) => Math.floor(n / TOWN_CHILDREN);
  if (told.kind === "new") {
    const source = SOURCE_NAMES[told.source] ?? "leeds-csds";
    await world.store.write((transaction) => transaction.createChild(`p-${model.told}`, ""));
    const record = (await world.store.locate("Patient", `p-${model.told}`, "")) ?? 0;
    await tell(world, model, {
      source,
      localId: String(record),
      record,
      number: numberOf(townOf(order.length), told.number),
    });
  }
  if (told.kind === "edit") {
    const child = childAt(told.child);
    const number = numberOf(townOf(told.child % order.length), told.number);
    if (child) await tell(world, model, { ...child, number });
  }
  if (told.kind === "merge") {
    const [survivor, merged] = [recordAt(told.one), neighbourOf(told.one, told.other)];
    const outcome = await world.decisions.merge({ author: "a", reason: "r", survivor, merged, numbersChecked: true });
    if (outcome.ok) model.merged.set(merged, survivor);
    took(outcome, model, standing);
  }
  if (told.kind === "never") {
    const request = { author: "a", reason: "r", one: recordAt(told.one), other: neighbourOf(told.one, told.other) };
    took(await world.decisions.never(request), model, standing);
  }
  if (told.kind === "split") {
    const child = childAt(told.child);
    if (!child) return 0;
    const also = model.of(child.record)[told.more % model.of(child.record).length] ?? child;
    const into = told.into === 0 ? { into: neighbourOf(told.child, told.more) } : {};
    const request = { author: "a", reason: "r", record: child.record, children: [child, also], ...into };
    took(await world.decisions.split({ ...request, mayRejoin: told.more % 2 === 0 }), model, standing);
  }
  if (told.kind === "undo" && standing.length > 0) await undo(world, model, standing, told.decision % standing.length);
  return townOf(childOf(told, order.length));
}

/** The place of the child that a step begins with. */
function childOf(told: Step, children: number): number {
  if (told.kind === "edit" || told.kind === "split") return told.child % children;
  return told.kind === "merge" || told.kind === "never" ? told.one % children : children - 1;
}

async function undo(world: World, model: Model, standing: number[], at: number): Promise<void> {
  const decision = standing[at] ?? 0;
  const before = (await world.store.decision(decision)) ?? undefined;
  const outcome = await world.decisions.undo({ author: "a", reason: "r", decision });
  if (!outcome.ok) {
    expect(outcome.refusal.kind).toBe("built-upon");
    expect(at).toBeLessThan(standing.length - 1);
    return;
  }
  standing.splice(at, 1);
  if (before?.kind === "merge") model.merged.delete(before.other);
  model.move(outcome.moved);
}

function took(outcome: Awaited<ReturnType<World["decisions"]["merge"]>>, model: Model, standing: number[]): void {
  if (!outcome.ok) return;
  standing.push(outcome.decision?.sequence ?? 0);
  model.move(outcome.moved);
}

async function tell(
  world: World,
  model: Model,
  child: {
    readonly source: string;
    readonly localId: string;
    readonly record: RecordKey;
    readonly number: string | undefined;
  },
): Promise<void> {
  model.told += 1;
  const { source, localId, record, number } = child;
  const [given, value] = [`Given${model.told}`, `value ${model.told}`];
  await world.tell({
    source,
    localId,
    given,
    value,
    joins: record,
    ...(number !== undefined && { nhsNumber: number }),
  });
  model.tell({ source, localId, record, given, value, number });
}

/** All towns, and everybody who is found by no name. */
async function agrees(world: World, model: Model): Promise<void> {
  for (let town = 0; town * TOWN_CHILDREN < model.order.length; town += 1) await townAgrees(world, model, town);
  const scope = { authorities: ALL_SEEING.agreement.authorities };
  const inhabited = [...new Set([...model.children.values()].map(({ record }) => record))].sort((a, b) => a - b);
  expect(await world.store.scanRecords(scope, 0, 100_000)).toEqual(inhabited);
}

/** The fold, the findings, and every way in which a child of a town is found. */
async function townAgrees(world: World, model: Model, town: number): Promise<void> {
  const children = model.townOf(town * TOWN_CHILDREN);
  const byRecord = Map.groupBy(children, ({ record }) => record);
  const numbers = Array.from({ length: NUMBERS_A_TOWN }, (_, at) => numberOf(town, at) ?? "");
  const serving = new Map(numbers.map((number) => [number, model.serving(number)]));
  for (const record of model.records.get(town) ?? []) {
    const served = numbers.filter((number) => serving.get(number)?.includes(record));
    await recordAgrees(world, model, { record, children: byRecord.get(record) ?? [], served });
  }
  for (const number of numbers) {
    const key = { code: "identifier", value: `${NHS_NUMBER}|${number}` } as const;
    expect(await world.store.findRecords([key], 100_000, "")).toEqual(serving.get(number));
    expect(await world.store.identityKeyHolders(`nhs-number|${number}`)).toEqual(model.holders(number));
  }
  for (const { source, localId, given, record } of children) {
    expect(await world.store.findRecords([{ code: "given", value: given.toLowerCase() }], 9, "")).toEqual([record]);
    expect(await world.store.scanRecords({ organizations: [{ system: ODS, value: `Z-${localId}` }] }, 0, 9)).toEqual([
      record,
    ]);
    expect((await world.store.linkOf(source, localId))?.record).toBe(record);
    expect((await world.store.lineagesOf(record)).map(({ unit }) => unit)).toContain(localId);
  }
}

async function recordAgrees(
  world: World,
  model: Model,
  told: { readonly record: RecordKey; readonly children: readonly ModelChild[]; readonly served: readonly string[] },
): Promise<void> {
  const { record, children, served } = told;
  const seen = await world.see(record);
  if (model.merged.has(record)) {
    expect(children).toEqual([]);
    const other = { reference: `Patient/${await world.patientId(model.root(record))}` };
    if (seen?.patient !== undefined)
      expect(seen.patient).toMatchObject({ active: false, link: [{ other, type: "replaced-by" }] });
    expect(seen?.observations ?? []).toEqual([]);
    return;
  }
  const patientId = await world.patientId(record);
  expect(seen?.patient?.name?.flatMap(({ given = [] }) => given).sort() ?? []).toEqual(
    children.map(({ given }) => given).sort(),
  );
  expect(seen?.observations.map(({ valueString, subject }) => [valueString, subject?.reference]).sort() ?? []).toEqual(
    children.map(({ value }) => [value, `Patient/${patientId}`]).sort(),
  );
  expect((seen?.patient?.identifier ?? []).map(({ value }) => value).sort()).toEqual(served);
}
