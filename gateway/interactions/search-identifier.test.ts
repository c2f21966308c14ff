import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseQuery } from "../search/query.ts";
import { candidatesOf } from "./candidates.ts";
import {
  createSearchWorld,
  FHIR,
  laboratory,
  observation,
  practice,
  type SearchWorld,
} from "./search-world.fixtures.ts";

const SCANS = "https://example.org/scans";

let world: SearchWorld;
let ada = 0;

beforeAll(async () => {
  world = await createSearchWorld();
  ada = await world.child({ resourceType: "Patient", id: "ada" });
  const bo = await world.child({ resourceType: "Patient", id: "bo" });
  const hidden = await world.child({ resourceType: "Patient", id: "hidden" }, { isRegistered: false });
  const scan = (value: string) => ({ identifier: [{ value: "loose" }, { system: SCANS, value }, { system: SCANS }] });
  await world.put(ada, [observation("a-77", "ada", scan("77")), observation("a-78", "ada", scan("78"))]);
  await world.put(bo, [observation("b-77", "bo", scan("77")), observation("b-comma", "bo", scan("7,8|9"))]);
  await world.put(hidden, [observation("h-77", "hidden", scan("77"))]);
  await world.share([
    { resourceType: "Organization", id: "clinic", name: "Clinic", ...scan("77") },
    { resourceType: "Organization", id: "other", name: "Other", ...scan("78") },
    // Of a child who is held nowhere: no practice sees it, however it asks.
    observation("unknown-77", "nobody", scan("77")),
  ]);
});
afterAll(() => world[Symbol.asyncDispose]());

function ids({ entry = [] }: Bundle): readonly string[] {
  return entry.flatMap(({ resource, search }) => (search?.mode === "match" ? (resource?.id ?? []) : [])).toSorted();
}

test.each([
  ["Observation", `${SCANS}|77`, ["a-77", "b-77"]],
  ["Observation", `${SCANS}|77,${SCANS}|78`, ["a-77", "a-78", "b-77"]],
  ["Observation", `${SCANS}|7\\,8\\|9`, ["b-comma"]],
  ["Observation", `${SCANS}|79`, []],
  ["Observation", `https://example.org/other|77`, []],
  ["Observation", "77", ["a-77", "b-77"]],
  ["Observation", `${SCANS}|`, ["a-77", "a-78", "b-77", "b-comma"]],
  ["Observation", "|loose", ["a-77", "a-78", "b-77", "b-comma"]],
  ["Organization", `${SCANS}|77`, ["clinic"]],
  ["Organization", `${SCANS}|77,${SCANS}|78`, ["clinic", "other"]],
  ["Consent", `${SCANS}|77`, []],
])("%s?identifier=%s finds %j", async (type, value, expected) => {
  expect(ids(await world.bundle(practice(), `${type}?identifier=${encodeURIComponent(value)}`))).toEqual(expected);
});

test("an identifier narrows together with other parameters, and :not does not lead by it", async () => {
  const asked = `identifier=${encodeURIComponent(`${SCANS}|77`)}`;
  expect(ids(await world.bundle(practice(), `Observation?${asked}&subject=bo`))).toEqual(["b-77"]);
  expect(
    ids(await world.bundle(practice(), `Observation?identifier:not=${encodeURIComponent(`${SCANS}|77`)}`)),
  ).toEqual(["a-78", "b-comma"]);
});

test("a version without the identifier is found by it no more", async () => {
  await world.put(ada, [observation("changed", "ada", { identifier: [{ system: SCANS, value: "80" }] })]);
  const asked = `Observation?identifier=${encodeURIComponent(`${SCANS}|80`)}`;
  expect(ids(await world.bundle(practice(), asked))).toEqual(["changed"]);
  await world.put(ada, [observation("changed", "ada")]);
  expect(ids(await world.bundle(practice(), asked))).toEqual([]);
});

test("only records that hold the identifier are looked into", async () => {
  const parsed = parseQuery("Observation", new URLSearchParams({ identifier: `${SCANS}|78` }), {
    handling: "strict",
    fhirBase: FHIR,
  });
  if (!parsed.ok) throw new Error("refused");
  const at = {
    changes: await world.ports.reader.changes(),
    now_ms: Date.parse("2026-07-01T12:00:00Z"),
    today: "2026-07-01",
  };
  for (const requester of [practice(), laboratory()]) {
    expect(await candidatesOf(parsed.query, { requester, at }, world.ports)).toMatchObject({
      known: requester.agreement.idSpace === "" ? [ada] : [],
      children: false,
    });
  }
});
