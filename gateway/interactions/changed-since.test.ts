import type { Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import type { Relationship } from "#mappers/mapper.ts";
import { NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { wholeBody } from "./answer.ts";
import { createHistoryType } from "./history-type.ts";
import { createSearchWorld, NOW_ms, names, practice, toRequest } from "./search-world.fixtures.ts";

const HOUR_ms = 3_600_000;
const REGISTRATION: Relationship = {
  kind: "gp-registration",
  organization: { system: ODS_ORGANIZATION, value: "Z99101" },
  start: "2026-01-01",
};

/** A child whose data are a day old, and that came onto the practice's list an hour ago. */
async function worldOfJoined() {
  const world = await createSearchWorld();
  const since = new Date(NOW_ms - 2 * HOUR_ms).toISOString();
  const patient = (id: string, value: string): Patient & { id: string } => ({
    resourceType: "Patient",
    id,
    identifier: [{ system: NHS_NUMBER, value }],
  });
  await world.child(patient("old", "9990000018"));
  const key = await world.child(patient("joined", "9990000026"), { isRegistered: false });
  const join = (at_ms: number, tie: Relationship = REGISTRATION) =>
    world.store.write((transaction) => transaction.putRelationships(key, "leeds-csds", "list", [tie], at_ms));
  const changed = async () => names(await world.bundle(practice(), `Patient?_lastUpdated=ge${since}`), "match");
  const history = async () => {
    const ports = { ...world.ports, store: world.store };
    const request = toRequest(practice(), new URLSearchParams({ _since: since }));
    const result = await createHistoryType(ports)({ ...request, interaction: "history-type", type: "Patient" });
    if (!result.ok || result.answer.body === undefined) throw new Error("a history is answered");
    return names(JSON.parse(wholeBody(result.answer.body).toString()));
  };
  return { world, join, changed, history };
}

test("a child that came onto the list since then is found, although all that is told of it is older", async () => {
  const { world, join, changed, history } = await worldOfJoined();
  await using _ = world;
  expect(await changed()).toEqual([]);
  await join(NOW_ms - HOUR_ms);
  expect(await changed()).toEqual(["Patient/joined"]);
  expect(await history()).toEqual(["Patient/joined"]);
});

test("a child that was on the list before then is not found again", async () => {
  const { world, join, changed, history } = await worldOfJoined();
  await using _ = world;
  await join(NOW_ms - 3 * HOUR_ms);
  expect(await changed()).toEqual([]);
  expect(await history()).toEqual([]);
});

test("a child whose registration was told ahead is found from its first day on", async () => {
  const { world, join, changed } = await worldOfJoined();
  await using _ = world;
  await join(NOW_ms - 3 * HOUR_ms, { ...REGISTRATION, start: "2026-11-21" });
  expect(await changed()).toEqual([]);
  await join(NOW_ms - 3 * HOUR_ms, { ...REGISTRATION, start: "2026-11-20" });
  // Of the first day midnight counts, which is more than two hours ago.
  expect(await changed()).toEqual([]);
});

test("to others the child is as it was", async () => {
  const { world, join } = await worldOfJoined();
  await using _ = world;
  const officer = practice({ id: "officer", relationship: "authority" });
  const before = await world.bundle(officer, "Patient?_id=joined");
  await join(NOW_ms - HOUR_ms);
  expect((await world.bundle(officer, "Patient?_id=joined")).entry).toEqual(before.entry);
});
