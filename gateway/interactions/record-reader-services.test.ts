import type { Observation, Resource } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import { GP, type House, observation, openHouse, provenance } from "./read.fixtures.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };

async function shownOf(key: RecordKey): Promise<Observation> {
  const view = await house.reader.view(key, GP, await house.moment());
  if (view === undefined || view.pack.size === 0 || !view.isVisible(0)) throw new Error("nothing is seen");
  return JSON.parse(resourceBytes(view.pack, 0).toString());
}

async function shownWithin(key: RecordKey): Promise<Observation> {
  const at = await house.moment();
  return house.store.write(async (transaction) => {
    const view = await house.reader.within(transaction).view(key, GP, at);
    if (view === undefined || view.pack.size === 0 || !view.isVisible(0)) throw new Error("nothing is seen");
    return JSON.parse(resourceBytes(view.pack, 0).toString());
  });
}

async function toldOf(resource: Resource): Promise<Observation> {
  const key = await house.child("p-1");
  await house.tell(key, {}, CSDS);
  await house.put(key, resource, CSDS);
  return shownOf(key);
}

const REFUGE = { reference: "Organization/r", display: "Chapel Allerton Refuge" };

describe("of a service whose name tells why the child was seen, its kind alone is told", () => {
  test.each<readonly [string, object, object]>([
    ["by its name", { performer: [REFUGE] }, { performer: [{ display: "Support service" }] }],
    [
      "among others",
      { performer: [REFUGE, { display: "a clinic" }] },
      { performer: [{ display: "Support service" }, { display: "a clinic" }] },
    ],
    [
      "in whatever letters",
      { performer: [{ display: "LEEDS C.A.M.H.S / camhs" }] },
      { performer: [{ display: "Health service" }] },
    ],
    [
      "of who works there",
      { performer: [{ type: "PractitionerRole", display: "Safeguarding nurse" }] },
      { performer: [{ display: "Children's service" }] },
    ],
    [
      "where it is contained",
      { performer: [{ reference: "#r" }], contained: [{ resourceType: "Organization", id: "r", name: "The Refuge" }] },
      { performer: [{ display: "Support service" }] },
    ],
    [
      "and not what is written beside it",
      { performer: [REFUGE], note: [{ text: "seen at the refuge" }] },
      { performer: [{ display: "Support service" }] },
    ],
    ["and who wrote a note", { note: [{ text: "n", authorReference: REFUGE }] }, {}],
  ])("%s", async (_, told, expected) => {
    const { performer, note, contained } = await toldOf(observation("o", "p-1", told));
    expect({ ...(performer && { performer }), ...(note && { note }), ...(contained && { contained }) }).toEqual(
      expected,
    );
  });

  test("by a reference alone, once the organisation is known, and for what was read before", async () => {
    const key = await house.child("p-1");
    await house.tell(key, {}, CSDS);
    await house.put(key, observation("o", "p-1", { performer: [{ reference: "Organization/r" }] }), CSDS);
    expect((await shownOf(key)).performer).toEqual([{ reference: "Organization/r" }]);
    const shared = await house.shared("Organization", CSDS);
    await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
    expect((await shownOf(key)).performer).toEqual([{ display: "Support service" }]);
    expect(await house.reader.find("Organization", "r", GP, await house.moment())).toBeUndefined();
  });

  test("within a transaction, too, for what was read before", async () => {
    const [one, other] = [await house.child("p-1"), await house.child("p-2")];
    for (const [key, id] of [
      [one, "p-1"],
      [other, "p-2"],
    ] as const) {
      await house.tell(key, {}, CSDS);
      await house.put(key, observation(`o-${id}`, id, { performer: [{ reference: "Organization/r" }] }), CSDS);
    }
    expect((await shownOf(one)).performer).toEqual([{ reference: "Organization/r" }]);
    const shared = await house.shared("Organization", CSDS);
    await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
    expect((await shownOf(other)).performer).toEqual([{ display: "Support service" }]);
    expect((await shownWithin(one)).performer).toEqual([{ display: "Support service" }]);
  });

  test("within a transaction that is the first to read anything at all", async () => {
    const key = await house.child("p-1");
    await house.tell(key, {}, CSDS);
    await house.put(key, observation("o", "p-1", { performer: [{ reference: "Organization/r" }] }), CSDS);
    const shared = await house.shared("Organization", CSDS);
    await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
    expect((await shownWithin(key)).performer).toEqual([{ display: "Support service" }]);
  });

  test("within a transaction, and by what others told since anybody last looked", async () => {
    const key = await house.child("p-1");
    await house.tell(key, {}, CSDS);
    await house.put(key, observation("o", "p-1", { performer: [{ reference: "Organization/r" }] }), CSDS);
    expect((await shownWithin(key)).performer).toEqual([{ reference: "Organization/r" }]);
    const shared = await house.shared("Organization", CSDS);
    await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
    expect((await shownWithin(key)).performer).toEqual([{ display: "Support service" }]);
    expect((await shownOf(key)).performer).toEqual([{ display: "Support service" }]);
  });

  test("in a version that came and went while the versions were read, together with the organisation", async () => {
    const key = await house.child("p-1");
    await house.tell(key, {}, CSDS);
    await house.put(key, observation("o", "p-1"), CSDS);
    const shared = await house.shared("Organization", CSDS);
    const { store } = house;
    const read = store.recordHistory.bind(store);
    store.recordHistory = async (record) => {
      await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
      const performer = [{ reference: "Organization/r" }];
      await house.put(key, observation("o", "p-1", { performer }), { ...CSDS, version: 2 });
      await house.put(key, observation("o", "p-1"), { ...CSDS, version: 3 });
      return read(record);
    };
    const versions = await house.reader.versions(key, GP, await house.moment(), { types: ["Observation"] });
    const performers = versions.map(({ body }) => body && JSON.parse(body.toString()).performer);
    expect(performers).toContainEqual([{ display: "Support service" }]);
    expect(performers).not.toContainEqual([{ reference: "Organization/r" }]);
  });

  test("in what a part is released of, where a version came and went while the record was read", async () => {
    const key = await house.child("p-1");
    await house.tell(key, {}, CSDS);
    await house.put(key, observation("o", "p-1"), CSDS);
    const shared = await house.shared("Organization", CSDS);
    const { store } = house;
    const read = store.recordHistory.bind(store);
    store.recordHistory = async (record) => {
      await house.put(shared, { resourceType: "Organization", id: "r", name: "Women’s Aid" }, CSDS);
      const performer = [{ reference: "Organization/r" }];
      await house.put(key, observation("o", "p-1", { performer }), { ...CSDS, version: 2 });
      await house.put(key, observation("o", "p-1"), { ...CSDS, version: 3 });
      return read(record);
    };
    const minimised = { ...GP, agreement: { ...GP.agreement, elements: { Observation: ["code", "performer"] } } };
    const view = await house.reader.view(key, minimised, await house.moment());
    if (view === undefined) throw new Error("nothing is seen");
    const shown = JSON.parse(resourceBytes(view.pack, 0).toString());
    expect(shown).toMatchObject({ resourceType: "Observation", id: "o", code: {} });
    expect(shown).not.toHaveProperty("performer");
  });

  test("by who recorded it", async () => {
    const told = JSON.stringify({ ...provenance("v", "Patient/p-1"), agent: [{ who: REFUGE }] });
    expect(await toldOf(JSON.parse(told))).toMatchObject({ agent: [{ who: { display: "Support service" } }] });
  });
});

test("other services are told by their names", async () => {
  const performer = [{ reference: "Organization/s", display: "Refugee Street Primary School" }];
  expect((await toldOf(observation("o", "p-1", { performer, note: [{ text: "n" }] }))).performer).toEqual(performer);
});
