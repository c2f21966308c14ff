import { expect, test } from "vitest";
import { type Child, resource, withTexts } from "./store.fixtures.ts";
import type { ReadVerbs, RecordKey, Store, WriteTransaction } from "./store.ts";

export function transactionCases(store: () => Store, child: Child): void {
  test("a work sees its own writes, and nobody else does before it is committed", async () => {
    const counter = await store().changeCounter();
    const key = await store().write(async (transaction) => {
      const created = await transaction.createChild("p-1", "");
      await transaction.put(created, resource());
      expect(await transaction.locate("Patient", "p-1", "")).toBe(created);
      expect(withTexts((await transaction.record(created))?.resources)).toEqual([resource()]);
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

  test("works that say to whom they add find what those before them made, and each raises the version", async () => {
    const [key, other] = [await child("p-0"), await child("p-1")];
    await store().write((transaction) => transaction.put(key, resource({ id: "o-0", lastUpdated: 400 })));
    const add = (patientId: string, n: number, idSpace = "") =>
      store().write(
        async (transaction) => {
          const found = await transaction.locate("Patient", patientId, idSpace);
          if (n === 3) throw new Error("no");
          const record = found ?? (await transaction.createChild(patientId, idSpace));
          await transaction.put(record, { ...resource({ id: `o-${n}`, lastUpdated: 100 * n }), isFirst: n % 2 === 0 });
          const version = await transaction.recordVersion(record);
          expect((await transaction.record(record))?.version).toBe(version);
          return [record, version];
        },
        { resources: [{ type: "Patient", id: patientId, idSpace }] },
      );
    const asked = ["p-0", "p-1", "p-new", "p-0", "p-new", "p-0"];
    const results = await Promise.allSettled(asked.map((id, n) => add(id, n + 1)));
    const made = await store().locate("Patient", "p-new", "");
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "refused"))).toEqual([
      ...[[key, 3], [other, 2], "refused", [key, 4], [made, 1], [key, 5]],
    ]);
    const held = await store().record(key);
    expect(held?.resources.map(({ id }) => id)).toEqual(["o-0", "o-1", "o-4", "o-6"]);
    expect(await store().recordsByChange({}, { direction: "oldest-first" }, 9)).toContainEqual({
      ...{ key, first: 100, last: 600 },
    });
    await add("p-0", 7, "own");
    expect(await store().locate("Patient", "p-0", "own")).not.toBe(key);
  });

  test("works that say what they look for find it as those before them have left it", async () => {
    const [here, there] = [await child("p-0"), await child("p-1")];
    const text = (version: number) => Buffer.from(`{"version":${version}}`);
    const told = (version: number) => ({
      ...resource({ version, body: text(version) }),
      identifiers: [`s|${version}`],
    });
    await store().write((transaction) => transaction.put(here, told(1)));
    const steps: readonly ((transaction: WriteTransaction) => Promise<unknown>)[] = [
      (transaction) => transaction.put(here, told(2)),
      (transaction) => transaction.put(there, told(3)),
      (transaction) => transaction.put(there, told(4)).then(() => Promise.reject(new Error("no"))),
      (transaction) => transaction.put(there, told(4)),
      (transaction) => transaction.remove("Observation", "o-1", "", 5),
      async () => {},
      (transaction) => transaction.put(here, told(6)),
      async () => {},
    ];
    const resources = [
      { type: "Observation", id: "o-1", idSpace: "" },
      { type: "Observation", id: "none", idSpace: "" },
      { type: "Observation", id: "o-1", idSpace: "own" },
      { type: "Patient", id: "p-1", idSpace: "" },
    ];
    const look = async (transaction: ReadVerbs) => [
      await transaction.locate("Observation", "o-1", ""),
      (await transaction.resource("Observation", "o-1", ""))?.body.toString(),
    ];
    const seen = await Promise.allSettled(
      steps.map((step) =>
        store().write(
          async (transaction) => {
            const found = await look(transaction);
            const current = await transaction.current("Observation", "o-1", "");
            expect(await transaction.resource("Observation", "none", "")).toBeUndefined();
            expect(await transaction.resource("Observation", "o-1", "own")).toBeUndefined();
            await step(transaction);
            return [...found, current?.version];
          },
          { resources },
        ),
      ),
    );
    expect(seen.map((one) => (one.status === "fulfilled" ? one.value : "refused"))).toEqual([
      [here, `${text(1)}`, 1],
      [here, `${text(2)}`, 2],
      "refused",
      [there, `${text(3)}`, 3],
      [there, `${text(4)}`, 4],
      [there, undefined, 5],
      [there, undefined, 5],
      [here, `${text(6)}`, 6],
    ]);
    expect(await look(store())).toEqual([here, `${text(6)}`]);
  });

  test("what a record holds is known after each change that a work makes of it", async () => {
    const key = await child("p-0");
    const other = await child("p-1");
    const versionsOf = async (transaction: WriteTransaction, record: RecordKey) =>
      [...(await transaction.currentOf(record))].map(([name, { version }]) => `${name} ${version}`);
    const put = (transaction: WriteTransaction, n: number, version: number, record = key) =>
      transaction.put(record, resource({ id: `o-${n}`, version, lastUpdated: version, contentHash: `h-${version}` }));
    await store().write((transaction) => put(transaction, 1, 1));
    await store().write(async (transaction) => {
      expect(await versionsOf(transaction, key)).toEqual(["Observation/o-1 1"]);
      await put(transaction, 1, 2);
      await put(transaction, 2, 1);
      expect(await versionsOf(transaction, key)).toEqual(["Observation/o-1 2", "Observation/o-2 1"]);
      await put(transaction, 2, 2, other);
      expect(await versionsOf(transaction, key)).toEqual(["Observation/o-1 2"]);
      expect(await versionsOf(transaction, other)).toEqual(["Observation/o-2 2"]);
      await transaction.remove("Observation", "o-1", "", 3);
      expect(await versionsOf(transaction, key)).toEqual([]);
      expect(await transaction.current("Observation", "o-1", "")).toEqual({ record: key, version: 3, contentHash: "" });
    });
    expect((await store().history("Observation", "o-2", "")).map(({ version }) => version)).toEqual([2, 1]);
  });

  test("works that may be flushed later run in turn with the others, each with a fate of its own", async () => {
    // One beside which another fails may be run again.
    const begun = new Set<number>();
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store().write(
          async (transaction) => {
            begun.add(n);
            await transaction.createChild(`p-${n}`, "");
            if (n % 4 === 1) throw new Error("no");
          },
          n % 3 === 0 ? {} : { flush: "later" },
        ),
      ),
    );
    const order = [...begun];
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual(order.map((n) => n % 4 !== 1));
    for (const n of order) expect((await store().locate("Patient", `p-${n}`, "")) !== undefined).toBe(n % 4 !== 1);
  });

  test("a work finds what it has looked for as it has left it since", async () => {
    const [here, there] = [await child("p-1"), await child("p-2")];
    const seen = await store().write(async (transaction) => {
      const look = async () => {
        const current = await transaction.current("Observation", "o-1", "");
        return [current?.record, current?.version, await transaction.locate("Observation", "o-1", "")];
      };
      const put = (record: RecordKey, version: number) =>
        transaction.put(record, { ...resource({ id: "o-1", version }), identifiers: [`s|${version}`] });
      const steps = [
        look,
        () => put(here, 1),
        look,
        () => put(here, 2),
        look,
        () => put(there, 3),
        look,
        () => transaction.remove("Observation", "o-1", "", 9),
        look,
      ];
      const told: unknown[] = [];
      for (const step of steps) told.push(await step());
      return told.filter((one) => one !== undefined);
    });
    expect(seen).toEqual([
      [undefined, undefined, undefined],
      [here, 1, here],
      [here, 2, here],
      [there, 3, there],
      [there, 4, there],
    ]);
    for (const version of [1, 2, 3]) {
      expect(await store().findResources("Observation", `s|${version}`, "", 9)).toEqual([]);
    }
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
