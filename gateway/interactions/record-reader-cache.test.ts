import { afterEach, beforeEach, expect, test } from "vitest";
import { FHIR, type House, openHouse, SOURCES } from "./read.fixtures.ts";
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
