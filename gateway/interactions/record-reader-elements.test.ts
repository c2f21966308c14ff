import type { Observation, Patient } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LOINC, NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import { CONFORMANCE, GP, type House, observation, openHouse } from "./read.fixtures.ts";
import type { VisibleRecord } from "./record-reader.ts";
import { createSearchWorld, observation as heightOf, names, practice } from "./search-world.fixtures.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const FEW: Requester = {
  ...GP,
  agreement: {
    ...GP.agreement,
    id: "few",
    elements: { Patient: ["identifier", "birthDate"], Observation: ["code", "subject", "value"] },
  },
};
const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }], text: "Body weight" };
const AMARA: Omit<Patient, "resourceType"> = {
  identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
  name: [{ family: "Okafor" }],
  birthDate: "2021-02-03",
  gender: "female",
};

function weight(value: number, more: object = {}) {
  return observation("o", "p-1", { code: WEIGHT, valueQuantity: { value, unit: "kg" }, ...more });
}

async function viewOf(key: RecordKey, who: Requester): Promise<VisibleRecord> {
  const view = await house.reader.view(key, who, await house.moment());
  if (view === undefined) throw new Error("nothing is seen");
  return view;
}

async function observationOf(key: RecordKey, who = FEW): Promise<Observation> {
  const { pack } = await viewOf(key, who);
  return JSON.parse(resourceBytes(pack, 0).toString());
}

async function patientOf(key: RecordKey, who = FEW): Promise<Patient> {
  const { patient } = await viewOf(key, who);
  return JSON.parse(resourceBytes(patient, 0).toString());
}

const SUBSETTED = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };

describe("an agreement on some elements", () => {
  test("releases these, and what is mandatory or a modifier, and says that it is a part", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, weight(12.5, { note: [{ text: "cheerful" }], _issued: { id: "x" } }), CSDS);
    const released = await observationOf(key);
    expect(Object.keys(released).sort()).toEqual([
      "code",
      "id",
      "meta",
      "resourceType",
      "status",
      "subject",
      "valueQuantity",
    ]);
    expect(released.meta?.tag).toEqual([SUBSETTED]);
    const patient = await patientOf(key);
    expect(Object.keys(patient).sort()).toEqual(["active", "birthDate", "id", "identifier", "meta", "resourceType"]);
    expect(patient.meta?.tag).toEqual([SUBSETTED]);
    expect(Object.keys(await observationOf(key, GP))).toContain("note");
  });

  test("keeps the digits of numbers", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, JSON.stringify(weight(1)).replace('"value":1,', '"value":12.50,'), CSDS);
    const { pack } = await viewOf(key, FEW);
    expect(resourceBytes(pack, 0).toString()).toContain('"value":12.50');
  });

  test("has versions of its own, which what is not released changes in nothing", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, weight(12), { ...CSDS, at: 1_000 });
    const first = await observationOf(key);
    await house.put(key, weight(12, { note: [{ text: "cheerful" }] }), { ...CSDS, version: 2, at: 2_000 });
    expect(await observationOf(key)).toEqual(first);
    await house.put(key, weight(13), { ...CSDS, version: 3, at: 3_000 });
    const changed = await observationOf(key);
    expect(changed.meta?.versionId).not.toBe(first.meta?.versionId);
    expect(changed.meta?.lastUpdated).toBe(new Date(3_000).toISOString());
    await house.put(key, weight(12), { ...CSDS, version: 4, at: 4_000 });
    const back = await observationOf(key);
    expect([first, changed].map(({ meta }) => meta?.versionId)).not.toContain(back.meta?.versionId);
    const versions = await house.reader.versions(key, FEW, await house.moment(), { types: ["Observation"] });
    expect(versions.map(({ lastUpdated_ms }) => lastUpdated_ms)).toEqual([4_000, 3_000, 1_000]);
    expect(versions.map(({ versionId }) => versionId)).toEqual(
      [back, changed, first].map(({ meta }) => meta?.versionId),
    );
  });

  test("has a Patient that what is not released changes in nothing", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, { ...CSDS, at: 1_000 });
    const first = await patientOf(key);
    await house.tell(key, { ...AMARA, name: [{ family: "Okafor-Hale" }] }, { ...CSDS, at: 2_000, version: 2 });
    expect(await patientOf(key)).toEqual(first);
    await house.tell(key, { ...AMARA, birthDate: "2021-02-04" }, { ...CSDS, at: 3_000, version: 3 });
    expect((await patientOf(key)).meta?.lastUpdated).toBe(new Date(3_000).toISOString());
  });

  test.each([
    ["Patient", "family=okafor", 0],
    ["Patient", "gender=female", 0],
    ["Patient", "gender:missing=true", 1],
    ["Patient", "birthdate=2021-02-03", 1],
    ["Patient", `identifier=${NHS_NUMBER}|9990000018`, 1],
    ["Observation", `patient=p-1&code=${LOINC}|29463-7`, 1],
    ["Observation", "patient=p-1&date=2026-03-01", 0],
    ["Observation", "patient=p-1&date:missing=true", 1],
    ["Observation", "patient=p-1&value-quantity=gt12", 1],
    ["Observation", "patient.family=okafor", 0],
    ["Observation", "patient.birthdate=2021-02-03", 1],
  ] as const)("is searched by %s?%s as what it releases says", async (type, query, expected) => {
    await using world = await createSearchWorld();
    const key = await world.child({ resourceType: "Patient", id: "p-1", ...AMARA });
    await world.put(key, [heightOf("o", "p-1", { code: WEIGHT, valueQuantity: { value: 12.5 } })]);
    const { elements } = FEW.agreement;
    const matches = names(await world.bundle(practice({ id: "few", elements }), `${type}?${query}`), "match");
    expect(matches.length).toBe(expected);
  });

  test("leaves others what they had", async () => {
    const key = await house.child("p-1", CONFORMANCE.agreement.idSpace);
    await house.tell(key, AMARA, { source: "conformance-client", idSpace: CONFORMANCE.agreement.idSpace });
    expect(await patientOf(key, CONFORMANCE)).toHaveProperty("name");
  });
});
