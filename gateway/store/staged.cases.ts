import { expect, test } from "vitest";
import type { StagedFrom, StagedRow } from "./delivery-verbs.ts";
import type { Store } from "./store.ts";

const FROM: StagedFrom = { delivery: "r-1", line: 2, receivedAt: 1_000, waits: true };
const ROOT: StagedRow = { table: "CYP001MPI", key: "P1", body: "{}" };

function referral(key: string, body: string, parent?: string): StagedRow {
  return { table: "CYP101Referral", key, body, ...(parent && { parent: { table: "CYP001MPI", key: parent } }) };
}

function contact(key: string, parent: string): StagedRow {
  return { table: "CYP201CareContact", key, body: "{}", parent: { table: "CYP101Referral", key: parent } };
}

export function stagedCases(store: () => Store): void {
  test("a staged row is new, unchanged or changed, and found by itself and in the tree of its parent", async () => {
    await store().write(async (transaction) => {
      expect(await transaction.stage("s", referral("R2", "{}", "P1"), FROM)).toEqual({ kind: "new" });
      expect(await transaction.stage("s", referral("R1", "{}", "P1"), FROM)).toEqual({ kind: "new" });
      const later = { ...FROM, delivery: "r-2" };
      expect(await transaction.stage("s", referral("R1", "{}", "P1"), later)).toEqual({ kind: "unchanged" });
      expect(await transaction.stage("other", referral("R1", "{}", "P1"), FROM)).toEqual({ kind: "new" });
      expect(await transaction.stage("s", referral("R3", "{}"), FROM)).toEqual({ kind: "new" });
      expect(await transaction.staged("s", "CYP101Referral", "R1")).toEqual({ ...referral("R1", "{}", "P1"), ...FROM });
      expect(await transaction.staged("s", "CYP101Referral", "R4")).toBeUndefined();
    });
    await store().write(async (transaction) => {
      expect(await transaction.stage("s", referral("R1", '{"a":1}', "P1"), { ...FROM, line: 7 })).toEqual({
        kind: "changed",
        before: { ...referral("R1", "{}", "P1"), ...FROM },
      });
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toEqual([]);
      for (const further of [ROOT, contact("C1", "R1")]) {
        expect(await transaction.stage("s", further, FROM)).toEqual({ kind: "new" });
      }
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toEqual([
        { ...ROOT, ...FROM },
        { ...referral("R1", '{"a":1}', "P1"), ...FROM, line: 7 },
        { ...referral("R2", "{}", "P1"), ...FROM },
        { ...contact("C1", "R1"), ...FROM },
      ]);
      expect(await transaction.stage("s", referral("R2", "{}", "P2"), FROM)).toMatchObject({ kind: "changed" });
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toHaveLength(3);
      expect(await transaction.stagedTree("s", "CYP001MPI", "P9")).toEqual([]);
      const below = await transaction.stagedBelow("s", "CYP001MPI", "P1");
      expect(below.map(({ key }) => key)).toEqual(["R1"]);
      expect(await transaction.stagedBelow("s", "CYP001MPI", "P2")).toHaveLength(1);
    });
  });

  test("rows that hang off each other in a ring are found once", async () => {
    const row = (key: string, parent: string) => ({ table: "t", key, body: "{}", parent: { table: "t", key: parent } });
    await store().write(async (transaction) => {
      for (const one of [row("a", "b"), row("b", "a")]) await transaction.stage("s", one, FROM);
      expect((await transaction.stagedTree("s", "t", "a")).map(({ key }) => key)).toEqual(["a", "b"]);
    });
  });

  test("rows wait until their tree is joined, and again when a row above them goes", async () => {
    await store().write(async (transaction) => {
      for (const row of [contact("C1", "R1"), contact("C2", "R2"), referral("R1", "{}", "P1")]) {
        await transaction.stage("s", row, FROM);
      }
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
    expect(await store().waitingRows("other")).toEqual([]);
    await store().write(async (transaction) => {
      await transaction.stage("s", ROOT, { ...FROM, waits: false });
      await transaction.joinTree("s", "CYP001MPI", "P1");
    });
    expect(await store().waitingRows("s")).toEqual([{ table: "CYP201CareContact", rows: 1 }]);
    await store().write(async (transaction) => {
      await transaction.stage("s", referral("R1", "{}", "P2"), FROM);
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
    await store().write(async (transaction) => {
      await transaction.stage("s", referral("R1", "{}", "P1"), { ...FROM, waits: false });
      await transaction.joinTree("s", "CYP001MPI", "P1");
      await transaction.unstage("s", "CYP001MPI", "P1");
      expect(await transaction.staged("s", "CYP001MPI", "P1")).toBeUndefined();
    });
    expect(await store().waitingRows("s")).toEqual([
      { table: "CYP101Referral", rows: 1 },
      { table: "CYP201CareContact", rows: 2 },
    ]);
  });

  test("keys of a table are read page by page", async () => {
    await store().write(async (transaction) => {
      for (const key of ["R3", "R1", "R2"]) await transaction.stage("s", referral(key, "{}"), FROM);
    });
    expect(await store().stagedKeys("s", "CYP101Referral", 2)).toEqual(["R1", "R2"]);
    expect(await store().stagedKeys("s", "CYP101Referral", 2, "R2")).toEqual(["R3"]);
    expect(await store().stagedKeys("t", "CYP101Referral", 2)).toEqual([]);
  });
}
