import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { RecordKey } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";

/** Who holds which identifier, and how often that was asked. */
interface Truth {
  readonly holders: Map<string, readonly RecordKey[]>;
  asked: number;
}

/** What every identity cache does. `create` gives as many as are asked for, empty, that share what they know. */
export function testIdentityCache(create: (count: number) => Promise<readonly IdentityCache[]>): void {
  const open: IdentityCache[] = [];
  const started = async (count = 1) => {
    const caches = await create(count);
    open.push(...caches);
    const truth: Truth = { holders: new Map(), asked: 0 };
    const cacheOf = (index: number): IdentityCache => {
      const cache = caches[index % caches.length];
      if (cache === undefined) throw new Error("At least one is created.");
      return cache;
    };
    const ask = (identifier: string, index = 0) =>
      cacheOf(index).resolve(identifier, async () => {
        truth.asked += 1;
        return truth.holders.get(identifier) ?? [];
      });
    return { truth, ask, cacheOf };
  };
  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.close();
  });

  test("asks for what it does not know, and not again for what it knows, be it several or nobody", async () => {
    const { truth, ask } = await started();
    truth.holders.set("system|1", [7]).set("system|2", [7, 8]);
    for (const _ of [1, 2, 3]) {
      expect(await ask("system|1")).toEqual([7]);
      expect(await ask("system|2")).toEqual([7, 8]);
      expect(await ask("system|3")).toEqual([]);
      await pause(2);
    }
    // At most twice each, since who finds somebody looks again before others may rely on it.
    expect(truth.asked).toBeLessThanOrEqual(5);
    truth.holders.clear();
    expect(await ask("system|1")).toEqual([7]);
  });

  test("tells apart identifiers of one value in two systems", async () => {
    const { truth, ask } = await started();
    truth.holders.set("a|1", [7]);
    expect([await ask("a|1"), await ask("b|1")]).toEqual([[7], []]);
  });

  test.each<[what: string, change: Parameters<IdentityCache["purge"]>[0]]>([
    ["an identifier", { identifiers: ["system|1"] }],
    ["a record that held it", { records: [7] }],
    ["one of several records that held it", { records: [8] }],
  ])("answers anew, in every process, once the change of %s is told", async (_, change) => {
    const { truth, ask, cacheOf } = await started(3);
    truth.holders.set("system|1", [7, 8]);
    for (const index of [0, 1, 2, 0, 1, 2]) expect(await ask("system|1", index)).toEqual([7, 8]);
    truth.holders.set("system|1", [9]);
    await cacheOf(1).purge(change);
    for (const index of [0, 1, 2]) expect(await ask("system|1", index)).toEqual([9]);
  });

  test("finds a new holder of what nobody held, once its identifier is told", async () => {
    const { truth, ask, cacheOf } = await started(2);
    for (const index of [0, 1, 0, 1]) expect(await ask("system|1", index)).toEqual([]);
    truth.holders.set("system|1", [7]);
    await cacheOf(0).purge({ identifiers: ["system|1"], records: [7] });
    for (const index of [0, 1]) expect(await ask("system|1", index)).toEqual([7]);
  });

  test("keeps what a change does not concern", async () => {
    const { truth, ask, cacheOf } = await started(2);
    truth.holders.set("system|1", [7]).set("system|2", [8]);
    for (const index of [0, 1, 0, 1]) {
      await ask("system|1", index);
      await ask("system|2", index);
    }
    await cacheOf(0).purge({ records: [8], identifiers: ["system|2"] });
    const { asked } = truth;
    for (const index of [0, 1]) expect(await ask("system|1", index)).toEqual([7]);
    expect(truth.asked).toBe(asked);
  });

  test("does not keep what was found before a change and comes after it", async () => {
    const { ask, truth, cacheOf } = await started();
    const old = Promise.withResolvers<readonly RecordKey[]>();
    const begun = Promise.withResolvers<void>();
    const late = cacheOf(0).resolve("system|1", () => {
      begun.resolve();
      return old.promise;
    });
    await begun.promise;
    truth.holders.set("system|1", [9]);
    await cacheOf(0).purge({ identifiers: ["system|1"], records: [7, 9] });
    expect(await ask("system|1")).toEqual([9]);
    old.resolve([7]);
    expect(await late).toEqual([7]);
    for (const _ of [1, 2]) expect(await ask("system|1")).toEqual([9]);
  });

  test("lets a hundred who ask at the same time share one question", async () => {
    const { ask, truth } = await started();
    truth.holders.set("system|1", [7]);
    await Promise.all(Array.from({ length: 100 }, () => ask("system|1")));
    expect(truth.asked).toBeLessThanOrEqual(2);
  });

  test("gives a failure of the store to who asked, and keeps nothing of it", async () => {
    const { ask, truth, cacheOf } = await started();
    await expect(cacheOf(0).resolve("system|1", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    truth.holders.set("system|1", [7]);
    expect(await ask("system|1")).toEqual([7]);
  });

  test("counts where answers came from", async () => {
    const { ask, truth, cacheOf } = await started();
    truth.holders.set("system|1", [7]);
    for (const _ of [1, 2, 3, 4]) await ask("system|1");
    const { nearHits, farHits, misses, purges, voided } = cacheOf(0).counts();
    expect({ hits: nearHits + farHits, misses, purges, voided }).toEqual({ hits: 3, misses: 1, purges: 0, voided: 0 });
  });

  test("asks the store once it is closed, and still tells the others of a change", async () => {
    const { ask, truth, cacheOf } = await started(2);
    for (const index of [0, 1, 1]) await ask("system|1", index);
    await cacheOf(0).close();
    truth.holders.set("system|1", [7]);
    await cacheOf(0).purge({ identifiers: ["system|1"] });
    for (const index of [0, 1]) expect(await ask("system|1", index)).toEqual([7]);
  });
}
