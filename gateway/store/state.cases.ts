import { expect, test } from "vitest";
import type { RecordState, RecordStateFilter } from "./lineage-verbs.ts";
import type { Child } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

export function stateCases(store: () => Store, child: Child): void {
  const told = (states: readonly RecordState[]) =>
    states.map(({ unit, delivery, line, state, at }) => `${delivery}:${line} ${unit} ${state} ${at}`);
  const read = async (filter: Omit<RecordStateFilter, "source">, limit = 99) =>
    told(await store().recordStates({ source: "s", ...filter }, limit));

  /** Two deliveries: A1 to A3, then A1 changed and A2 withdrawn, and rows of tables of which one waits. */
  async function deliver(): Promise<void> {
    const record = await child("p-1");
    const lineage = (delivery: string, line: number) => ({
      hash: "h",
      record,
      made: [],
      delivery,
      line,
      receivedAt: delivery === "r-1" ? 1_000 : 2_000,
      mapping: 1,
    });
    await store().write(async (transaction) => {
      for (const n of [1, 2, 3]) await transaction.putLineage("s", `A${n}`, lineage("r-1", n + 1));
      await transaction.putLineage("s", "organization/1", lineage("r-1", 0));
      await transaction.putLineage("t", "A1", lineage("r-1", 2));
    });
    await store().write(async (transaction) => {
      const ended = { source: "s", delivery: "r-1", receivedAt: 1_000 } as const;
      await transaction.noteState({ ...ended, unit: "A1", line: 2, state: "replaced", at: 2_000 });
      await transaction.putLineage("s", "A1", lineage("r-2", 2));
      await transaction.noteState({ ...ended, unit: "A2", line: 3, state: "withdrawn", at: 2_500 });
      await transaction.removeLineage("s", "A2");
      for (const [line, waits] of [
        [3, false],
        [4, true],
      ] as const) {
        const row = { table: "t", key: `K/${line}`, body: "{}" };
        const [before] = await transaction.stagedRows("s", [row]);
        await transaction.stage("s", row, { delivery: "r-2", line, receivedAt: 2_000, waits }, before);
      }
    });
  }

  test("states of a source are told newest first, by delivery, unit and state", async () => {
    await deliver();
    const second = ["r-2:4 t/K/4 received 2000", "r-2:3 t/K/3 committed 2000", "r-2:2 A1 committed 2000"];
    const first = ["r-1:4 A3 committed 1000", "r-1:3 A2 withdrawn 2500", "r-1:2 A1 replaced 2000"];
    expect(await read({})).toEqual([...second, ...first]);
    expect(await read({ delivery: "r-1" })).toEqual(first);
    expect(await read({ delivery: "r-9" })).toEqual([]);
    expect(await read({ unit: "A1" })).toEqual([second[2], first[2]]);
    expect(await read({ unit: "A1", state: "replaced" })).toEqual([first[2]]);
    expect(await read({ unit: "t/K/4" })).toEqual([second[0]]);
    expect(await read({ state: "committed" })).toEqual([second[1], second[2], first[0]]);
    expect(await read({ state: "withdrawn", delivery: "r-1" })).toEqual([first[1]]);
    expect(told(await store().recordStates({ source: "t" }, 9))).toEqual(["r-1:2 A1 committed 1000"]);
  });

  test("states are read page by page, each once", async () => {
    await deliver();
    const pages: string[] = [];
    let after: RecordState | undefined;
    for (;;) {
      const page = await store().recordStates({ source: "s", ...(after && { after }) }, 2);
      pages.push(...told(page));
      after = page.at(-1);
      if (after === undefined) break;
    }
    expect(pages).toEqual(await read({}));
    const [newest] = await store().recordStates({ source: "s", unit: "A1" }, 1);
    expect(newest).toMatchObject({ delivery: "r-2" });
    expect(await read({ unit: "A1", ...(newest && { after: newest }) })).toEqual(["r-1:2 A1 replaced 2000"]);
  });

  test("an identity that is taken back is no more among those of the record, and its links are", async () => {
    const record = await child("p-1");
    await store().write(async (transaction) => {
      for (const localId of ["A1", "A2"]) {
        await transaction.appendLink({ source: "s", localId, record, author: "rule/1", evidence: [], decidedAt: 1 });
        await transaction.putSourceIdentity("s", localId, { localId }, [5]);
      }
      await transaction.removeSourceIdentity("s", "A1");
      expect(await transaction.sourceChildrenOf(record)).toMatchObject([
        { localId: "A2", identity: { localId: "A2" } },
      ]);
      expect((await transaction.findAlike([5], 9)).children).toMatchObject([{ localId: "A2", record }]);
      expect(await transaction.namesOf(record)).toEqual([
        { source: "s", localId: "A1" },
        { source: "s", localId: "A2" },
      ]);
      expect(await transaction.linkOf("s", "A1")).toMatchObject({ record });
    });
  });
}
