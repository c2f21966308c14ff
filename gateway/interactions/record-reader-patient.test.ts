import { afterEach, beforeEach, expect, test } from "vitest";
import { CONFIDENTIALITY, NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import { GP, type House, OFFICER, openHouse } from "./read.fixtures.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = "leeds-csds";
const EYFSP = "leeds-eyfsp";
const NUMBER = { system: NHS_NUMBER, value: "9990000018" };
const RESTRICTED = { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } };
const HEALTH_SAYS = { identifier: [NUMBER], name: [{ family: "Okafor", given: ["Amara"] }], gender: "female" };
const SCHOOL_SAYS = { identifier: [NUMBER], name: [{ family: "Okafor", given: ["Amarachi"] }], gender: "unknown" };

/** The Patient as one requester gets it, and its versions. */
async function told(key: RecordKey, who: Requester): Promise<{ readonly body: string; readonly versions: number }> {
  const at = await house.moment();
  const view = await house.reader.view(key, who, at);
  if (!view || view.patient.size === 0) throw new Error("no Patient is seen");
  const versions = await house.reader.versions(key, who, at, { types: ["Patient"] });
  return { body: resourceBytes(view.patient, 0).toString(), versions: versions.length };
}

test.each<[string, of: object, first: object, then: object]>([
  ["another address", RESTRICTED, { address: [{ city: "Otley" }] }, { address: [{ city: "Ilkley" }] }],
  ["a telephone number", RESTRICTED, {}, { telecom: [{ system: "phone", value: "07700 900123" }] }],
  ["another practice", RESTRICTED, {}, { generalPractitioner: [{ display: "Park View" }] }],
])("that a source tells %s of a restricted child shows in nothing", async (_, restricted, first, then) => {
  const key = await house.child("p-1");
  await house.tell(key, { ...HEALTH_SAYS, ...restricted, ...first }, { source: CSDS, at: 1_000 });
  await house.tell(key, { ...SCHOOL_SAYS }, { source: EYFSP, at: 2_000 });
  const before = await told(key, GP);
  await house.tell(key, { ...HEALTH_SAYS, ...restricted, ...then }, { source: CSDS, at: 3_000 });
  expect(await told(key, GP)).toEqual(before);
  await house.tell(key, { ...HEALTH_SAYS, gender: "other", ...restricted, ...then }, { source: CSDS, at: 4_000 });
  expect(JSON.parse((await told(key, GP)).body).gender).toBe("other");
});

test("of another child the same makes the source the newest", async () => {
  const key = await house.child("p-1");
  await house.tell(key, HEALTH_SAYS, { source: CSDS, at: 1_000 });
  await house.tell(key, SCHOOL_SAYS, { source: EYFSP, at: 2_000 });
  expect(JSON.parse((await told(key, GP)).body).gender).toBe("unknown");
  await house.tell(key, { ...HEALTH_SAYS, address: [{ city: "Ilkley" }] }, { source: CSDS, at: 3_000 });
  expect(JSON.parse((await told(key, GP)).body).gender).toBe("female");
});

test("an identifier that the agreement does not name makes its source no newer for that requester", async () => {
  const key = await house.child("p-1");
  await house.tell(key, SCHOOL_SAYS, { source: EYFSP, at: 1_000 });
  await house.tell(key, HEALTH_SAYS, { source: CSDS, at: 2_000 });
  const before = await told(key, GP);
  const pupil = { system: UPN, value: "a upn" };
  await house.tell(key, { ...SCHOOL_SAYS, identifier: [NUMBER, pupil] }, { source: EYFSP, at: 3_000 });
  expect(await told(key, GP)).toEqual(before);
  const { body } = await told(key, OFFICER);
  expect(JSON.parse(body)).toMatchObject({ gender: "unknown", identifier: [NUMBER, pupil] });
});

test("an element that the agreement leaves out makes its source no newer", async () => {
  const few: Requester = {
    ...GP,
    agreement: { ...GP.agreement, id: "few", elements: { Patient: ["name", "gender"] } },
  };
  const key = await house.child("p-1");
  await house.tell(key, HEALTH_SAYS, { source: CSDS, at: 1_000 });
  await house.tell(key, SCHOOL_SAYS, { source: EYFSP, at: 2_000 });
  const before = await told(key, few);
  await house.tell(key, { ...HEALTH_SAYS, birthDate: "2021-02-03" }, { source: CSDS, at: 3_000 });
  expect(await told(key, few)).toEqual(before);
});

test.each<[string, readonly number[], readonly number[]]>([
  ["between two tellings is a version of its own", [1_000, 9_000], [9_000, 5_000, 1_000]],
  ["after all that is told is one, too", [1_000], [5_000, 1_000]],
  ["before all that is told is none", [9_000], [9_000]],
  ["when something is told is the same one", [5_000], [5_000]],
])("that a child comes onto a requester's list %s", async (_, told_ms, expected) => {
  const key = await house.child("p-1");
  const tie = { kind: "gp-registration", organization: GP.organization, start: "1970-01-01" } as const;
  await house.store.write((transaction) => transaction.putRelationships(key, CSDS, "registration", [tie], 5_000));
  for (const [index, at] of told_ms.entries()) {
    await house.tell(key, { ...HEALTH_SAYS, gender: index === 0 ? "female" : "other" }, { source: CSDS, at });
  }
  const versions = await house.reader.versions(key, GP, await house.moment(), { types: ["Patient"] });
  expect(versions.map(({ lastUpdated_ms }) => lastUpdated_ms)).toEqual(expected);
});
