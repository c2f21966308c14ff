import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { ALL_SEEING, openWorld, PRACTICE, type World } from "./decisions.fixtures.ts";
import type { DecisionOutcome } from "./identity/decisions/decisions.ts";
import type { RecordKey } from "./store/store.ts";

const WHY = { author: "steward-demo", reason: "seen together" };
const NUMBER = "9990000018";
const HEALTH_ONLY = {
  ...ALL_SEEING,
  agreement: { ...ALL_SEEING.agreement, id: "health-only", dataClasses: ["health-visiting"] as const },
};

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** A child of health visiting with a number, and the same child of a school without. */
async function twoOfOne(): Promise<readonly [health: RecordKey, school: RecordKey]> {
  const health = { source: "leeds-csds", localId: "H", given: "Amara", nhsNumber: NUMBER, value: "weight" };
  const school = { source: "leeds-eyfsp", localId: "S", given: "Ama", value: "reading", practice: "Z9" };
  return [await world.tell({ ...health, practice: "Z1" }), await world.tell(school)];
}

function decided(outcome: DecisionOutcome): Extract<DecisionOutcome, { ok: true }> & { readonly sequence: number } {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.kind}`);
  return { ...outcome, sequence: outcome.decision?.sequence ?? 0 };
}

const merge = async (survivor: RecordKey, merged: RecordKey) =>
  decided(await world.decisions.merge({ ...WHY, survivor, merged }));
const undo = async (decision: number) => decided(await world.decisions.undo({ ...WHY, decision }));

describe("a merge", () => {
  test("shows one child with all that both told, and the other as replaced by it, to whoever saw either", async () => {
    const [health, school] = await twoOfOne();
    const ids = [await world.patientId(health), await world.patientId(school)];
    expect((await world.see(school, PRACTICE))?.patient).toBeUndefined();
    const { resources, moved, records } = await merge(health, school);
    expect([resources, moved, records]).toEqual([
      ["Observation/o-leeds-eyfsp-S"],
      [{ source: "leeds-eyfsp", localId: "S", from: school, to: health }],
      [health, school],
    ]);
    for (const who of [ALL_SEEING, PRACTICE]) {
      const seen = await world.see(health, who);
      expect(seen?.patient).toMatchObject({
        active: true,
        link: [{ other: { reference: `Patient/${ids[1]}` }, type: "replaces" }],
      });
      expect(seen?.observations.map(({ subject }) => subject?.reference)).toEqual([
        `Patient/${ids[0]}`,
        `Patient/${ids[0]}`,
      ]);
      const merged = await world.see(school, who);
      expect(merged?.observations).toEqual([]);
      expect(merged?.patient).toEqual({
        resourceType: "Patient",
        id: ids[1],
        meta: merged?.patient?.meta,
        active: false,
        link: [{ other: { reference: `Patient/${ids[0]}` }, type: "replaced-by" }],
      });
    }
  });

  test.each([
    ["findings", "reading"],
    ["words alone", undefined],
  ])("of %s tells nothing of the other to whom all of its sources are hidden", async (_, value) => {
    const [health] = await twoOfOne();
    const told = value === undefined ? {} : { value };
    const school = await world.tell({ source: "leeds-eyfsp", localId: "S2", given: "Ama", practice: "Z9", ...told });
    const before = [await world.see(health, HEALTH_ONLY), await world.versions(health, HEALTH_ONLY)];
    await merge(health, school);
    expect([await world.see(health, HEALTH_ONLY), await world.versions(health, HEALTH_ONLY)]).toEqual(before);
    expect(await world.see(school, HEALTH_ONLY)).toBeUndefined();
    expect(await world.versions(school, HEALTH_ONLY)).toEqual([]);
  });

  test("begins a version at its time, and ranks what was told by when it was told", async () => {
    const [health, school] = await twoOfOne();
    await world.tell({ source: "leeds-csds", localId: "H", given: "Amara Rose", nhsNumber: NUMBER, practice: "Z1" });
    const before = (await world.see(health))?.patient?.meta?.lastUpdated ?? "";
    await merge(health, school);
    const patient = (await world.see(health))?.patient;
    expect((patient?.meta?.lastUpdated ?? "") > before).toBe(true);
    expect(patient?.name?.[0]?.given).toEqual(["Amara Rose"]);
    const versions = (await world.versions(health)).filter(({ name }) => name.includes("Patient/"));
    expect(versions).toHaveLength(5);
  });

  test("keeps the history of what moved, and the digits of its numbers", async () => {
    const [health, school] = await twoOfOne();
    await world.write(school, "w-1", { valueQuantity: { value: 1.5 }, note: [{ text: "as told" }] });
    await world.store.write(async (transaction) => {
      const told = (await transaction.record(school))?.resources.find(({ id }) => id === "w-1");
      if (told === undefined) throw new Error("no finding");
      const body = Buffer.from(told.body.toString().replace('"value":1.5', '"value":1.500'));
      await transaction.put(school, { ...told, body, version: 2 });
    });
    await merge(health, school);
    const versions = (await world.versions(health)).filter(({ name }) => name.includes("Observation/w-1"));
    expect(versions.map(({ text }) => text.includes(`"Patient/`) && text.includes('"value":1.500'))).toEqual([
      true,
      true,
      false,
    ]);
    expect(versions[0]?.text).toContain(`"Patient/${await world.patientId(health)}"`);
    expect(versions[0]?.text).toContain('"versionId":"3"');
    expect(versions[2]?.text).toContain(`"Patient/${await world.patientId(school)}"`);
  });

  test("is told by one Provenance of the child and all that moved, which an undo ends", async () => {
    const [health, school] = await twoOfOne();
    const { sequence } = await merge(health, school);
    const told = (await world.see(health))?.others;
    expect(told).toMatchObject([
      {
        resourceType: "Provenance",
        target: [
          { reference: `Patient/${await world.patientId(health)}` },
          { reference: "Observation/o-leeds-eyfsp-S" },
        ],
      },
    ]);
    await undo(sequence);
    expect((await world.see(health))?.others).toEqual([]);
    expect((await world.see(school))?.others).toHaveLength(1);
  });

  test("in a preview answers the same and writes nothing", async () => {
    const [health, school] = await twoOfOne();
    const before = [await world.store.record(health), await world.store.record(school)];
    const preview = await world.decisions.merge({ ...WHY, survivor: health, merged: school, isPreview: true });
    expect([await world.store.record(health), await world.store.record(school)]).toEqual(before);
    expect([await world.decisions.list({}, 9), world.forgotten]).toEqual([[], []]);
    const { decision, ...outcome } = decided(await world.decisions.merge({ ...WHY, survivor: health, merged: school }));
    const { sequence: _, ...told } = outcome;
    expect(preview).toEqual(told);
    expect(world.forgotten).toHaveLength(1);
    expect(world.forgotten[0]?.records).toEqual([health, school]);
    expect(decision?.kind).toBe("merge");
  });

  test("of several after another is followed to the last, and undone from the last", async () => {
    const [health, school] = await twoOfOne();
    const third = await world.tell({ source: "wirral-csds", localId: "W", given: "Amara", value: "moved" });
    const [third_id, health_id] = [await world.patientId(third), await world.patientId(health)];
    const first = await merge(health, school);
    const second = await merge(third, health);
    const links = (record: RecordKey) => world.see(record).then((seen) => seen?.patient?.link);
    const replacedBy = [{ other: { reference: `Patient/${third_id}` }, type: "replaced-by" }];
    expect([await links(school), await links(health)]).toEqual([replacedBy, replacedBy]);
    expect(await links(third)).toHaveLength(2);
    expect(await world.decisions.undo({ ...WHY, decision: first.sequence })).toEqual({
      ok: false,
      refusal: { kind: "built-upon", by: second.sequence },
    });
    expect(await world.decisions.merge({ ...WHY, survivor: third, merged: school })).toMatchObject({
      refusal: { kind: "same-child" },
    });
    await undo(second.sequence);
    expect(await links(school)).toEqual([{ other: { reference: `Patient/${health_id}` }, type: "replaced-by" }]);
    expect((await world.see(third))?.patient?.link).toBeUndefined();
  });
});

describe("an undone merge", () => {
  test("leaves each child as it was, with what came meanwhile with whoever told it", async () => {
    const [health, school] = await twoOfOne();
    const before = [await world.see(health), await world.see(school)];
    const { sequence } = await merge(health, school);
    await world.tell({ source: "leeds-eyfsp", localId: "S", given: "Ama", value: "writing", practice: "Z9" });
    await undo(sequence);
    const after = [await world.see(health), await world.see(school)];
    const { meta: _, ...first } = before[0]?.patient ?? {};
    expect(after[0]?.patient).toMatchObject(first);
    expect(after[0]?.patient).not.toHaveProperty("link");
    expect(after[0]?.observations.map(({ valueString }) => valueString)).toEqual(["weight"]);
    expect(after[1]?.patient).toMatchObject({ active: true, name: [{ given: ["Ama"] }] });
    expect(after[1]?.observations).toMatchObject([
      { valueString: "writing", subject: { reference: `Patient/${await world.patientId(school)}` } },
    ]);
  });

  test("is a version of its own of both, and the past of neither shows the other", async () => {
    const [health, school] = await twoOfOne();
    const { sequence } = await merge(health, school);
    const during = (await world.see(health))?.patient?.meta?.lastUpdated ?? "";
    await undo(sequence);
    expect(((await world.see(health))?.patient?.meta?.lastUpdated ?? "") > during).toBe(true);
    const ids = { health: await world.patientId(health), school: await world.patientId(school) };
    expect(textOf(await world.versions(health))).not.toMatch(new RegExp(`${ids.school}|Ama"|reading|eyfsp`));
    const past = await world.versions(school);
    expect(textOf(past)).not.toMatch(new RegExp(`${ids.health}|Amara|weight|csds`));
    const patients = past.filter(({ name }) => name.endsWith(`Patient/${ids.school}`));
    expect(patients.map(({ text }) => text.includes('"active":false'))).toEqual([false, true, false]);
  });
});

describe("a split", () => {
  /** Two identities of an adopted child, linked by mistake. */
  async function adopted(): Promise<{
    readonly old: RecordKey;
    readonly renewed: RecordKey;
    readonly sequence: number;
  }> {
    const old = await world.tell({
      source: "leeds-csds",
      localId: "OLD",
      given: "Formername",
      nhsNumber: NUMBER,
      value: "then",
    });
    const told = { source: "wirral-csds", localId: "NEW", given: "Newname", nhsNumber: "9990000026", value: "now" };
    await world.tell({ ...told, joins: old });
    await world.tell({ ...told, value: "later" });
    const children = [{ source: "wirral-csds", localId: "NEW" }];
    const { sequence, decision } = decided(await world.decisions.split({ ...WHY, record: old, children }));
    return { old, renewed: decision?.other ?? 0, sequence };
  }

  test("leaves nothing of either identity to be reached from the other", async () => {
    const { old, renewed } = await adopted();
    const [old_id, renewed_id] = [await world.patientId(old), await world.patientId(renewed)];
    const ofOld = JSON.stringify([await world.see(old), await world.versions(old)]);
    const ofNew = JSON.stringify([await world.see(renewed), await world.versions(renewed)]);
    expect(ofOld).toContain("Formername");
    expect(ofOld).not.toMatch(new RegExp(`${renewed_id}|Newname|9990000026|NEW|now|later|wirral`));
    expect(ofNew).toContain("Newname");
    expect(ofNew).not.toMatch(new RegExp(`${old_id}|Formername|${NUMBER}|OLD|then|leeds`));
    expect(await world.store.neverLinked(old)).toEqual([renewed]);
    expect(await world.decisions.merge({ ...WHY, survivor: old, merged: renewed, numbersChecked: true })).toMatchObject(
      {
        refusal: { kind: "do-not-link" },
      },
    );
  });

  test("undone, shows one child with its whole past again", async () => {
    const { old, renewed, sequence } = await adopted();
    await undo(sequence);
    const seen = await world.see(old);
    expect(seen?.patient?.identifier?.map(({ value }) => value).sort()).toEqual([NUMBER, "9990000026"]);
    expect(seen?.observations.map(({ valueString }) => valueString).sort()).toEqual(["later", "then"]);
    expect(textOf(await world.versions(old))).toMatch(/"now"/);
    expect((await world.see(renewed))?.patient).toBeUndefined();
    expect(await world.store.neverLinked(old)).toEqual([]);
  });

  test("takes what a client wrote along with its word of the child, and leaves it where that word stays", async () => {
    const [health, school] = await twoOfOne();
    await world.write(school, "w-1", {});
    const { sequence } = await merge(health, school);
    await world.write(health, "w-2", {});
    await undo(sequence);
    const written = async (record: RecordKey) =>
      (await world.see(record))?.observations.map(({ id }) => id).filter((id) => id?.startsWith("w-"));
    expect([await written(health), await written(school)]).toEqual([["w-2"], ["w-1"]]);
  });
});

describe("a number that two children tell", () => {
  test("is held back by nobody who was withdrawn", async () => {
    const first = await world.tell({ source: "leeds-csds", localId: "A", given: "Amara", nhsNumber: NUMBER });
    const other = await world.tell({ source: "leeds-csds", localId: "B", given: "Bela", nhsNumber: NUMBER });
    const school = await world.tell({ source: "leeds-eyfsp", localId: "S", given: "Bel" });
    expect((await world.see(other))?.patient?.identifier).toBeUndefined();
    await world.store.write(async (transaction) => {
      await transaction.removeContribution(first, "leeds-csds", "A", world.tick());
      await transaction.removeSourceIdentity("leeds-csds", "A");
    });
    await merge(other, school);
    expect((await world.see(other))?.patient?.identifier).toMatchObject([{ value: NUMBER }]);
  });

  test("is served by the first, by the one they become, and after an undo by the first again", async () => {
    const first = await world.tell({ source: "leeds-csds", localId: "1", given: "One", nhsNumber: NUMBER });
    const second = await world.tell({ source: "wirral-csds", localId: "2", given: "Two", nhsNumber: NUMBER });
    const serving = async () => {
      const told = [(await world.see(first))?.patient, (await world.see(second))?.patient];
      const found = await world.store.findRecords([{ code: "identifier", value: `${NHS_NUMBER}|${NUMBER}` }], 9, "");
      return [...told.map((patient) => (patient?.identifier ?? []).length), found];
    };
    expect(await serving()).toEqual([1, 0, [first]]);
    const { sequence } = await merge(second, first);
    expect(await serving()).toEqual([0, 1, [second]]);
    await undo(sequence);
    expect(await serving()).toEqual([1, 0, [first]]);
  });
});

describe("refused is", () => {
  const told = { source: "leeds-csds", localId: "1", given: "One", nhsNumber: NUMBER, isVerified: true };
  const other = { source: "wirral-csds", localId: "2", given: "Two", nhsNumber: "9990000026", isVerified: true };

  test("a merge of two verified numbers that differ, unless somebody has looked", async () => {
    const [survivor, merged] = [await world.tell(told), await world.tell(other)];
    expect(await world.decisions.merge({ ...WHY, survivor, merged })).toEqual({
      ok: false,
      refusal: { kind: "numbers-differ" },
    });
    expect((await world.decisions.merge({ ...WHY, survivor, merged, numbersChecked: true })).ok).toBe(true);
  });

  test("a merge across authorities that do not let their children be linked", async () => {
    const [survivor, merged] = [
      await world.tell(told),
      await world.tell({ source: "hammersmith-csds", localId: "3", given: "Three" }),
    ];
    expect(await world.decisions.merge({ ...WHY, survivor, merged })).toMatchObject({
      refusal: { kind: "out-of-scope" },
    });
  });

  test("what was decided never to be, also by way of a merge, until that is undone", async () => {
    const [one, two] = [await world.tell(told), await world.tell({ ...other, isVerified: false })];
    const three = await world.tell({ source: "leeds-eyfsp", localId: "3", given: "Three" });
    const { sequence } = decided(await world.decisions.never({ ...WHY, one, other: two }));
    await merge(three, two);
    expect(await world.decisions.merge({ ...WHY, survivor: one, merged: three })).toEqual({
      ok: false,
      refusal: { kind: "do-not-link", decision: sequence },
    });
    await undo(sequence);
    expect((await world.decisions.merge({ ...WHY, survivor: one, merged: three })).ok).toBe(true);
  });

  test.each<[string, (one: RecordKey) => Promise<DecisionOutcome>, string]>([
    ["a child with itself", (one) => world.decisions.merge({ ...WHY, survivor: one, merged: one }), "same-child"],
    ["a child that is not there", (one) => world.decisions.merge({ ...WHY, survivor: one, merged: 999 }), "unknown"],
    ["a decision that was never made", () => world.decisions.undo({ ...WHY, decision: 7 }), "unknown"],
    ["a split of nobody", (one) => world.decisions.split({ ...WHY, record: one, children: [] }), "unknown"],
    [
      "a split of somebody else's",
      (one) => world.decisions.split({ ...WHY, record: one, children: [{ source: "leeds-csds", localId: "2" }] }),
      "unknown",
    ],
    ["a child never to be itself", (one) => world.decisions.never({ ...WHY, one, other: one }), "same-child"],
  ])("%s", async (_, ask, kind) => {
    const one = await world.tell(told);
    const before = await world.store.record(one);
    expect(await ask(one)).toMatchObject({ ok: false, refusal: { kind } });
    expect(await world.decisions.list({}, 9)).toEqual([]);
    expect(world.forgotten).toEqual([]);
    expect(await world.store.record(one)).toEqual(before);
  });

  test("a second undo, and an undo of an undo", async () => {
    const [health, school] = await twoOfOne();
    const { sequence } = await merge(health, school);
    const undone = await undo(sequence);
    expect(await world.decisions.undo({ ...WHY, decision: sequence })).toMatchObject({
      refusal: { kind: "already-undone", by: undone.sequence },
    });
    expect(await world.decisions.undo({ ...WHY, decision: undone.sequence })).toMatchObject({
      refusal: { kind: "unknown" },
    });
    expect(await world.decisions.list({ record: school }, 9)).toMatchObject([
      { kind: "undo", undoes: sequence },
      { kind: "merge", undoneBy: undone.sequence },
    ]);
  });
});

function textOf(versions: readonly { readonly name: string; readonly text: string }[]): string {
  return versions.map(({ name, text }) => `${name} ${text}`).join("\n");
}
