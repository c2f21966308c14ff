import { expect, test } from "vitest";
import type { RecordKey, ToldResource } from "./record.ts";
import { type Child, resource, withTexts } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

const SCAN = "https://example.org/scans|77";
const OTHER = "https://example.org/scans|78";

export function identifierCases(store: () => Store, child: Child): void {
  const put = (record: RecordKey, change: Partial<ToldResource>) =>
    store().write((transaction) => transaction.put(record, { ...resource(), ...change }));
  const find = (identifier = SCAN, { type = "Observation", idSpace = "", limit = 10 } = {}) =>
    store().findResources(type, identifier, idSpace, limit);

  test("a resource leads to its record by each of its identifiers, and by none of another type or space", async () => {
    const key = await child("p-1");
    await put(key, { identifiers: [SCAN, OTHER, SCAN] });
    expect(await find()).toEqual([key]);
    expect(await find(OTHER)).toEqual([key]);
    expect(await find("https://example.org/scans|79")).toEqual([]);
    expect(await find("77")).toEqual([]);
    expect(await find(SCAN, { type: "Consent" })).toEqual([]);
    expect(await find(SCAN, { idSpace: "conformance" })).toEqual([]);
    expect(withTexts((await store().record(key))?.resources)).toEqual([resource()]);
  });

  test("each record is found once, ascending, and no more than asked for", async () => {
    const keys = [await child("p-1"), await child("p-2"), await child("p-3"), await child("p-4")];
    for (const [n, key] of [...keys.entries()].toReversed()) {
      if (n === 1) continue;
      await put(key, { id: `a-${n}`, identifiers: [SCAN] });
      await put(key, { id: `b-${n}`, identifiers: [SCAN] });
    }
    const [first, , third, fourth] = keys;
    expect(await find()).toEqual([first, third, fourth]);
    expect(await find(SCAN, { limit: 2 })).toEqual([first, third]);
  });

  test.each<[string, readonly string[] | undefined, readonly string[]]>([
    ["the same", [SCAN], [SCAN]],
    ["another", [OTHER], [OTHER]],
    ["one more", [OTHER, SCAN], [SCAN, OTHER]],
    ["none", undefined, []],
    ["an empty list", [], []],
  ])("a later version with %s is found by that alone", async (_, identifiers, found) => {
    const key = await child("p-1");
    await put(key, { identifiers: [SCAN] });
    await put(key, { version: 2, ...(identifiers && { identifiers }) });
    for (const identifier of [SCAN, OTHER]) {
      expect(await find(identifier)).toEqual(found.includes(identifier) ? [key] : []);
    }
  });

  test("a resource without identifiers is found once a later version has one", async () => {
    const key = await child("p-1");
    await put(key, {});
    await put(key, { version: 2, identifiers: [SCAN] });
    expect(await find()).toEqual([key]);
  });

  test("what moved is found where it is, what ended nowhere, and what came back again", async () => {
    const [from, to] = [await child("p-1"), await child("p-2")];
    await put(from, { identifiers: [SCAN] });
    await put(to, { version: 2, identifiers: [SCAN] });
    expect(await find()).toEqual([to]);
    await put(from, { id: "o-2", identifiers: [OTHER] });
    await store().write((transaction) => transaction.remove("Observation", "o-1", "", 3_000));
    expect(await find()).toEqual([]);
    expect(await find(OTHER)).toEqual([from]);
    await put(to, { version: 4, identifiers: [SCAN] });
    expect(await find()).toEqual([to]);
  });

  test("a transaction finds its own writes, and what was rolled back is not found", async () => {
    const key = await child("p-1");
    const failed = store().write(async (transaction) => {
      await transaction.put(key, { ...resource(), identifiers: [SCAN] });
      expect(await transaction.findResources("Observation", SCAN, "", 9)).toEqual([key]);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await find()).toEqual([]);
  });

  test("a shared record is found as a child's is", async () => {
    await child("p-1");
    const key = await store().write(async (transaction) => {
      const record = await transaction.sharedRecord("Organization", "383", "conformance");
      await transaction.put(record, { ...resource({ type: "Organization" }), identifiers: [SCAN] });
      return record;
    });
    expect(await find(SCAN, { type: "Organization", idSpace: "conformance" })).toEqual([key]);
    expect(await find(SCAN, { type: "Organization" })).toEqual([]);
  });
}
