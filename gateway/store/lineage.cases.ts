import { expect, test } from "vitest";
import type { Lineage } from "./lineage-verbs.ts";
import type { RecordKey } from "./record.ts";
import type { Child } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

function lineage(record: RecordKey, hash: string, ...slots: readonly string[]): Lineage {
  return {
    hash,
    record,
    made: slots.map((slot) => ({ slot, type: "Observation", id: `id of ${slot}` })),
    delivery: "r-1",
    line: 4,
    receivedAt: 1_000,
    mapping: 1,
  };
}

export function lineageCases(store: () => Store, child: Child): void {
  test("lineage is kept by source and unit, and replaced whole", async () => {
    const key = await child("p-1");
    const later = {
      ...lineage(key, "h3", "E03"),
      delivery: "r-2",
      line: 9,
      receivedAt: 2_000,
      mapping: 2,
      writtenAt: 1_500,
    };
    await store().write(async (transaction) => {
      expect(await transaction.lineage("s", "A1")).toBeUndefined();
      await transaction.putLineage("s", "A1", lineage(key, "h1", "E01", "E02"));
      await transaction.putLineage("t", "A1", lineage(key, "h2"));
      expect(await transaction.lineage("s", "A1")).toEqual(lineage(key, "h1", "E01", "E02"));
      await transaction.putLineage("s", "A1", later);
      expect(await transaction.lineage("s", "A1")).toEqual(later);
      expect(await transaction.lineage("t", "A1")).toEqual(lineage(key, "h2"));
    });
  });

  test("lineages are found by their record, and units by their source, page by page", async () => {
    const [one, other] = [await child("p-1"), await child("p-2")];
    await store().write(async (transaction) => {
      for (const unit of ["A3", "A1", "A2"]) await transaction.putLineage("s", unit, lineage(one, unit));
      await transaction.putLineage("t", "A1", lineage(other, "h"));
    });
    expect((await store().lineagesOf(one)).map(({ unit }) => unit)).toEqual(["A3", "A1", "A2"]);
    expect(await store().lineagesOf(other)).toEqual([{ source: "t", unit: "A1", ...lineage(other, "h") }]);
    expect((await store().unitsOf("s", 2)).map(({ unit }) => unit)).toEqual(["A1", "A2"]);
    expect((await store().unitsOf("s", 2, "A2")).map(({ unit }) => unit)).toEqual(["A3"]);
    await store().write((transaction) => transaction.removeLineage("s", "A1"));
    expect((await store().unitsOf("s", 9)).map(({ unit }) => unit)).toEqual(["A2", "A3"]);
    expect(await store().unitsOf("t", 9)).toHaveLength(1);
  });

  test("a source record is kept as it came until it is forgotten, replaced or out of time", async () => {
    const key = await child("p-1");
    const vocabulary = '{"family":"","given":"","birthDate":""}';
    const content = (n: number): string => `{"family":"Example ë","given":"Name ${n}","birthDate":"2020-02-03"}`;
    const keep = (unit: string, n: number, keptUntil: number) =>
      store().write(async (transaction) => {
        await transaction.putLineage("s", unit, lineage(key, unit));
        await transaction.keepRaw("s", unit, { content: content(n), keptUntil, ...(n > 1 && { vocabulary }) });
      });
    for (const n of [1, 2, 3, 4]) await keep(`A${n}`, n, n * 1_000);
    for (const n of [1, 2, 3, 4]) {
      expect(await store().raw("s", `A${n}`)).toEqual({ content: content(n), keptUntil: n * 1_000 });
    }
    expect(await store().raw("t", "A1")).toBeUndefined();
    await keep("A1", 7, 5_000);
    expect(await store().raw("s", "A1")).toEqual({ content: content(7), keptUntil: 5_000 });
    await store().write((transaction) => transaction.forgetRaw("s", "A1"));
    expect(await store().raw("s", "A1")).toBeUndefined();
    expect(await store().write((transaction) => transaction.sweepRaw(3_000, 1))).toBe(1);
    expect(await store().raw("s", "A2")).toBeUndefined();
    expect(await store().write((transaction) => transaction.sweepRaw(3_000, 9))).toBe(1);
    await store().write(async (transaction) => {
      await transaction.removeLineage("s", "A4");
      await transaction.putLineage("s", "A5", lineage(key, "A5"));
    });
    for (const unit of ["A3", "A4", "A5"]) expect(await store().raw("s", unit)).toBeUndefined();
    await expect(
      store().write((transaction) => transaction.keepRaw("s", "nobody", { content: "{}", keptUntil: 1 })),
    ).rejects.toThrow("only with what it made");
  });
}
