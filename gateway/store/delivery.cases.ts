import { expect, test } from "vitest";
import type { Quarantined } from "./delivery-verbs.ts";
import type { Store } from "./store.ts";

export function deliveryCases(store: () => Store): void {
  test("quarantine is read by source and delivery, in the order in which it came", async () => {
    const held = (id: string, change: Partial<Quarantined> = {}): Quarantined => ({
      id,
      delivery: "r-1",
      source: "s",
      line: 3,
      issues: "[]",
      content: "a,b",
      createdAt: 7,
      reached: "received",
      state: "quarantined",
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
    expect(await store().quarantined({ sources: ["s"], after: "q-1" }, 10)).toEqual([all[2]]);
  });

  test("an entry that was closed keeps its reasons and not its content, and is listed by its state", async () => {
    const held: Quarantined = {
      id: "q-1",
      delivery: "r-1",
      source: "s",
      line: 3,
      issues: '[{"line":3}]',
      content: "a,b",
      createdAt: 7,
      reached: "mapped",
      table: "CYP001MPI",
      unit: "CYP001MPI/P1",
      state: "quarantined",
    };
    await store().write((transaction) => transaction.quarantine(held));
    expect(await store().quarantineEntry("q-1")).toEqual(held);
    expect(await store().quarantineEntry("q-2")).toBeUndefined();
    await store().write((transaction) => transaction.closeQuarantine("q-1", "replayed", 9));
    await store().write((transaction) => transaction.closeQuarantine("q-1", "discarded", 11));
    const closed = { ...held, content: "", state: "replayed", closedAt: 9 };
    expect(await store().quarantineEntry("q-1")).toEqual(closed);
    expect(await store().quarantined({ sources: ["s"] }, 10)).toEqual([]);
    expect(await store().quarantined({ sources: ["s"], state: "discarded" }, 10)).toEqual([]);
    expect(await store().quarantined({ sources: ["s"], state: "replayed" }, 10)).toEqual([closed]);
  });

  test("a receipt is kept by its id", async () => {
    await store().write((transaction) => transaction.putReceipt("r-1", "s", '{"received":1}'));
    expect(await store().receipt("r-1")).toBe('{"received":1}');
    expect(await store().receipt("r-2")).toBeUndefined();
  });

  test("receipts and quality counts of a source are read newest first, each kept once a delivery", async () => {
    await store().write(async (transaction) => {
      for (const [id, source] of [
        ["r-9", "s"],
        ["r-2", "t"],
        ["r-1", "s"],
      ] as const) {
        await transaction.putReceipt(id, source, `receipt ${id}`);
        await transaction.putQuality(id, source, `quality ${id}`);
      }
      await transaction.putReceipt("r-9", "s", "receipt r-9, finished");
      await transaction.putQuality("r-9", "s", "quality r-9, finished");
    });
    expect(await store().receiptsOf("s", 10)).toEqual(["receipt r-1", "receipt r-9, finished"]);
    expect(await store().receiptsOf("s", 1)).toEqual(["receipt r-1"]);
    expect(await store().qualityOf("s", 10)).toEqual(["quality r-1", "quality r-9, finished"]);
    expect(await store().qualityOf("t", 10)).toEqual(["quality r-2"]);
    expect(await store().qualityOf("u", 10)).toEqual([]);
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
