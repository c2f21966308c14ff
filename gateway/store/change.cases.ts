import { expect, test } from "vitest";
import type { ChangeOrder, RecordChange, RecordScope, SharedScope } from "./find-verbs.ts";
import type { RecordKey } from "./record.ts";
import { type Child, contribution, resource, rollOf } from "./store.fixtures.ts";
import type { Store, WriteTransaction } from "./store.ts";

type Direction = ChangeOrder["direction"];

export function changeCases(store: () => Store, child: Child): void {
  const list = (scope: RecordScope | SharedScope = {}, direction: Direction = "newest-first") =>
    store().recordsByChange(scope, { direction }, 100);

  async function paged(scope: RecordScope | SharedScope, direction: Direction): Promise<readonly RecordChange[]> {
    const found: RecordChange[] = [];
    for (;;) {
      const after = found.at(-1);
      const page = await store().recordsByChange(scope, { direction, ...(after && { after }) }, 2);
      found.push(...page);
      if (page.length < 2) return found;
    }
  }

  test("a record in which nothing was told has no change", async () => {
    const key = await child("p-1");
    await store().write((transaction) => transaction.putRelationships(key, "s", "u", [rollOf("3950001")]));
    expect(await list()).toEqual([]);
  });

  test.each<[string, (transaction: WriteTransaction, key: RecordKey) => Promise<unknown>, number, number]>([
    ["a resource", (transaction, key) => transaction.put(key, resource({ id: "new", lastUpdated: 5 })), 5, 50],
    ["a version", (transaction, key) => transaction.put(key, resource({ version: 2, lastUpdated: 60 })), 40, 60],
    ["an end", (transaction) => transaction.remove("Observation", "o-1", "", 70), 40, 70],
    [
      "a contribution",
      (transaction, key) => transaction.putContribution(key, "383", contribution({ source: "t", lastUpdated: 80 }), []),
      40,
      80,
    ],
    ["the end of one", (transaction, key) => transaction.removeContribution(key, "leeds-eyfsp", "A1", 90), 40, 90],
    ["the end of none", (transaction, key) => transaction.removeContribution(key, "none", "A1", 90), 40, 50],
    ["what lies between", (transaction, key) => transaction.put(key, resource({ id: "n", lastUpdated: 45 })), 40, 50],
    ["relationships", (transaction, key) => transaction.putRelationships(key, "s", "u", [rollOf("3950001")]), 40, 50],
    [
      "several at once",
      async (transaction, key) => {
        for (const [n, at] of [70, 10, 30, 80].entries()) {
          await transaction.put(key, resource({ id: `n-${n}`, lastUpdated: at }));
        }
      },
      10,
      80,
    ],
  ])("the span of a record's changes takes in %s", async (_, change, first, last) => {
    const key = await child("p-1");
    await store().write(async (transaction) => {
      await transaction.putContribution(key, "383", contribution({ lastUpdated: 50 }), []);
      await transaction.put(key, resource({ lastUpdated: 40 }));
    });
    expect(await list()).toEqual([{ key, first: 40, last: 50 }]);
    await store().write((transaction) => change(transaction, key));
    expect(await list()).toEqual([{ key, first, last }]);
  });

  test.each<[string, RecordScope, readonly number[]]>([
    ["every child", {}, [4, 2, 3, 1, 0]],
    ["an authority", { authorities: ["383"] }, [4, 2, 0]],
    ["several authorities, each child once", { authorities: ["344", "383", "344"] }, [4, 2, 3, 1, 0]],
    ["no authority", { authorities: [] }, []],
    ["an organisation", { organizations: [{ system: "urn:establishment", value: "1" }] }, [4, 3, 1]],
    [
      "several organisations",
      { organizations: ["0", "1", "1"].map((value) => ({ system: "urn:establishment", value })) },
      [4, 2, 3, 1, 0],
    ],
    [
      "an organisation in an authority",
      { organizations: [{ system: "urn:establishment", value: "1" }], authorities: ["344"] },
      [3, 1],
    ],
    ["no organisation", { organizations: [] }, []],
  ])("of %s come by their last change, either way, page by page", async (_, scope, expected) => {
    const times = [10, 20, 30, 30, 50];
    const keys: RecordKey[] = [];
    for (const n of times.keys()) keys.push(await child(`p-${n}`));
    for (const [n, at] of [...times.entries()].toReversed()) {
      const key = keys[n] ?? 0;
      await store().write(async (transaction) => {
        const told = contribution({ lastUpdated: at });
        await transaction.putContribution(key, n % 2 === 0 ? "383" : "344", told, []);
        await transaction.putRelationships(key, "s", "u", [rollOf(n === 4 ? "1" : `${n % 2}`)]);
        await transaction.putRelationships(key, "s", "v", [rollOf(n === 4 ? "1" : `${n % 2}`)]);
      });
    }
    const newest = await paged(scope, "newest-first");
    const tied = (found: readonly RecordChange[]) => found.map(({ key }) => keys.indexOf(key));
    // Of what changed at the same time the later record comes first, and last the other way.
    const inOrder = expected.toSorted((a, b) => (times[b] ?? 0) - (times[a] ?? 0) || b - a);
    expect(tied(newest)).toEqual(inOrder);
    expect(tied(await paged(scope, "oldest-first"))).toEqual(inOrder.toReversed());
    expect(newest.map(({ last }) => last)).toEqual(inOrder.map((n) => times[n]));
  });

  test("shared records of one kind and of some authorities come alike", async () => {
    const share = (kind: "Organization" | "Practitioner", authority: string, at: number) =>
      store().write(async (transaction) => {
        const record = await transaction.sharedRecord(kind, authority, "");
        await transaction.put(record, resource({ type: kind, id: `${kind}-${authority}-${at}`, lastUpdated: at }));
        return record;
      });
    const [one, two] = [await share("Organization", "383", 10), await share("Organization", "344", 20)];
    await share("Practitioner", "383", 30);
    await share("Organization", "383", 40);
    const scope = { kind: "Organization", authorities: ["383", "344"] } as const;
    expect(await paged(scope, "newest-first")).toEqual([
      { key: one, first: 10, last: 40 },
      { key: two, first: 20, last: 20 },
    ]);
    expect((await list({ ...scope, authorities: ["344"] })).map(({ key }) => key)).toEqual([two]);
    expect(await list({})).toEqual([]);
  });
}
