import { afterEach, describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { recordsOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./line.fixtures.ts";

let line: TestLine;
afterEach(() => line.close());

const pupils = Array.from({ length: 150 }, (_, n) =>
  toProfileRow({ FSP_PupilMatchingRef: `P${n}`, FSP_UPN: "", FSP_FORENAME: `Name${n}` }),
);

/** All that a delivery could leave behind. */
async function traces() {
  const { store } = line;
  const sources = ["leeds-eyfsp", "leeds-csds"];
  return {
    records: await recordsOf(store),
    reaches: await store.sourceReaches(),
    held: await store.quarantined({ sources }, 99),
    reviews: await store.reviewItems(99),
    organizations: await store.sharedRecords("Organization", ["leeds"]),
    each: await Promise.all(
      sources.map(async (source) => ({
        receipts: await store.receiptsOf(source, 9),
        units: await store.unitsOf(source, 999),
        states: await store.recordStates({ source }, 999),
        quality: await store.qualityOf(source, 9),
        waiting: await store.waitingRows(source),
        staged: await store.stagedKeys(source, "CYP001MPI", 9),
      })),
    ),
  };
}

/** A store that takes each work back once, and runs it again: as one does where another work beside it has failed. */
function runningAgain(store: Store): Store {
  const again: Store = Object.create(store);
  again.write = async (work) => {
    const once = store.write(async (transaction) => {
      await work(transaction).catch(() => {});
      throw new Error("to be run again");
    });
    await once.catch(() => {});
    return store.write(work);
  };
  return again;
}

describe("a dry run", () => {
  test.each([
    ["eyfs-profile", [toCsv(pupils.slice(0, 3))]],
    ["community-services-data-set", Object.values(toTables())],
  ] as const)("of %s whose works are run again says the same", async (kind, files) => {
    line = startLine();
    const on = line.on(runningAgain(line.store));
    for (const file of files) {
      const { id: _, ...once } = await line.send(kind, file, { dryRun: true });
      expect(await on.send(kind, file, { dryRun: true })).toMatchObject(once);
    }
  });

  test("says what would become of a file, and leaves nothing behind", async () => {
    line = startLine();
    const file = toCsv([...pupils, toProfileRow({ FSP_PupilMatchingRef: "bad", FSP_DOB: "2020-02-31" })]);
    const before = await traces();
    const told = await line.send("eyfs-profile", file, { dryRun: true });
    expect(told.dryRun).toBe(true);
    expect(await traces()).toEqual(before);
    const { dryRun: _, id: __, ...dry } = told;
    const { id: ___, ...wet } = await line.send("eyfs-profile", file);
    expect(dry).toEqual(wet);
  });

  test("of what is there already is unchanged, and of what changed tells what would change", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv(pupils.slice(0, 3)));
    const before = await traces();
    const file = toCsv([...pupils.slice(0, 2), { ...pupils[2], FSP_EXP_E17: "1" }]);
    const told = await line.send("eyfs-profile", file, { dryRun: true });
    expect(told).toMatchObject({ committed: 1, unchanged: 2, resources: { Observation: 1, Provenance: 1 } });
    expect(await traces()).toEqual(before);
  });

  test("of a file that names a record twice takes the second as unchanged, across batches", async () => {
    line = startLine();
    const told = await line.send("eyfs-profile", toCsv([...pupils, ...pupils.slice(0, 2)]), { dryRun: true });
    expect(told).toMatchObject({ received: 152, committed: 150, unchanged: 2 });
  });

  const { mpi = "", referral = "", contact = "", activity = "", observation = "" } = toTables();

  test("of a table sees the tables that are there, and leaves them as they were", async () => {
    line = startLine();
    for (const table of [mpi, referral, contact, activity]) await line.send("community-services-data-set", table);
    const before = await traces();
    const told = await line.send("community-services-data-set", observation, { dryRun: true });
    expect(await traces()).toEqual(before);
    const { dryRun: _, id: __, ...dry } = told;
    const { id: ___, ...wet } = await line.send("community-services-data-set", observation);
    expect(dry).toEqual(wet);
  });

  test("of a table whose rows above have not come tells that they would wait", async () => {
    line = startLine();
    const told = await line.send("community-services-data-set", observation, { dryRun: true });
    expect(told).toMatchObject({ committed: 1, resources: {}, waiting: [{ table: "CYP611Obs", rows: 1 }] });
    expect(await line.store.waitingRows("leeds-csds")).toEqual([]);
  });

  test("of a large table lets its rows see each other over all batches, and counts what they make once", async () => {
    line = startLine();
    for (const table of [mpi, referral, contact]) await line.send("community-services-data-set", table);
    const rows = Array.from({ length: 600 }, (_, n) => ({
      CareActivityID: `A${n % 599}`,
      CareContactID: "C1",
      Activity_Type: "08",
    }));
    const told = await line.send("community-services-data-set", toCsv(rows), { dryRun: true });
    expect(told).toMatchObject({ received: 600, committed: 599, unchanged: 1, waiting: [] });
    const { dryRun: _, id: __, ...dry } = told;
    const { id: ___, ...wet } = await line.send("community-services-data-set", toCsv(rows));
    expect({ ...dry, resources: {} }).toEqual({ ...wet, resources: {} });
  });
});
