import { expect, test } from "vitest";
import { type Child, resource } from "./store.fixtures.ts";
import type { Store, WriteTransaction } from "./store.ts";

export function transactionCases(store: () => Store, child: Child): void {
  test("a work sees its own writes, and nobody else does before it is committed", async () => {
    const counter = await store().changeCounter();
    const key = await store().write(async (transaction) => {
      const created = await transaction.createChild("p-1", "");
      await transaction.put(created, resource());
      expect(await transaction.locate("Patient", "p-1", "")).toBe(created);
      expect((await transaction.record(created))?.resources).toEqual([resource()]);
      expect(await store().locate("Patient", "p-1", "")).toBeUndefined();
      expect(await store().record(created)).toBeUndefined();
      expect(await store().changeCounter()).toBe(counter);
      return created;
    });
    expect(await store().locate("Patient", "p-1", "")).toBe(key);
    expect(await store().changeCounter()).not.toBe(counter);
  });

  test("a work sees the version and the span of all that it has told so far, each raised once", async () => {
    const key = await child("p-1");
    const seen = async (from: Pick<Store, "recordVersion" | "record" | "recordsByChange">) => [
      await from.recordVersion(key),
      (await from.record(key))?.version,
      await from.recordsByChange({}, { direction: "newest-first" }, 9),
    ];
    await store().write(async (transaction) => {
      await transaction.put(key, resource({ lastUpdated: 50 }));
      expect(await seen(transaction)).toEqual([2, 2, [{ key, first: 50, last: 50 }]]);
      await transaction.put(key, resource({ id: "o-2", lastUpdated: 70 }));
      await transaction.put(key, resource({ id: "o-3", lastUpdated: 20 }));
      await transaction.put(key, resource({ id: "o-4", lastUpdated: 60 }));
      expect(await seen(transaction)).toEqual([2, 2, [{ key, first: 20, last: 70 }]]);
      await transaction.put(key, resource({ id: "o-5", lastUpdated: 90 }));
    });
    expect(await seen(store())).toEqual([2, 2, [{ key, first: 20, last: 90 }]]);
  });

  test("a work that throws leaves nothing, tells its own error, and takes nobody with it", async () => {
    const key = await child("p-0");
    const failure = new Error("the ninth field is missing");
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store().write(async (transaction) => {
          await transaction.createChild(`p-${n + 1}`, "");
          await transaction.put(key, resource({ id: `o-${n}`, source: `source-${n}` }));
          if (n % 3 === 1) throw failure;
        }),
      ),
    );
    expect(results.map(({ status }) => status === "fulfilled")).toEqual(results.map((_, n) => n % 3 !== 1));
    expect(results[4]).toEqual({ status: "rejected", reason: failure });
    const record = await store().record(key);
    expect(record?.resources.map(({ id, source }) => `${id} ${source}`).toSorted()).toEqual(
      [0, 2, 3, 5, 6, 8].map((n) => `o-${n} source-${n}`),
    );
    expect(await store().locate("Patient", "p-2", "")).toBeUndefined();
    expect(await store().locate("Patient", "p-3", "")).toBeDefined();

    await store().write((transaction) => transaction.put(key, resource({ id: "o-late", source: "source-1" })));
    expect((await store().record(key))?.resources.find(({ id }) => id === "o-late")?.source).toBe("source-1");
  });

  test("works that may be flushed later run in turn with the others, each with a fate of its own", async () => {
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store().write(
          async (transaction) => {
            order.push(n);
            await transaction.createChild(`p-${n}`, "");
            if (n % 4 === 1) throw new Error("no");
          },
          n % 3 === 0 ? {} : { flush: "later" },
        ),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual(order.map((n) => n % 4 !== 1));
    for (const n of order) expect((await store().locate("Patient", `p-${n}`, "")) !== undefined).toBe(n % 4 !== 1);
  });

  test("a statement that fails inside a work fails that work alone", async () => {
    await child("p-1");
    const [twice, other] = await Promise.allSettled([child("p-1"), child("p-2")]);
    expect(twice.status).toBe("rejected");
    expect(other.status).toBe("fulfilled");
  });

  test("a work may give way to the event loop, and works still run one after another", async () => {
    const order: string[] = [];
    const work = (word: string) => async (transaction: WriteTransaction) => {
      order.push(`${word} starts`);
      await new Promise((resolve) => setImmediate(resolve));
      await transaction.createChild(word, "");
      order.push(`${word} ends`);
    };
    await Promise.all([store().write(work("a")), store().write(work("b"))]);
    expect(order).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  test("a verb called after its work has ended is refused", async () => {
    const leaked = await store().write(async (transaction) => ({ transaction }));
    await expect(leaked.transaction.createChild("p-1", "")).rejects.toThrow("after its work had ended");
    await expect(leaked.transaction.recordVersion(1)).rejects.toThrow("after its work had ended");
    expect(await store().locate("Patient", "p-1", "")).toBeUndefined();
  });

  test("many more works than one group holds are all committed", async () => {
    const keys = await Promise.all(Array.from({ length: 700 }, (_, n) => child(`p-${n}`)));
    expect(new Set(keys).size).toBe(700);
    expect(await store().scanRecords({}, 0, 1_000)).toEqual(keys.toSorted((a, b) => a - b));
  });
}
