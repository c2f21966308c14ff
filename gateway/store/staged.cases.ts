import { expect, test } from "vitest";
import type { KeptRow, StagedFrom, StagedRow } from "./delivery-verbs.ts";
import type { Store, WriteTransaction } from "./store.ts";

const FROM: StagedFrom = { delivery: "r-1", line: 2, receivedAt: 1_000, waits: true };
const ROOT: StagedRow = { table: "CYP001MPI", key: "P1", body: "{}" };

function referral(key: string, body: string, parent?: string): StagedRow {
  return { table: "CYP101Referral", key, body, ...(parent && { parent: { table: "CYP001MPI", key: parent } }) };
}

function contact(key: string, parent: string): StagedRow {
  return { table: "CYP201CareContact", key, body: "{}", parent: { table: "CYP101Referral", key: parent } };
}

/** As whoever stages does: knowing what is there. */
async function stage(transaction: WriteTransaction, row: StagedRow, from = FROM, source = "s"): Promise<void> {
  const [before] = await transaction.stagedRows(source, [row]);
  await transaction.stage(source, row, from, before);
}

async function treeOf(transaction: WriteTransaction, key: string): Promise<readonly KeptRow[] | undefined> {
  return (await transaction.stagedTrees("s", "CYP001MPI", [key])).get(key);
}

function sorted(rows: readonly KeptRow[]): readonly KeptRow[] {
  return rows.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

export function stagedCases(store: () => Store): void {
  test("a staged row is found by itself and in the tree of its parent, as it was staged last", async () => {
    await store().write(async (transaction) => {
      for (const row of [referral("R2", "{}", "P1"), referral("R1", "{}", "P1"), referral("R3", "{}")]) {
        await stage(transaction, row);
      }
      await stage(transaction, referral("R1", "{}", "P1"), FROM, "other");
      const names = ["R1", "R4", "R3", "R1"].map((key) => ({ table: "CYP101Referral", key }));
      expect(sorted(await transaction.stagedRows("s", names))).toEqual([
        { ...referral("R1", "{}", "P1"), ...FROM },
        { ...referral("R3", "{}"), ...FROM },
      ]);
      expect(await transaction.stagedRows("s", [])).toEqual([]);
      expect(await treeOf(transaction, "P1")).toBeUndefined();
    });
    await store().write(async (transaction) => {
      await stage(transaction, referral("R1", '{"a":1}', "P1"), { ...FROM, delivery: "r-2", line: 7 });
      for (const further of [ROOT, contact("C1", "R1")]) await stage(transaction, further);
      expect(await treeOf(transaction, "P1")).toEqual([
        { ...ROOT, ...FROM },
        { ...referral("R1", '{"a":1}', "P1"), ...FROM, delivery: "r-2", line: 7 },
        { ...referral("R2", "{}", "P1"), ...FROM },
        { ...contact("C1", "R1"), ...FROM },
      ]);
      await stage(transaction, referral("R2", "{}", "P2"));
      expect(await treeOf(transaction, "P1")).toHaveLength(3);
      const below = await transaction.stagedBelow("s", "CYP001MPI", "P1");
      expect(below.map(({ key }) => key)).toEqual(["R1"]);
      expect(await transaction.stagedBelow("s", "CYP001MPI", "P2")).toHaveLength(1);
    });
  });

  test("rows and trees are read for more keys than one statement takes, each once", async () => {
    const keys = Array.from({ length: 150 }, (_, n) => `P${String(n).padStart(3, "0")}`);
    await store().write(async (transaction) => {
      for (const key of keys) {
        await stage(transaction, { ...ROOT, key });
        await stage(transaction, referral(`R-${key}`, "{}", key));
      }
      const asked = [...keys, "P150", "P000"];
      const rows = await transaction.stagedRows(
        "s",
        asked.map((key) => ({ table: "CYP001MPI", key })),
      );
      expect(sorted(rows).map(({ key }) => key)).toEqual(keys);
      const trees = await transaction.stagedTrees("s", "CYP001MPI", asked);
      expect([...trees.keys()].toSorted()).toEqual(keys);
      for (const [key, tree] of trees) expect(tree.map((row) => row.key)).toEqual([key, `R-${key}`]);
    });
  });

  test("rows that hang off each other in a ring are found once", async () => {
    const row = (key: string, parent: string) => ({ table: "t", key, body: "{}", parent: { table: "t", key: parent } });
    await store().write(async (transaction) => {
      for (const one of [row("a", "b"), row("b", "a")]) await stage(transaction, one);
      const trees = await transaction.stagedTrees("s", "t", ["a", "b"]);
      expect(trees.get("a")?.map(({ key }) => key)).toEqual(["a", "b"]);
      expect(trees.get("b")?.map(({ key }) => key)).toEqual(["a", "b"]);
    });
  });

  test("rows wait until their tree is joined, and again when a row above them goes", async () => {
    await store().write(async (transaction) => {
      for (const row of [contact("C1", "R1"), contact("C2", "R2"), referral("R1", "{}", "P1")]) {
        await stage(transaction, row);
      }
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
    expect(await store().waitingRows("other")).toEqual([]);
    await store().write(async (transaction) => {
      await stage(transaction, ROOT, { ...FROM, waits: false });
      await transaction.joinTree("s", "CYP001MPI", "P1");
    });
    expect(await store().waitingRows("s")).toEqual([{ table: "CYP201CareContact", rows: 1 }]);
    await store().write(async (transaction) => {
      await stage(transaction, referral("R1", "{}", "P2"));
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
    await store().write(async (transaction) => {
      await stage(transaction, referral("R1", "{}", "P1"), { ...FROM, waits: false });
      await transaction.joinTree("s", "CYP001MPI", "P1");
      await transaction.unstage("s", "CYP001MPI", "P1");
      expect(await transaction.stagedRows("s", [ROOT])).toEqual([]);
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
  });

  test("keys of a table are read page by page", async () => {
    await store().write(async (transaction) => {
      for (const key of ["R3", "R1", "R2"]) await stage(transaction, referral(key, "{}"));
    });
    expect(await store().stagedKeys("s", "CYP101Referral", 2)).toEqual(["R1", "R2"]);
    expect(await store().stagedKeys("s", "CYP101Referral", 2, "R2")).toEqual(["R3"]);
    expect(await store().stagedKeys("t", "CYP101Referral", 2)).toEqual([]);
  });
}
