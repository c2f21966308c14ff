import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { recordsOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "../ingest/line.fixtures.ts";
import type { RecordKey } from "../store/store.ts";

const NHS = "9990000018";
const BORN = "2020-02-03";
const MISTYPED = "2020-03-02";
const UPN = "J383399021001";
const DETAILS = { given_name: "Amina", family_name: "Example", postcode: "LS6 1CI" };
let line: TestLine;

beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

type Told = Readonly<Record<string, string>>;

const objection = (told: Told = {}): Told => ({
  record_id: "S1",
  child_id: "C1",
  nhs_number: NHS,
  birth_date: BORN,
  decision: "objection",
  data_classes: "education",
  state: "received",
  valid_from: "2026-08-01",
  recorded_by: "Family hub team",
  recorded_on: "2026-08-01",
  responsible_person: "parent",
  ...told,
});

const register = (...rows: readonly Told[]) => line.send("sharing-register", toCsv(rows));
const provider = (told: Told = {}) => line.send("community-services-data-set", toTables(told).mpi ?? "");
const school = (told: Told = {}) => line.send("eyfs-profile", toCsv([toProfileRow(told)]));

const found = () => line.store.findRecords([{ code: "identifier", value: `${NHS_NUMBER}|${NHS}` }], 3, "");

/** The records in which an objection stands, one entry each. */
async function objected(): Promise<readonly RecordKey[]> {
  const records = await recordsOf(line.store);
  return records.flatMap(({ key, resources }) => resources.flatMap(({ type }) => (type === "Consent" ? [key] : [])));
}

async function reviews() {
  const items = await line.store.reviewItems(10);
  return items.map(({ kind, source, record, candidates }) => ({ kind, source, records: [record, ...candidates] }));
}

/** Keys of the records that a source contributes to. */
async function recordsFrom(source: string): Promise<readonly RecordKey[]> {
  const records = await recordsOf(line.store);
  return records
    .filter(({ contributions }) => contributions.some((one) => one.source === source))
    .map(({ key }) => key);
}

describe("a source that gives a child's name to another child", () => {
  const first = { FSP_UPN: "J383399021001", FSP_DOB: "2020-02-03", FSP_SURNAME: "Firstborn" };
  const second = { FSP_UPN: "F383399925001", FSP_DOB: "2020-07-09", FSP_SURNAME: "Secondly", FSP_FORENAME: "Omar" };

  test("tells of two children, and a person sees both", async () => {
    await school(first);
    const receipt = await school(second);
    expect(receipt).toMatchObject({ committed: 1, quarantined: 0 });
    const records = await recordsOf(line.store);
    const told = records.filter(({ contributions }) => contributions.length > 0);
    expect(
      told.map(({ contributions }) => contributions.map(({ body }) => /Firstborn|Secondly/.exec(body)?.[0])),
    ).toEqual([["Secondly"]]);
    const [before] = records.filter(({ pastContributions }) => pastContributions.length > 0);
    expect(before?.resources).toEqual([]);
    expect((await reviews()).map(({ kind }) => kind)).toContain("identifier-conflict");
  });

  test.each([
    ["another number alone", { ...first, FSP_UPN: second.FSP_UPN }],
    ["another birth date alone", { ...first, FSP_DOB: second.FSP_DOB }],
    ["another name alone", { ...first, FSP_SURNAME: second.FSP_SURNAME }],
  ])("is not taken to do so for %s: that may be a correction", async (_, corrected) => {
    await school(first);
    await school(corrected);
    expect(await recordsOf(line.store)).toHaveLength(1);
  });
});

describe("the sharing register", () => {
  test("with a mistyped birth date takes no NHS number from the source that describes the child", async () => {
    await register(objection({ ...DETAILS, birth_date: MISTYPED }));
    await provider();
    const [child] = await recordsFrom("leeds-csds");
    expect(await found()).toEqual([child]);
    const [waiting] = await objected();
    expect(waiting).not.toBe(child);
    expect(await reviews()).toEqual([{ kind: "identifier-conflict", source: "leeds-csds", records: [child, waiting] }]);
  });

  test("with a mistyped birth date takes no UPN from the school", async () => {
    await register(objection({ nhs_number: "", upn: UPN, birth_date: MISTYPED }));
    await school();
    await provider();
    const [child] = await recordsFrom("leeds-eyfsp");
    const { contributions } = (await line.store.record(child ?? 0)) ?? { contributions: [] };
    expect(JSON.stringify(contributions)).toContain(UPN);
    const open = await reviews();
    expect(open.map(({ kind, source }) => [kind, source])).toEqual([
      ["unlinked", "leeds-sharing"],
      ["identifier-conflict", "leeds-eyfsp"],
    ]);
  });

  const orders: readonly [string, Told][] = [
    ["by the number alone", {}],
    ["by number and details", DETAILS],
    ["by details alone", { ...DETAILS, nhs_number: "" }],
  ];
  test.each(orders)("reaches the child that comes later, %s", async (_, told) => {
    await register(objection(told));
    expect(await found()).toEqual([]);
    await provider();
    await school();
    expect(await objected()).toEqual(await found());
    expect(await recordsFrom("leeds-eyfsp")).toEqual(await found());
    expect(await reviews()).toEqual([]);
  });

  test.each(orders)("reaches the child that came before, %s", async (_, told) => {
    await provider();
    await register(objection(told));
    expect(await objected()).toEqual(await found());
    expect(await reviews()).toEqual([]);
  });

  test("finds the child under the birth date that agrees, whichever of two rows came first", async () => {
    await register(objection({ birth_date: MISTYPED }), objection({ record_id: "S2", child_id: "C2" }));
    await provider();
    expect(await found()).toEqual([(await objected())[1]]);
    expect((await reviews()).map(({ kind }) => kind)).toEqual(["identifier-conflict"]);
  });

  test.each([
    ["before", async () => undefined],
    ["after", async () => provider().then(() => undefined)],
  ])("corrected reaches the child, when its first word came %s the child", async (_, earlier) => {
    await earlier();
    await register(objection({ birth_date: MISTYPED }));
    await provider();
    expect(await objected()).not.toEqual(await found());
    await register(objection());
    expect(await objected()).toEqual(await found());
  });

  test("corrected answers its own conflict, but not while another row about the child is in doubt", async () => {
    await provider();
    const doubtful = objection({ record_id: "S2", birth_date: MISTYPED, data_classes: "health-visiting" });
    await register(objection({ birth_date: MISTYPED }), doubtful);
    await register(objection());
    expect((await reviews()).map(({ kind }) => kind)).toEqual(["identifier-conflict"]);
    expect(new Set(await objected()).size).toBe(2);
  });

  test("corrected answers the conflict that it made alone", async () => {
    await provider();
    await register(objection({ birth_date: MISTYPED }));
    expect((await reviews()).map(({ kind }) => kind)).toEqual(["identifier-conflict"]);
    await register(objection());
    expect(await reviews()).toEqual([]);
    expect(await recordsFrom("leeds-sharing")).toEqual([]);
  });

  test("does not stand against a number that the child's own source tells late", async () => {
    await provider({ NHSNumber: "", NHSNumber_Status: "07" });
    await register(objection({ ...DETAILS, nhs_number: "9990000026" }));
    expect(await found()).toEqual([]);
    await provider();
    expect(await found()).toEqual(await recordsFrom("leeds-csds"));
    expect(await objected()).toEqual(await found());
  });
});

describe("what waits for a person", () => {
  test("a conflict stays open when the same child is told of again", async () => {
    await provider();
    const other = { LocalPatientID: "HV2", DateOfBirth: "2019-05-06", PersonGivenName: "Bilal" };
    await provider(other);
    const open = await reviews();
    expect(open.map(({ kind }) => kind)).toEqual(["identifier-conflict"]);
    await line.send(
      "community-services-data-set",
      toCsv([{ LocalPatientID: "HV2", OrgID_GP: "Z99101", GPRegistration_StartDate: "2020-02-20" }]),
    );
    expect(await reviews()).toEqual(open);
    await provider({ ...other, NHSNumber: "" });
    expect((await reviews()).map(({ kind }) => kind)).toContain("identifier-conflict");
  });

  test("an ambiguous child stays open when its school tells of it the next year", async () => {
    await provider();
    await provider({ LocalPatientID: "HV2", NHSNumber: "9990000026" });
    await school();
    expect((await reviews()).map(({ kind }) => kind)).toContain("ambiguous");
    const open = (await reviews()).filter(({ kind }) => kind === "ambiguous");
    await school({ FSP_ACADYR: "2025/2026" });
    expect((await reviews()).filter(({ kind }) => kind === "ambiguous")).toEqual(open);
  });

  test("a child without an NHS number waits until one comes, whatever else is told of it", async () => {
    await school();
    await school({ FSP_ACADYR: "2025/2026" });
    expect((await reviews()).map(({ kind }) => kind)).toEqual(["unlinked"]);
    await provider();
    expect(await reviews()).toEqual([]);
  });
});
