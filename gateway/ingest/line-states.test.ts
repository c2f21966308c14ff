import { afterEach, describe, expect, test } from "vitest";
import { RECEIVED_AT, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./line.fixtures.ts";

let line: TestLine;
afterEach(() => line.close());

async function states(source: string) {
  const told = await line.store.recordStates({ source }, 99);
  return told.map(({ delivery, line: at, unit, state }) => `${delivery}:${at} ${unit} ${state}`);
}

describe("what became of a record", () => {
  test("is told by delivery and line: committed, and replaced by what came later", async () => {
    line = startLine();
    const rows = [1, 2].map((n) => toProfileRow({ FSP_PupilMatchingRef: `P${n}`, FSP_UPN: "", FSP_FORENAME: `N${n}` }));
    await line.send("eyfs-profile", toCsv(rows));
    await line.send("eyfs-profile", toCsv(rows));
    expect(await states("leeds-eyfsp")).toEqual(["delivery-1:3 P2/2025 committed", "delivery-1:2 P1/2025 committed"]);
    await line.send("eyfs-profile", toCsv([rows[0] ?? {}, { ...rows[1], FSP_EXP_E17: "1" }]));
    expect(await states("leeds-eyfsp")).toEqual([
      "delivery-3:3 P2/2025 committed",
      "delivery-1:3 P2/2025 replaced",
      "delivery-1:2 P1/2025 committed",
    ]);
    const [first] = await line.store.recordStates({ source: "leeds-eyfsp", unit: "P1/2025" }, 9);
    expect(first?.at).toBe(RECEIVED_AT);
  });

  test("of a row of a table is received while it waits, and committed once its child is there", async () => {
    line = startLine();
    const { mpi = "", referral = "", contact = "" } = toTables();
    const waits = await line.send("community-services-data-set", contact);
    expect(waits.waiting).toEqual([{ table: "CYP201CareContact", rows: 1 }]);
    await line.send("community-services-data-set", referral);
    expect(await states("leeds-csds")).toEqual([
      "delivery-2:2 CYP101Referral/R1 received",
      "delivery-1:2 CYP201CareContact/C1 received",
    ]);
    const joined = await line.send("community-services-data-set", mpi);
    expect(joined.waiting).toEqual([]);
    expect(joined.resources.Provenance).toBeGreaterThan(0);
    expect(await states("leeds-csds")).toEqual([
      "delivery-3:2 CYP001MPI/HV1 committed",
      "delivery-2:2 CYP101Referral/R1 committed",
      "delivery-1:2 CYP201CareContact/C1 committed",
    ]);
    await line.send("community-services-data-set", referral.replace("2020-02-04", "2020-02-05"));
    expect(await states("leeds-csds")).toContain("delivery-2:2 CYP101Referral/R1 replaced");
  });

  test("is as many records committed as the receipt of the delivery says", async () => {
    line = startLine();
    const rows = Array.from({ length: 100 }, (_, n) =>
      toProfileRow({
        FSP_PupilMatchingRef: `P${n}`,
        FSP_UPN: "",
        FSP_FORENAME: `N${n}`,
        FSP_DOB: n % 9 ? "2020-02-03" : "x",
      }),
    );
    const receipt = await line.send("eyfs-profile", toCsv(rows));
    const told = await line.store.recordStates({ source: "leeds-eyfsp", delivery: receipt.id }, 999);
    expect(told).toHaveLength(receipt.committed);
    expect(receipt.committed + receipt.quarantined).toBe(100);
  });

  test("is kept with the record itself, without what is dropped at the door", async () => {
    line = startLine({ rawRetention_ms: 1_000 });
    await line.send("eyfs-profile", toCsv([toProfileRow({ Shoe: "4" })]));
    const raw = await line.store.raw("leeds-eyfsp", "P1/2025");
    expect(raw?.keptUntil).toBe(RECEIVED_AT + 1_000);
    expect(JSON.parse(raw?.content ?? "")).toEqual(toProfileRow());
  });
});
