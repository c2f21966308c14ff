import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { recordsOf, startLine, type TestLine, toCsv, toDecisionRow, toTables } from "./line.fixtures.ts";

let line: TestLine;
beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

const BILAL = { child_id: "C2", given_name: "Bilal", birth_date: "2019-05-06" };

/** What stands in each record: types of resources, and whom the sources call its child. */
async function held() {
  const records = await recordsOf(line.store);
  return records.map(({ resources, contributions }) => [
    resources.map(({ type }) => type).sort(),
    contributions.map(({ localId }) => localId),
  ]);
}

describe("a record that tells of another child than before", () => {
  test("leaves nothing where it was, and its former state is told", async () => {
    await line.send("sharing-register", toCsv([toDecisionRow()]));
    const receipt = await line.send("sharing-register", toCsv([toDecisionRow(BILAL)]));
    expect(receipt).toMatchObject({ committed: 1 });
    expect(await held()).toEqual([
      [[], []],
      [["Consent", "Provenance"], ["C2"]],
    ]);
    const states = await line.store.recordStates({ source: "leeds-sharing", unit: "S1" }, 9);
    expect(states.map(({ state, delivery }) => [state, delivery])).toEqual([
      ["committed", "delivery-2"],
      ["replaced", "delivery-1"],
    ]);
  });

  test("takes nothing from a child of whom another record still speaks", async () => {
    await line.send(
      "sharing-register",
      toCsv([toDecisionRow(), toDecisionRow({ record_id: "S2", decision: "objection" })]),
    );
    await line.send("sharing-register", toCsv([toDecisionRow(BILAL)]));
    expect(await held()).toEqual([
      [["Consent", "Provenance"], ["C1"]],
      [["Consent", "Provenance"], ["C2"]],
    ]);
  });

  test("and back again counts its versions on", async () => {
    await line.send("sharing-register", toCsv([toDecisionRow()]));
    const [first] = await recordsOf(line.store);
    await line.send("sharing-register", toCsv([toDecisionRow(BILAL)]));
    await line.send("sharing-register", toCsv([toDecisionRow()]));
    const now = await held();
    expect(now.map(([types]) => types)).toEqual([["Consent", "Provenance"], []]);
    expect((await line.store.unitsOf("leeds-sharing", 9)).find(({ unit }) => unit === "S1")?.record).toBe(first?.key);
  });
});

describe("a row that moves", () => {
  const { mpi = "", referral = "", contact = "", activity = "", observation = "" } = toTables();
  const second = toTables({ LocalPatientID: "HV2", NHSNumber: "9990000026", PersonGivenName: "Bilal" }).mpi ?? "";
  const kinds = async () => {
    const records = await recordsOf(line.store);
    return records.map(({ resources }) => resources.filter(({ type }) => type === "Observation").length);
  };

  test("to another child takes with it what hangs off it", async () => {
    for (const table of [mpi, second, referral, contact, activity, observation]) {
      await line.send("community-services-data-set", table);
    }
    const before = await kinds();
    expect(before[1]).toBe(0);
    await line.send("community-services-data-set", referral.replace("HV1", "HV2"));
    expect(await kinds()).toEqual([before[1], before[0]]);
    expect(await line.store.waitingRows("leeds-csds")).toEqual([]);
  });

  test("to a child that has not come waits with all below it, and is joined when that child comes", async () => {
    for (const table of [mpi, referral, contact, activity, observation]) {
      await line.send("community-services-data-set", table);
    }
    const [before] = await kinds();
    const moved = await line.send("community-services-data-set", referral.replace("HV1", "HV2"));
    expect(moved.waiting?.map(({ table }) => table)).toEqual([
      "CYP101Referral",
      "CYP201CareContact",
      "CYP202CareActivity",
      "CYP611Obs",
    ]);
    expect(await kinds()).toEqual([0]);
    const joined = await line.send("community-services-data-set", second);
    expect(joined.waiting).toEqual([]);
    expect(await kinds()).toEqual([0, before]);
  });

  test("in a dry run is told, and stays where it was", async () => {
    for (const table of [mpi, second, referral, contact, activity, observation]) {
      await line.send("community-services-data-set", table);
    }
    const before = await recordsOf(line.store);
    const told = await line.send("community-services-data-set", referral.replace("HV1", "HV2"), { dryRun: true });
    expect(told).toMatchObject({ committed: 1, dryRun: true });
    expect(told.resources.Observation).toBeGreaterThan(0);
    expect(await recordsOf(line.store)).toEqual(before);
  });
});

describe("a line that breaks off", () => {
  test("in the middle of taking a source in again has changed whole batches, and the next time does the rest", async () => {
    const rows = Array.from({ length: 150 }, (_, n) =>
      toDecisionRow({ record_id: `S${n}`, child_id: `C${n}`, given_name: `Name${n}`, nhs_number: "" }),
    );
    await line.send("sharing-register", toCsv(rows));
    const before = await recordsOf(line.store);
    let writes = 0;
    const write: Store["write"] = (work) => {
      writes += 1;
      return writes > 1 ? Promise.reject(new Error("disk full")) : line.store.write(work);
    };
    const failing = new Proxy(line.store, {
      get(store, name) {
        const verb: unknown = name === "write" ? write : Reflect.get(store, name);
        return typeof verb === "function" ? verb.bind(store) : verb;
      },
    });
    await expect(line.on(failing).replaySource("sharing-register")).rejects.toThrow("disk full");
    expect(await line.replaySource("sharing-register")).toMatchObject({ received: 150, unchanged: 150 });
    expect(await recordsOf(line.store)).toEqual(before);
  });
});
