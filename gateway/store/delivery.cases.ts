import { expect, test } from "vitest";
import type { Child } from "./store.fixtures.ts";
import type { Quarantined, Store } from "./store.ts";

export function deliveryCases(store: () => Store, child: Child): void {
  test("a staged row is new, unchanged or changed, and found by itself and in the tree of its parent", async () => {
    const row = (key: string, body: string, parent?: string) => ({
      table: "CYP101Referral",
      key,
      body,
      ...(parent && { parent: { table: "CYP001MPI", key: parent } }),
    });
    await store().write(async (transaction) => {
      expect(await transaction.stage("s", row("R2", "{}", "P1"))).toEqual({ kind: "new" });
      expect(await transaction.stage("s", row("R1", "{}", "P1"))).toEqual({ kind: "new" });
      expect(await transaction.stage("s", row("R1", "{}", "P1"))).toEqual({ kind: "unchanged" });
      expect(await transaction.stage("other", row("R1", "{}", "P1"))).toEqual({ kind: "new" });
      expect(await transaction.stage("s", row("R3", "{}"))).toEqual({ kind: "new" });
      expect(await transaction.staged("s", "CYP101Referral", "R3")).toEqual(row("R3", "{}"));
      expect(await transaction.staged("s", "CYP101Referral", "R4")).toBeUndefined();
    });
    await store().write(async (transaction) => {
      expect(await transaction.stage("s", row("R1", '{"a":1}', "P1"))).toEqual({
        kind: "changed",
        before: row("R1", "{}", "P1"),
      });
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toEqual([]);
      const root = { table: "CYP001MPI", key: "P1", body: "{}" };
      const deep = {
        table: "CYP201CareContact",
        key: "C1",
        body: "{}",
        parent: { table: "CYP101Referral", key: "R1" },
      };
      for (const further of [root, deep]) expect(await transaction.stage("s", further)).toEqual({ kind: "new" });
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toEqual([
        root,
        row("R1", '{"a":1}', "P1"),
        row("R2", "{}", "P1"),
        deep,
      ]);
      expect(await transaction.stage("s", row("R2", "{}", "P2"))).toEqual({
        kind: "changed",
        before: row("R2", "{}", "P1"),
      });
      expect(await transaction.stagedTree("s", "CYP001MPI", "P1")).toHaveLength(3);
      expect(await transaction.stagedTree("s", "CYP001MPI", "P9")).toEqual([]);
    });
  });

  test("rows that hang off each other in a ring are found once", async () => {
    const row = (key: string, parent: string) => ({ table: "t", key, body: "{}", parent: { table: "t", key: parent } });
    await store().write(async (transaction) => {
      for (const one of [row("a", "b"), row("b", "a")]) await transaction.stage("s", one);
      expect(await transaction.stagedTree("s", "t", "a")).toEqual([row("a", "b"), row("b", "a")]);
    });
  });

  test("lineage is kept by source and unit, and replaced whole", async () => {
    const key = await child("p-1");
    const lineage = (hash: string, ...slots: readonly string[]) => ({
      hash,
      record: key,
      made: slots.map((slot) => ({ slot, type: "Observation", id: `id of ${slot}` })),
    });
    await store().write(async (transaction) => {
      expect(await transaction.lineage("s", "A1")).toBeUndefined();
      await transaction.putLineage("s", "A1", lineage("h1", "E01", "E02"));
      await transaction.putLineage("t", "A1", lineage("h2"));
      expect(await transaction.lineage("s", "A1")).toEqual(lineage("h1", "E01", "E02"));
      await transaction.putLineage("s", "A1", lineage("h3", "E03"));
      expect(await transaction.lineage("s", "A1")).toEqual(lineage("h3", "E03"));
      expect(await transaction.lineage("t", "A1")).toEqual(lineage("h2"));
    });
  });

  test("quarantine is read by source and delivery, in the order in which it came", async () => {
    const held = (id: string, change: Partial<Quarantined> = {}): Quarantined => ({
      id,
      delivery: "r-1",
      source: "s",
      line: 3,
      issues: "[]",
      content: "a,b",
      createdAt: 7,
      ...change,
    });
    const all = [held("q-2"), held("q-1", { line: 2 }), held("q-3", { delivery: "r-2" }), held("q-4", { source: "t" })];
    await store().write(async (transaction) => {
      for (const one of all) await transaction.quarantine(one);
      await transaction.quarantine(held("q-2"));
    });
    expect(await store().quarantined({ sources: ["s"] }, 10)).toEqual(all.slice(0, 3));
    expect(await store().quarantined({ sources: ["s"], delivery: "r-2" }, 10)).toEqual([all[2]]);
    expect(await store().quarantined({ sources: ["t", "s"] }, 2)).toEqual(all.slice(0, 2));
    expect(await store().quarantined({ sources: [] }, 10)).toEqual([]);
  });

  test("a receipt is kept by its id", async () => {
    await store().write((transaction) => transaction.putReceipt("r-1", "s", '{"received":1}'));
    expect(await store().receipt("r-1")).toBe('{"received":1}');
    expect(await store().receipt("r-2")).toBeUndefined();
  });

  test("a source's reach moves forward and never back", async () => {
    const reach = (until: string) => ({
      source: "leeds-csds",
      authority: "383",
      dataClass: "health-visiting" as const,
      until,
    });
    const move = (until: string) => store().write((transaction) => transaction.reach(reach(until)));
    for (const until of ["2026-05-01", "2026-06-30", "2026-01-01"]) await move(until);
    expect(await store().sourceReaches()).toEqual([reach("2026-06-30")]);
  });
}
