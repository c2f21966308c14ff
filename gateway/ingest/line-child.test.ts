import { afterEach, describe, expect, test } from "vitest";
import { onlyRecord, recordsOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./line.fixtures.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number|9990000018";
let line: TestLine;

afterEach(() => line.close());

describe("whose child it is", () => {
  test("education and health records of one child come together, and can be found by the NHS number", async () => {
    line = startLine();
    for (const table of Object.values(toTables())) await line.send("community-services-data-set", table);
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    const record = await onlyRecord(line.store);
    expect(new Set(record.resources.map(({ dataClass }) => dataClass))).toEqual(
      new Set(["health-visiting", "education"]),
    );
    expect(await line.store.reviewItems(10)).toEqual([]);
  });

  test("a late NHS number is taken, and answers what waited for it", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    expect(await line.store.reviewItems(10)).toMatchObject([{ kind: "unlinked", source: "leeds-eyfsp" }]);
    await line.send("community-services-data-set", toTables({ NHSNumber: "", NHSNumber_Status: "07" }).mpi ?? "");
    expect(await line.store.findRecords([{ code: "identifier", value: NHS }], 2, "")).toEqual([]);
    await line.send("community-services-data-set", toTables().mpi ?? "");
    const record = await onlyRecord(line.store);
    expect(await line.store.findRecords([{ code: "identifier", value: NHS }], 2, "")).toEqual([record.key]);
    expect(await line.store.reviewItems(10)).toEqual([]);
  });

  test("one NHS number with two birth dates makes two children, the second without the number", async () => {
    line = startLine();
    await line.send("community-services-data-set", toTables().mpi ?? "");
    const other = toTables({ LocalPatientID: "HV2", DateOfBirth: "2019-05-06", PersonGivenName: "Bilal" }).mpi ?? "";
    await line.send("community-services-data-set", other);
    const records = await recordsOf(line.store);
    expect(records).toHaveLength(2);
    expect(await line.store.findRecords([{ code: "identifier", value: NHS }], 3, "")).toEqual([records[0]?.key]);
    expect(records[1]?.contributions).toMatchObject([{ withheld: ["https://fhir.nhs.uk/Id/nhs-number|9990000018"] }]);
    expect(await line.store.reviewItems(10)).toMatchObject([
      { kind: "identifier-conflict", localId: "HV2", candidates: [records[0]?.key] },
    ]);
  });

  test("a number that was held back from a child is its own once the other tells it no more", async () => {
    line = startLine();
    const first = { LocalPatientID: "HV1" };
    const second = { LocalPatientID: "HV2", DateOfBirth: "2019-05-06", PersonGivenName: "Bilal" };
    for (const told of [first, second]) await line.send("community-services-data-set", toTables(told).mpi ?? "");
    const corrected = { ...first, NHSNumber: "", NHSNumber_Status: "07" };
    await line.send("community-services-data-set", toTables(corrected).mpi ?? "");
    const records = await recordsOf(line.store);
    expect(await line.store.findRecords([{ code: "identifier", value: NHS }], 3, "")).toEqual([records[1]?.key]);
    expect(records[1]?.contributions[0]?.withheld).toBeUndefined();
  });

  test("twins stay two children, even before they have names", async () => {
    line = startLine();
    const twin = (id: string, given: string) =>
      toTables({ LocalPatientID: id, PersonGivenName: given, NHSNumber: "", NHSNumber_Status: "07" }).mpi ?? "";
    for (const [id, given] of [
      ["T1", "Amina"],
      ["T2", "Amira"],
      ["T3", "Baby"],
      ["T4", "Baby"],
    ] as const) {
      await line.send("community-services-data-set", twin(id, given));
    }
    expect(await recordsOf(line.store)).toHaveLength(4);
  });
});
