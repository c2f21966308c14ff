import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDecisions } from "./identity/decisions/create-decisions.ts";
import type { Decisions } from "./identity/decisions/decisions.ts";
import { createDecisionTexts } from "./ingest/decision-texts.ts";
import { RECEIVED_AT, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./ingest/line.fixtures.ts";
import type { RecordKey } from "./store/store.ts";

/** What deliveries do to children whom a person has merged or parted: the sources know nothing of it. */

let line: TestLine;
let decisions: Decisions;
beforeEach(() => {
  line = startLine();
  let now = RECEIVED_AT;
  decisions = createDecisions({
    store: line.store,
    clock: () => (now += 1_000),
    ids: randomUUID,
    matches: () => true,
    authorityOf: () => "leeds",
    ...createDecisionTexts({ fhirBase: "http://127.0.0.1:8080/fhir/R4", isWritten: () => false }),
    onRecords: async () => undefined,
  });
});
afterEach(() => line.close());

const SCHOOL = { FSP_PupilMatchingRef: "P7", FSP_FORENAME: "Beatrix", FSP_SURNAME: "Otherwise", FSP_DOB: "2019-12-30" };
const WHY = { author: "steward-demo", reason: "seen together" };

async function deliver(): Promise<readonly [health: RecordKey, school: RecordKey]> {
  for (const body of Object.values(toTables())) await line.send("community-services-data-set", body);
  await sendProfile();
  const health = await line.store.linkOf("leeds-csds", "HV1");
  const school = (await line.store.unitsOf("leeds-eyfsp", 9)).find(({ localId }) => localId !== undefined);
  if (health === undefined || school === undefined || health.record === school.record) throw new Error("two children");
  return [health.record, school.record];
}

function sendProfile(told: Readonly<Record<string, string>> = {}) {
  return line.send("eyfs-profile", toCsv([toProfileRow({ ...SCHOOL, ...told })]));
}

/** All that is held of a child, but for versions, times and the Provenances of decisions. */
async function heldOf(key: RecordKey) {
  const record = await line.store.record(key);
  const bodies = (record?.resources ?? [])
    .filter(({ source }) => source !== "identity-decisions")
    .map(({ body }) => body.toString().replace(/"versionId":"\d+","lastUpdated":"[^"]+"/, ""))
    .sort();
  return {
    bodies,
    words: record?.contributions.map(({ source, localId, body }) => [source, localId, body]),
    // When a tie was told is not restored: whoever it ties meets the record anew.
    relationships: record?.relationships.map(({ toldAt: _, ...tie }) => tie),
    units: (await line.store.lineagesOf(key)).map(({ source, unit, made }) => [source, unit, made.length]),
  };
}

describe("a delivery", () => {
  test("of the same record to a merged child changes nothing, before and after the merge is undone", async () => {
    const [health, school] = await deliver();
    const before = [await heldOf(health), await heldOf(school)];
    const merged = await decisions.merge({ ...WHY, survivor: health, merged: school, numbersChecked: true });
    expect(merged.ok && merged.resources.length).toBe(before[1]?.bodies.length);
    const held = await heldOf(health);
    expect(held.bodies).toHaveLength((before[0]?.bodies.length ?? 0) + (before[1]?.bodies.length ?? 0));
    expect((await heldOf(school)).bodies).toEqual([]);
    expect(await sendProfile()).toMatchObject({ unchanged: 1, committed: 0, quarantined: 0 });
    expect((await line.replaySource("eyfs-profile")).resources).toEqual({});
    expect(await heldOf(health)).toEqual(held);
    const decision = merged.ok ? (merged.decision?.sequence ?? 0) : 0;
    expect((await decisions.undo({ ...WHY, decision })).ok).toBe(true);
    expect(await sendProfile()).toMatchObject({ unchanged: 1, committed: 0, quarantined: 0 });
    expect((await line.replaySource("eyfs-profile")).resources).toEqual({});
    expect([await heldOf(health), await heldOf(school)]).toEqual(before);
  });

  test("of a changed record to a merged child goes to the child that stays, and back with it", async () => {
    const [health, school] = await deliver();
    const before = [await heldOf(health), await heldOf(school)];
    const merged = await decisions.merge({ ...WHY, survivor: health, merged: school, numbersChecked: true });
    // The goal itself, and the level of development that follows from it.
    const receipt = await sendProfile({ FSP_COM_E01: "1" });
    expect(receipt).toMatchObject({ committed: 1, quarantined: 0, resources: { Observation: 2, Provenance: 1 } });
    expect((await line.store.linkOf("leeds-eyfsp", await schoolName()))?.record).toBe(health);
    const decision = merged.ok ? (merged.decision?.sequence ?? 0) : 0;
    await decisions.undo({ ...WHY, decision });
    const after = [await heldOf(health), await heldOf(school)];
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.bodies).toHaveLength(before[1]?.bodies.length ?? 0);
    const changed = after[1]?.bodies.filter((body) => !before[1]?.bodies.includes(body)) ?? [];
    expect(changed.filter((body) => body.includes('"resourceType":"Observation"'))).toHaveLength(2);
    expect(after[1]?.units).toEqual(before[1]?.units);
  });

  test("of a child that was parted from another stays with it", async () => {
    const [health, school] = await deliver();
    await decisions.merge({ ...WHY, survivor: health, merged: school, numbersChecked: true });
    const children = [{ source: "leeds-eyfsp", localId: await schoolName() }];
    const split = await decisions.split({ ...WHY, record: health, children });
    const own = split.ok ? (split.decision?.other ?? 0) : 0;
    expect(await sendProfile({ FSP_COM_E01: "1" })).toMatchObject({ committed: 1, quarantined: 0 });
    expect((await heldOf(own)).bodies.join("\n")).not.toContain(await patientId(health));
    expect((await heldOf(health)).units.every(([source]) => source === "leeds-csds")).toBe(true);
    expect(await line.store.neverLinked(own)).toEqual([health]);
  });
});

async function schoolName(): Promise<string> {
  return (await line.store.unitsOf("leeds-eyfsp", 9)).find(({ localId }) => localId !== undefined)?.localId ?? "";
}

async function patientId(record: RecordKey): Promise<string> {
  return (await line.store.record(record))?.patientId ?? "";
}
