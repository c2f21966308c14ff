import { expect, test } from "vitest";
import { generate } from "#mappers/synthetic/generate.ts";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { recordsOf, startLine } from "./line.fixtures.ts";

const KIND = "community-services-data-set";
const SOURCE = "leeds-csds";

/** The tables of an extract, as a provider sends them: one file each. */
const TABLES: readonly string[] = [...generate({ children: 12, seed: "orders", dirtRate: 0.3, today: REFERENCE_DATE })]
  .filter(({ source }) => source === SOURCE)
  .map(({ chunks }) => [...chunks].join(""));

/** The same rows in twice as many files, rows and files in any order. */
function scattered(random: Random): readonly string[] {
  const files = TABLES.flatMap((text) => {
    const [head = "", ...rows] = text.split(/\r?\n/).filter((line) => line !== "");
    const mixed = shuffled(rows, random);
    const cut = random.between(0, mixed.length);
    return [mixed.slice(0, cut), mixed.slice(cut)].map((part) => [head, ...part, ""].join("\n"));
  });
  return shuffled(files, random);
}

function shuffled(items: readonly string[], random: Random): readonly string[] {
  const drawn = items.map((item) => ({ item, place: random.next() }));
  return drawn.sort((one, other) => one.place - other.place).map(({ item }) => item);
}

/** All that is held of each child, with the slots of resources in place of their ids, which are drawn. */
async function heldAfter(files: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const line = startLine();
  try {
    for (const file of files) await line.send(KIND, file);
    const units = await line.store.unitsOf(SOURCE, 1_000);
    const slots = new Map(units.flatMap(({ made }) => made.map(({ id, slot }) => [id, slot] as const)));
    const held: Record<string, unknown> = {};
    for (const { contributions, resources } of await recordsOf(line.store)) {
      for (const { localId, body } of contributions) {
        const observations = resources.filter(({ type }) => type === "Observation");
        held[localId] = [body, ...observations.map((one) => inSlots(String(one.body), slots)).sort()];
      }
    }
    return held;
  } finally {
    await line.close();
  }
}

/** A resource without its version, and with slots in place of ids. */
function inSlots(body: string, slots: ReadonlyMap<string, string>): string {
  const { meta, ...others } = JSON.parse(body);
  const { versionId: _, lastUpdated: __, ...kept } = meta;
  const text = JSON.stringify({ ...others, meta: kept });
  return text.replace(UUID, (id) => slots.get(id) ?? "another");
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

test.each(["first", "second", "third"])(
  "whatever the files and their order, an extract makes the same of each child: %s draw",
  async (draw) => {
    const inOrder = await heldAfter(TABLES);
    expect(Object.keys(inOrder).length).toBeGreaterThan(8);
    expect(JSON.stringify(inOrder).length).toBeGreaterThan(100_000);
    expect(await heldAfter(scattered(createRandom("orders", draw)))).toEqual(inOrder);
  },
);
