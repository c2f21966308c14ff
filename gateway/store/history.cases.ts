import { expect, test } from "vitest";
import type { RecordKey, StoredResource } from "./record.ts";
import { BASE, type Child, contribution, FAMILY, resource, withTexts } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

type Put = (record: RecordKey, change?: Partial<StoredResource>) => Promise<void>;

export function historyCases(store: () => Store, child: Child, put: Put): void {
  test("history keeps every version, the deletion mark, and what came after it", async () => {
    const key = await child("p-1");
    await put(key);
    await put(key, { version: 2, contentHash: "hash-2", body: Buffer.from("two"), lastUpdated: 2_000 });
    await store().write((transaction) => transaction.remove("Observation", "o-1", "", 3_000));
    expect(await store().locate("Observation", "o-1", "")).toBe(key);
    expect(await store().locate("Observation", "o-never", "")).toBeUndefined();
    expect((await store().record(key))?.resources).toEqual([]);
    expect(await store().write((transaction) => transaction.current("Observation", "o-1", ""))).toEqual({
      record: key,
      version: 3,
      contentHash: "",
    });
    await put(key, { version: 4, body: Buffer.from("four"), lastUpdated: 4_000 });
    const versions = await store().history("Observation", "o-1", "");
    const { record: _, ...newest } = versions[0] ?? {};
    expect(withTexts([await store().resource("Observation", "o-1", "")].filter((one) => one !== undefined))).toEqual([
      newest,
    ]);
    expect(await store().resource("Observation", "o-1", "another")).toBeUndefined();
    expect(versions.map(({ version, lastUpdated, body }) => [version, lastUpdated, body?.toString()])).toEqual([
      [4, 4_000, "four"],
      [3, 3_000, undefined],
      [2, 2_000, "two"],
      [1, 1_000, BASE.body.toString()],
    ]);
    for (const { record, source, dataClass } of versions) {
      expect({ record, source, dataClass }).toEqual({ record: key, source: "leeds-eyfsp", dataClass: "education" });
    }
    expect(await store().resource("Observation", "o-never", "")).toBeUndefined();
    expect(await store().history("Observation", "o-never", "")).toEqual([]);
  });

  test("what a source tells no more can be forgotten: of what ended the mark stays, and what holds is untouched", async () => {
    const [key, other] = [await child("p-1"), await child("p-2")];
    for (const record of [key, other]) {
      const id = `o-${record}`;
      await put(record, { id });
      await put(record, { id, version: 2, lastUpdated: 2_000 });
      await put(record, { id: `held-${record}` });
      await put(record, { id: `held-${record}`, version: 2, lastUpdated: 2_000 });
      await put(record, { id: `others-${record}`, source: "leeds-ctf" });
      for (const gone of [id, `others-${record}`]) {
        await store().write((transaction) => transaction.remove("Observation", gone, "", 3_000));
      }
      for (const lastUpdated of [1_000, 2_000]) {
        await store().write((transaction) =>
          transaction.putContribution(record, "leeds", contribution({ lastUpdated, body: `{"n":${lastUpdated}}` }), []),
        );
      }
    }
    await store().write((transaction) => transaction.forgetPast(key, "leeds-eyfsp"));
    const versions = async (id: string) =>
      (await store().history("Observation", id, "")).map(({ version, body }) => [version, body !== undefined]);
    expect(await versions(`o-${key}`)).toEqual([[3, false]]);
    const bodied = [
      [2, true],
      [1, true],
    ];
    expect(await versions(`held-${key}`)).toEqual(bodied);
    expect(await versions(`others-${key}`)).toEqual([
      [2, false],
      [1, true],
    ]);
    expect(await versions(`o-${other}`)).toEqual([[3, false], ...bodied]);
    const words = async (record: RecordKey) => (await store().record(record))?.pastContributions.length;
    expect([await words(key), await words(other)]).toEqual([0, 1]);
    expect((await store().record(key))?.contributions).toMatchObject([{ body: '{"n":2000}' }]);
  });

  test.each([1, 2])("a version that does not follow the last one is refused: %i after 2", async (version) => {
    const key = await child("p-1");
    await put(key, { version: 2 });
    await expect(put(key, { version })).rejects.toThrow("does not follow");
    expect(withTexts((await store().record(key))?.resources)).toEqual([resource({ version: 2 })]);
  });

  test("removing what has ended, or never was, changes nothing", async () => {
    const key = await child("p-1");
    await put(key);
    await store().write((transaction) => transaction.remove("Observation", "o-1", "", 2_000));
    const version = await store().recordVersion(key);
    await store().write((transaction) => transaction.remove("Observation", "o-1", "", 3_000));
    await store().write((transaction) => transaction.remove("Observation", "o-never", "", 3_000));
    expect(await store().recordVersion(key)).toBe(version);
    expect(await store().history("Observation", "o-1", "")).toHaveLength(2);
  });

  test("the history of a record has what is current no more, of all its resources and of no others, newest first", async () => {
    const [key, other] = [await child("p-1"), await child("p-2")];
    await put(key);
    await put(key, { type: "Consent", id: "c-1", lastUpdated: 1_500 });
    await put(key, { id: "o-2" });
    await put(other, { id: "o-3" });
    await put(other, { id: "o-3", version: 2, lastUpdated: 9_000 });
    await put(key, { type: "Consent", id: "c-1", version: 2, lastUpdated: 2_000 });
    await put(key, { version: 2, lastUpdated: 3_000 });
    await store().write((transaction) => transaction.remove("Observation", "o-1", "", 4_000));
    const versions = await store().recordHistory(key);
    expect(versions.map(({ type, id, version, body }) => [`${type}/${id}`, version, body !== undefined])).toEqual([
      ["Observation/o-1", 3, false],
      ["Observation/o-1", 2, true],
      ["Consent/c-1", 1, true],
      ["Observation/o-1", 1, true],
    ]);
    expect(new Set(versions.map(({ record }) => record))).toEqual(new Set([key]));
    expect(versions[3]).toEqual({ ...resource(), record: key });
    expect(await store().recordHistory(other + 1)).toEqual([]);
  });

  test("what a source said before is past, oldest first, each until what came next", async () => {
    const key = await child("p-1");
    const first = contribution({ lastUpdated: 1_000, body: '{"resourceType":"Patient","gender":"female"}' });
    const second = contribution({ lastUpdated: 2_000, dataClass: "health-visiting" });
    const other = contribution({ source: "leeds-csds", lastUpdated: 1_500 });
    for (const told of [first, other, second, second]) {
      await store().write((transaction) => transaction.putContribution(key, "383", told, [FAMILY]));
    }
    const before = await store().record(key);
    expect(before?.contributions).toEqual([other, second]);
    expect(before?.pastContributions).toEqual([{ ...first, until: 2_000 }]);

    await store().write(async (transaction) => {
      await transaction.removeContribution(key, second.source, second.localId, 3_000);
      await transaction.removeContribution(key, second.source, second.localId, 4_000);
      await transaction.removeContribution(key, other.source, "never", 4_000);
    });
    const after = await store().record(key);
    expect(after?.contributions).toEqual([other]);
    expect(after?.pastContributions).toEqual([
      { ...first, until: 2_000 },
      { ...second, until: 3_000 },
    ]);

    const again = contribution({ lastUpdated: 5_000 });
    await store().write((transaction) => transaction.putContribution(key, "383", again, []));
    expect((await store().record(key))?.pastContributions).toHaveLength(2);
    expect(await store().locate("Patient", "p-1", "")).toBe(key);
  });
}
