import { expect, test } from "vitest";
import type { IdSpace, RecordKey } from "./record.ts";
import { contribution, FAMILY, resource } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

const SPACES: readonly IdSpace[] = ["", "conformance", "conformance 2"];

export function idSpaceCases(store: () => Store): void {
  /** The same child with the same resource in each space, told apart by what stands in them. */
  async function inEachSpace(): Promise<ReadonlyMap<IdSpace, RecordKey>> {
    const keys = new Map<IdSpace, RecordKey>();
    for (const idSpace of SPACES) {
      await store().write(async (transaction) => {
        const key = await transaction.createChild("same", idSpace);
        await transaction.putContribution(key, "383", contribution(), [FAMILY, { code: "given", value: "ada" }]);
        await transaction.put(key, resource({ id: "same", contentHash: idSpace, body: Buffer.from(idSpace) }));
        keys.set(idSpace, key);
      });
    }
    return keys;
  }

  test.each(SPACES)("an id leads to what its own space holds, and to nothing of another: '%s'", async (idSpace) => {
    const keys = await inEachSpace();
    const key = keys.get(idSpace) ?? 0;
    expect(new Set(keys.values()).size).toBe(SPACES.length);
    expect(await store().locate("Patient", "same", idSpace)).toBe(key);
    expect(await store().locate("Observation", "same", idSpace)).toBe(key);
    expect((await store().record(key))?.idSpace).toBe(idSpace);
    expect(await store().findRecords([FAMILY], 9, idSpace)).toEqual([key]);
    expect(
      await store().findRecords(
        [
          { ...FAMILY, prefix: true },
          { code: "given", value: "ada" },
        ],
        9,
        idSpace,
      ),
    ).toEqual([key]);
    expect(await store().findRecords([], 9, idSpace)).toEqual([key]);
    expect((await store().history("Observation", "same", idSpace)).map(({ body }) => String(body))).toEqual([idSpace]);
    const current = await store().write((transaction) => transaction.current("Observation", "same", idSpace));
    expect(current).toEqual({ record: key, version: 1, contentHash: idSpace });
  });

  test("what changes or ends in one space leaves the others as they were", async () => {
    const keys = await inEachSpace();
    const key = keys.get("conformance") ?? 0;
    await store().write(async (transaction) => {
      await transaction.put(key, resource({ id: "same", version: 2 }));
      await transaction.remove("Observation", "same", "conformance", 3_000);
    });
    expect((await store().history("Observation", "same", "conformance")).map(({ version }) => version)).toEqual([
      3, 2, 1,
    ]);
    expect(await store().locate("Observation", "same", "conformance")).toBe(key);
    for (const idSpace of ["", "conformance 2"]) {
      const other = keys.get(idSpace) ?? 0;
      expect((await store().history("Observation", "same", idSpace)).map(({ version }) => version)).toEqual([1]);
      expect((await store().record(other))?.resources).toHaveLength(1);
      expect(await store().recordHistory(other)).toEqual([]);
    }
    await store().write((transaction) => transaction.remove("Observation", "same", "", 4_000));
    expect((await store().history("Observation", "same", "")).map(({ version }) => version)).toEqual([2, 1]);
    expect((await store().history("Observation", "same", "conformance 2")).map(({ version }) => version)).toEqual([1]);
  });

  test("a space that holds nothing finds nothing", async () => {
    await inEachSpace();
    expect(await store().locate("Patient", "same", "empty")).toBeUndefined();
    expect(await store().locate("Observation", "same", "empty")).toBeUndefined();
    expect(await store().findRecords([FAMILY], 9, "empty")).toEqual([]);
    expect(await store().findRecords([], 9, "empty")).toEqual([]);
    expect(await store().history("Observation", "same", "empty")).toEqual([]);
    expect(await store().write((transaction) => transaction.current("Observation", "same", "empty"))).toBeUndefined();
  });

  test("a space has one child of an id", async () => {
    await inEachSpace();
    for (const idSpace of SPACES) {
      await expect(store().write((transaction) => transaction.createChild("same", idSpace))).rejects.toThrow();
    }
  });
}
