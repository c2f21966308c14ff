import { afterEach, beforeEach, expect, test } from "vitest";
import type { SourceKind } from "#mappers/mapper.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { NO_CONTENT } from "./end-replaced.ts";
import { recordsOf, sourceOf, startLine, type TestLine } from "./line.fixtures.ts";
import { MAPPERS, withMappers } from "./mappers.fixtures.ts";
import type { Receipt } from "./receipt.ts";

/** Files of an area's children, dirty ones among them, by the kind of their source. */
function filesOf(children: number): readonly (readonly [SourceKind, string])[] {
  const kinds = new Map(Object.values(MAPPERS).map(({ kind }): [string, SourceKind] => [sourceOf(kind).source, kind]));
  const made = generate({ children, seed: "every-kind", dirtRate: 0.5, today: REFERENCE_DATE });
  return [...made].flatMap(({ source, chunks }) => {
    const kind = kinds.get(source);
    return kind === undefined ? [] : [[kind, [...chunks].join("")] as const];
  });
}

const files = filesOf(240);
const kinds = [...new Set(files.map(([kind]) => kind))];
let line: TestLine;
let receipts: Receipt[];

beforeEach(() => {
  line = startLine();
  receipts = [];
});
afterEach(() => line.close());

async function sendAll(): Promise<void> {
  for (const [kind, text] of files) receipts.push(await line.send(kind, text));
}

const isWhole = ({ received, committed, unchanged, quarantined }: Receipt) =>
  received === committed + unchanged + quarantined;

test("every kind of source has files here", () => {
  expect([...kinds].sort()).toEqual(Object.keys(MAPPERS).sort());
});

test("what was received is committed, unchanged or held back, and each record held back says why", async () => {
  await sendAll();
  expect(receipts.filter((receipt) => !isWhole(receipt))).toEqual([]);
  const held = receipts.reduce((sum, { quarantined }) => sum + quarantined, 0);
  const sources = kinds.map((kind) => sourceOf(kind).source);
  const entries = await line.store.quarantined({ sources }, 10_000);
  expect(entries).toHaveLength(held);
  expect(held).toBeGreaterThan(0);
  for (const { issues, line: at } of entries) expect([JSON.parse(issues).length > 0, at > 0]).toEqual([true, true]);
});

test("all of it sent again makes nothing new", async () => {
  await sendAll();
  const before = await recordsOf(line.store);
  const first = receipts;
  receipts = [];
  await sendAll();
  expect(receipts.map(({ committed, resources }) => [committed, resources])).toEqual(receipts.map(() => [0, {}]));
  expect(receipts.map(({ received }) => received)).toEqual(first.map(({ received }) => received));
  expect(await recordsOf(line.store)).toEqual(before);
});

test("every source taken in again from what is kept makes nothing new", async () => {
  await sendAll();
  const before = await recordsOf(line.store);
  for (const kind of kinds) {
    const receipt = await line.replaySource(kind);
    expect([kind, receipt.committed, receipt.quarantined, receipt.resources]).toEqual([kind, 0, 0, {}]);
    expect([kind, receipt.unchanged > 0, receipt.forgotten ?? 0]).toEqual([kind, true, 0]);
  }
  expect(await recordsOf(line.store)).toEqual(before);
});

test("what is held back is held back again when it is taken in as it is, and nothing is lost by it", async () => {
  await sendAll();
  for (const kind of kinds) {
    const held = await line.store.quarantined({ sources: [sourceOf(kind).source] }, 10_000);
    const records = held
      .filter(({ content }) => content !== "")
      .map(({ id, content, line: at, table }) => ({
        content,
        line: at,
        quarantineId: id,
        ...(table === undefined ? {} : { table }),
      }));
    const receipt = await line.replay(kind, records);
    expect(isWhole(receipt)).toBe(true);
    expect(receipt.received).toBeGreaterThanOrEqual(records.length);
    const left = await line.store.quarantined({ sources: [sourceOf(kind).source] }, 10_000);
    expect(held.length - left.length).toBe(receipt.committed + receipt.unchanged);
  }
});

test("a dry run of each file into an empty store says of its records what the delivery then says", async () => {
  for (const [kind, text] of files) {
    const dry = await line.send(kind, text, { dryRun: true });
    const wet = await line.send(kind, text);
    const counts = ({ received, committed, unchanged, quarantined }: Receipt) => [
      kind,
      received,
      committed,
      unchanged,
      quarantined,
    ];
    expect(counts(dry)).toEqual(counts(wet));
  }
});

test("every source sent again after its mapper's version grew is mapped anew, and nothing differs", async () => {
  await sendAll();
  const before = await recordsOf(line.store);
  const grown = Object.entries(MAPPERS).map(([kind, mapper]) => [kind, { ...mapper, version: mapper.version + 1 }]);
  const later = line.on(line.store, { mapperOf: withMappers(Object.fromEntries(grown)) });
  for (const [kind, text] of files) expect(await later.send(kind, text)).toMatchObject({ committed: 0, resources: {} });
  expect(await recordsOf(line.store)).toEqual(before);
  for (const kind of kinds) {
    const units = await line.store.unitsOf(sourceOf(kind).source, 10_000);
    const mapped = units.filter(({ hash, made }) => hash !== NO_CONTENT && made[0]?.type !== "Organization");
    const stays = mapped.filter(({ mapping }) => mapping !== MAPPERS[kind].version + 1);
    expect(stays).toEqual([]);
  }
});
