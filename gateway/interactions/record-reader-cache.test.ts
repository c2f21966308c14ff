import type { Resource } from "@medplum/fhirtypes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import { FHIR, type House, observation, openHouse, SOURCES } from "./read.fixtures.ts";
import { RecordCache } from "./record-reader-cache.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test.each(["load", "loadPerson"] as const)(
  "a record that was being read while another register came is read again (%s)",
  async (verb) => {
    const [key, other] = [await house.child("p-1"), await house.child("p-2")];
    let policy = 1;
    const cache = new RecordCache({
      store: house.store,
      sources: SOURCES,
      fhirBase: FHIR,
      cache_bytes: 1_000_000,
      policyVersion: () => policy,
    });
    const ask = async () => (verb === "load" ? cache.load(key, 0, "record") : cache.loadPerson(key, 0));
    const under = ask();
    policy = 2;
    await cache.load(other, 0, "record");
    const before = await under;
    const after = await ask();
    expect(before).toBeDefined();
    expect(after).not.toBe(before);
    expect(await ask()).toBe(after);
  },
);

/** A finding of a child that was told together with the service that it names, once the services had been looked at. */
async function foundMeanwhile(isHeld: boolean): Promise<Resource> {
  const CSDS = { source: "leeds-csds" };
  const [key, shared] = [await house.child("p-1"), await house.shared("Organization", CSDS)];
  await house.put(key, observation("o", "p-1"), CSDS);
  let meanwhile: (() => Promise<void>) | undefined;
  const { store } = house;
  const read = store.record.bind(store);
  store.record = async (record: RecordKey) => {
    if (record === key) await meanwhile?.();
    return read(record);
  };
  const cache = new RecordCache({ store, sources: SOURCES, fhirBase: FHIR, cache_bytes: 1_000_000 });
  if (isHeld) {
    await cache.load(key, await store.changeCounter(), "record");
    await house.put(key, observation("o", "p-1", { note: [{ text: "n" }] }), { ...CSDS, version: 2 });
  }
  const changes = await store.changeCounter();
  meanwhile = async () => {
    const performer = [{ reference: "Organization/r" }];
    await house.put(shared, { resourceType: "Organization", id: "r", name: "Chapel Allerton Refuge" }, CSDS);
    await house.put(key, observation("o", "p-1", { performer }), { ...CSDS, version: 3 });
    meanwhile = undefined;
  };
  const loaded = await cache.load(key, changes, "record");
  if (loaded === undefined) throw new Error("the record is there");
  return JSON.parse(resourceBytes(loaded.pack, 0).toString());
}

test.each([
  ["is read for the first time", false],
  ["was read before", true],
])("a service that is told while a record is read that names it is hidden there: one that %s", async (_, isHeld) => {
  expect(await foundMeanwhile(isHeld)).toMatchObject({ performer: [{ display: "Support service" }] });
});
