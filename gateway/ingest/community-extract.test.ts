import type { Observation } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordsOf, startLine, type TestLine, toCsv } from "./line.fixtures.ts";

const KIND = "community-services-data-set";
type Row = Readonly<Record<string, string>>;

let line: TestLine;
beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

const child = (localId: string, told: Row = {}): Row => ({
  LocalPatientID: localId,
  OrgID_LocalPatientID: "Z9911",
  NHSNumber: "",
  DateOfBirth: "2022-03-14",
  Gender: "2",
  PersonGivenName: `Given${localId}`,
  PersonFamilyName: "Example",
  Postcode: "LS6 1CI",
  ...told,
});
const referral = (id: string, localId: string): Row => ({
  ServiceRequestID: id,
  LocalPatientID: localId,
  ReferralRequest_ReceivedDate: "2022-03-20",
});
const contact = (id: string, request: string, told: Row = {}): Row => ({
  CareContactID: id,
  ServiceRequestID: request,
  Contact_Date: "2024-06-20",
  AttendanceStatus: "5",
  ...told,
});
const activity = (id: string, at: string): Row => ({ CareActivityID: id, CareContactID: at, Activity_Type: "11" });
const weight = (id: string, value: string): Row => ({ CareActivityID: id, Weight: value, Height: "", Length: "" });

const send = (...rows: readonly Row[]) => line.send(KIND, toCsv(rows));

/** Observations that are there now, by what the source calls their child. */
async function observationsByChild(): Promise<Readonly<Record<string, readonly Observation[]>>> {
  const found: Record<string, readonly Observation[]> = {};
  for (const { contributions, resources } of await recordsOf(line.store)) {
    const bodies = resources.map(({ body }): Observation => JSON.parse(String(body)));
    const [first] = contributions;
    found[first?.localId ?? ""] = bodies.filter(({ resourceType }) => resourceType === "Observation");
  }
  return found;
}

/** Weights of each child, in the order of their values. */
async function weights() {
  const byChild = await observationsByChild();
  return Object.fromEntries(
    Object.entries(byChild).map(([name, observations]) => [
      name,
      observations.flatMap(({ valueQuantity }) => (valueQuantity?.code === "kg" ? valueQuantity.value : [])).sort(),
    ]),
  );
}

describe("the tables of an extract", () => {
  const files: readonly (readonly Row[])[] = [
    [child("HV1")],
    [referral("R1", "HV1")],
    [contact("C1", "R1")],
    [activity("A1", "C1")],
    [weight("A1", "12.4")],
    [{ CareActivityID: "A1", SNOMED_ID: "953261000000103", Score: "45" }],
  ];

  test.each([
    ["from the child down", [0, 1, 2, 3, 4, 5]],
    ["from the findings up", [5, 4, 3, 2, 1, 0]],
    ["in no order", [3, 0, 5, 2, 4, 1]],
  ])("come %s and make the same review of the same findings", async (_order, order) => {
    for (const at of order) await send(...(files[at] ?? []));
    const { HV1: made = [] } = await observationsByChild();
    const review = made.find(({ hasMember, valueCodeableConcept }) => hasMember && valueCodeableConcept);
    const panel = made.find(({ code }) => code.text === "ASQ-3 scores, 27 month questionnaire");
    expect(made).toHaveLength(4);
    expect(review?.hasMember).toHaveLength(2);
    expect(review?.hasMember).toContainEqual({ reference: `Observation/${panel?.id}` });
    expect(panel?.hasMember).toHaveLength(1);
  });

  test("sent again with the header of a later period change nothing, and what did change is replaced", async () => {
    for (const file of files) await send(...file);
    const header = await send({ OrgID_Provider: "Z9911", RP_StartDate: "2024-07-01", RP_EndDate: "2024-07-31" });
    expect(header).toMatchObject({ committed: 1, resources: {} });
    expect(header.waiting ?? []).toEqual([]);
    for (const file of files) expect(await send(...file)).toMatchObject({ committed: 0, unchanged: 1, resources: {} });
    expect(await send(weight("A1", "12.6"))).toMatchObject({ committed: 1, quarantined: 0 });
    expect(await weights()).toEqual({ HV1: [12.6] });
  });
});

test("a contact that moves to a referral of another child takes its findings along, and both reviews are told anew", async () => {
  await send(child("HV1"), child("HV2", { PersonGivenName: "Other" }));
  await send(referral("R1", "HV1"), referral("R2", "HV2"));
  await send(contact("C1", "R1"), contact("C2", "R2"));
  await send(activity("A1", "C1"), activity("A2", "C2"));
  await send(weight("A1", "11.1"), weight("A2", "12.2"));
  expect(await weights()).toEqual({ HV1: [11.1], HV2: [12.2] });
  await send(contact("C1", "R2"), contact("C2", "R1"));
  expect(await weights()).toEqual({ HV1: [12.2], HV2: [11.1] });
  const byChild = await observationsByChild();
  for (const observations of Object.values(byChild)) {
    const ids = new Set(observations.map(({ id }) => `Observation/${id}`));
    const members = observations.flatMap(({ hasMember = [] }) => hasMember.map(({ reference = "" }) => reference));
    expect(members.filter((reference) => !ids.has(reference))).toEqual([]);
    expect(members).toHaveLength(1);
  }
});

test("of two rows for one child the later counts", async () => {
  await send(child("HV1"), child("HV1", { DateOfBirth: "2022-03-15" }), referral("R1", "HV1"));
  const [record, ...others] = await recordsOf(line.store);
  expect(others).toEqual([]);
  expect(JSON.stringify(record?.contributions)).toContain("2022-03-15");
});

test("a contact that turns out not to have been attended takes its findings back", async () => {
  await send(child("HV1"));
  await send(referral("R1", "HV1"));
  await send(contact("C1", "R1"));
  await send(activity("A1", "C1"));
  await send(weight("A1", "11.1"));
  await send(contact("C1", "R1", { AttendanceStatus: "7" }));
  expect(await observationsByChild()).toEqual({ HV1: [] });
});

describe("a file of a table that makes nothing", () => {
  test.each([
    ["CYP402SVF", { LocalPatientID: "HV1", SafeguardingFactors_Type: "03" }],
    ["CYP403CPP", { LocalPatientID: "HV1", CPP_Reason: "N", CPP_StartDate: "2024-01-02", CPP_EndDate: "" }],
    ["CYP501CodedImm", { LocalPatientID: "HV1", Immunisation_Date: "2024-01-02", ImmunisationProcedure: "170378007" }],
    ["CYP901StaffDetails", { CareProfessionalID_Local: "S1", RegistrationBody: "03", RegistrationEntryID: "98I2341E" }],
  ])("of %s is refused by name, and nothing of it is kept", async (name, row) => {
    const receipt = await send(row);
    expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    expect(JSON.stringify(receipt.issues)).toContain(`${name} is turned away`);
    const kept = await line.store.quarantined({ sources: ["leeds-csds"] }, 10);
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toMatch(/HV1|98I2341E|170378007/);
  });
});

test.each([
  ["centimetres in the column of metres", { CareActivityID: "A1", Weight: "", Height: "87.6", Length: "" }],
  ["grams in the column of kilograms", { CareActivityID: "A1", Weight: "12400", Height: "", Length: "" }],
  ["a decimal comma", { CareActivityID: "A1", Weight: '"12,4"', Height: "", Length: "" }],
  ["a number as a spreadsheet writes it", { CareActivityID: "A1", Weight: "1.10E+01", Height: "", Length: "" }],
  ["a formula", { CareActivityID: "A1", Weight: "=12+1", Height: "", Length: "" }],
])("%s holds its row back and makes nothing", async (_what, row) => {
  await send(child("HV1"));
  await send(referral("R1", "HV1"));
  await send(contact("C1", "R1"));
  await send({ ...activity("A1", "C1"), Activity_Type: "02" });
  expect(await send(row)).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
  expect(await observationsByChild()).toEqual({ HV1: [] });
});
