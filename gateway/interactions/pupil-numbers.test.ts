import { afterEach, beforeEach, expect, test } from "vitest";
import { LOINC, UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import type { RecordKey } from "../store/store.ts";
import { GP, type House, OFFICER, observation, openHouse, provenance, VENDOR } from "./read.fixtures.ts";

let house: House;
let key: RecordKey;
beforeEach(async () => {
  house = await openHouse();
  key = await house.child("p-1");
  await house.tell(key, { name: [{ family: "Okafor" }] }, { source: "leeds-csds" });
});
afterEach(() => house.close());

const VENDORS = { source: "leeds-vendor" };
const WEIGHT = { code: { coding: [{ system: LOINC, code: "29463-7" }] } };
const PUPIL = { system: UPN, value: "a upn" };
const OTHER_WRITER: Requester = { ...VENDOR, agreement: { ...VENDOR.agreement, id: "other" } };

/** What somebody sees of a record beside the Patient, and every version of it. */
async function seen(
  who: Requester,
): Promise<{ readonly now: readonly string[]; readonly versions: readonly string[] }> {
  const at = await house.moment();
  const view = await house.reader.view(key, who, at);
  const versions = await house.reader.versions(key, who, at, { types: ["Observation", "Provenance"] });
  return {
    now: view?.pack.ids.flatMap((id, entry) => (view.isVisible(entry) ? [id] : [])) ?? [],
    versions: versions.map(({ id, versionId }) => `${id}/${versionId}`),
  };
}

test.each<[string, object]>([
  ["in its subject", { subject: { reference: "Patient/p-1", identifier: PUPIL } }],
  ["among its identifiers", { identifier: [PUPIL] }],
  ["in an extension", { extension: [{ url: "urn:e", valueIdentifier: PUPIL }] }],
  ["in what it contains", { contained: [{ resourceType: "Patient", id: "twin", identifier: [PUPIL] }] }],
])("a finding with a pupil number %s is seen by its writer and by whose agreement names them", async (_, more) => {
  await house.put(key, observation("o-1", "p-1", { ...WEIGHT, ...more }), VENDORS);
  await house.put(key, observation("o-2", "p-1", WEIGHT), VENDORS);
  await house.put(
    key,
    observation("o-3", "p-1", { ...WEIGHT, hasMember: [{ reference: "Observation/o-1" }] }),
    VENDORS,
  );
  await house.put(key, provenance("r-1", "Observation/o-1"), VENDORS);
  const all = ["o-1", "o-2", "o-3", "r-1"];
  expect((await seen(OFFICER)).now).toEqual(all);
  expect((await seen(VENDOR)).now).toEqual(all);
  expect(await seen(GP)).toEqual({ now: ["o-2"], versions: ["o-2/1"] });
});

test("who writes reads of others no finding with a pupil number", async () => {
  const { agreement } = OTHER_WRITER;
  const writes = { source: "conformance-client", updateCreate: false, unknownSubjects: false };
  await house.put(key, observation("o-1", "p-1", { ...WEIGHT, identifier: [PUPIL] }), VENDORS);
  expect((await seen({ ...OTHER_WRITER, agreement: { ...agreement, writes } })).now).toEqual([]);
});

test("a version with a pupil number is hidden where the one after it has none", async () => {
  await house.put(key, observation("o-1", "p-1", { ...WEIGHT, identifier: [PUPIL] }), VENDORS);
  await house.put(key, observation("o-1", "p-1", WEIGHT), { ...VENDORS, version: 2, at: 2_000 });
  expect((await seen(OFFICER)).versions).toEqual(["o-1/2", "o-1/1"]);
  expect(await seen(GP)).toEqual({ now: ["o-1"], versions: ["o-1/2"] });
});

test("that a finding without a pupil number ended is told to whom it was", async () => {
  await house.put(key, observation("o-1", "p-1", WEIGHT), VENDORS);
  await house.end("Observation/o-1", 2_000);
  expect((await seen(GP)).versions).toEqual((await seen(OFFICER)).versions);
  expect((await seen(GP)).versions).toHaveLength(2);
});
