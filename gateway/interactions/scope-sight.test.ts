import type { Resource } from "@medplum/fhirtypes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DATA_CLASS, OBSERVATION_CATEGORY } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { parseScope } from "../access/scope.ts";
import type { RecordKey } from "../store/store.ts";
import { consent, GP, type House, observation, openHouse, provenance, VENDOR } from "./read.fixtures.ts";

/** What a record shows to a token whose scopes are narrowed to surveys, of children who are girls. */
let house: House;
let key: RecordKey;
beforeEach(async () => {
  house = await openHouse();
  key = await house.child("p-1");
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const WRITTEN = { source: "leeds-vendor" };
const GIRL = { gender: "female" };
const BOY = { gender: "male" };
const SURVEYS = `system/Observation.cruds?category=${OBSERVATION_CATEGORY}|survey`;
const GIRLS = "system/Patient.cruds?gender=female";

function narrowed(who: Requester, ...texts: readonly string[]): Requester {
  const scopes = texts.map((text) => {
    const parsed = parseScope(text);
    if (!parsed.ok) throw new Error(`no scope: ${text}`);
    return parsed.scope;
  });
  return { ...who, scopes };
}

const EVERY_OTHER = ["system/Provenance.cruds", "system/Consent.cruds"];
const NARROW = narrowed(GP, SURVEYS, GIRLS, ...EVERY_OTHER);

function finding(id: string, category: string): Resource {
  return observation(id, "p-1", { category: [{ coding: [{ system: OBSERVATION_CATEGORY, code: category }] }] });
}

/** `Type/id` of what is seen now, and `id/version` of the Patient's forms, newest first. */
async function seen(who: Requester) {
  const at = await house.moment();
  const view = await house.reader.view(key, who, at);
  const versions = await house.reader.versions(key, who, at, { types: ["Patient"] });
  const others = view?.pack.ids.flatMap((id, entry) => (view.isVisible(entry) ? [id] : [])) ?? [];
  return {
    now: [...(view && view.patient.size > 0 ? ["p-1"] : []), ...others],
    genders: versions.map(({ body }) => body && JSON.parse(body.toString()).gender),
  };
}

test.each<[string, readonly string[], boolean]>([
  ["the child", ["Patient/p-1"], true],
  ["a survey", ["Observation/survey"], true],
  ["an examination", ["Observation/exam"], false],
  ["a survey and an examination", ["Observation/survey", "Observation/exam"], false],
  ["an examination first", ["Observation/exam", "Observation/survey"], false],
  ["an organisation, which is held elsewhere", ["Organization/survey"], true],
  ["the child, by the id of an examination", ["Patient/exam"], false],
])("a Provenance of %s is seen as far as that is", async (_, targets, isSeen) => {
  await house.tell(key, GIRL, CSDS);
  await house.put(key, finding("survey", "survey"), CSDS);
  await house.put(key, finding("exam", "exam"), CSDS);
  await house.put(key, provenance("told", ...targets), CSDS);
  expect((await seen(NARROW)).now).toEqual(["p-1", "survey", ...(isSeen ? ["told"] : [])]);
});

test("of a child outside nothing is seen that names it, and the rest is", async () => {
  await house.tell(key, BOY, CSDS);
  await house.put(key, finding("survey", "survey"), CSDS);
  await house.put(key, provenance("of-child", "Patient/p-1"), CSDS);
  await house.put(key, provenance("of-survey", "Observation/survey"), CSDS);
  expect((await seen(NARROW)).now).toEqual(["survey", "of-survey"]);
  expect((await seen(narrowed(GP, SURVEYS, "system/Patient.cruds", ...EVERY_OTHER))).now).toContain("of-child");
});

test("what has the id of something else is not taken for it", async () => {
  await house.tell(key, GIRL, CSDS);
  await house.put(key, finding("same", "exam"), CSDS);
  await house.put(key, provenance("same", "Patient/p-1"), CSDS);
  await house.put(key, provenance("of-finding", "Observation/same"), CSDS);
  await house.put(key, provenance("of-telling", "Provenance/same"), CSDS);
  const at = await house.moment();
  const view = await house.reader.view(key, NARROW, at);
  const shown = view?.pack.ids.flatMap((id, entry) =>
    view.isVisible(entry) ? [`${view.pack.types[entry]}/${id}`] : [],
  );
  expect(shown).toEqual(["Provenance/of-telling", "Provenance/same"]);
});

test("who wrote an objection to everything sees that alone", async () => {
  await house.tell(key, GIRL, CSDS);
  await house.put(key, consent("c", "p-1", { provision: { type: "deny" } }), WRITTEN);
  await house.put(key, provenance("of-decision", "Patient/p-1"), WRITTEN);
  expect((await seen(narrowed(VENDOR, GIRLS, ...EVERY_OTHER))).now).toEqual(["c"]);
});

test("of a Patient's forms those within are seen, and none where the newest lies outside", async () => {
  await house.tell(key, BOY, CSDS);
  await house.tell(key, GIRL, { ...CSDS, at: 2_000 });
  expect((await seen(GP)).genders).toEqual(["female", "male"]);
  expect((await seen(NARROW)).genders).toEqual(["female"]);
  await house.tell(key, BOY, { ...CSDS, at: 3_000 });
  expect((await seen(NARROW)).genders).toEqual([]);
});

test("that a Patient had gone for a time is seen among its forms", async () => {
  await house.tell(key, GIRL, CSDS);
  await house.retract(key, { ...CSDS, at: 2_000 });
  await house.tell(key, GIRL, { ...CSDS, at: 3_000 });
  await house.put(
    key,
    consent("c", "p-1", { provision: { type: "permit", class: [{ system: DATA_CLASS, code: "education" }] } }),
    WRITTEN,
  );
  expect((await seen(NARROW)).genders).toEqual((await seen(GP)).genders);
});
