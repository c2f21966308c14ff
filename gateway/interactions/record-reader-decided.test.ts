import type { Patient } from "@medplum/fhirtypes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONFIDENTIALITY, DATA_CLASS, NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { resourceBytes } from "../search/pack.ts";
import type { RecordKey } from "../store/store.ts";
import {
  consent,
  GP,
  HEALTH,
  type House,
  OFFICER,
  observation,
  openHouse,
  provenance,
  STRANGER,
  VENDOR,
} from "./read.fixtures.ts";
import type { VisibleRecord } from "./record-reader.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const CSDS = { source: "leeds-csds" };
const EYFSP = { source: "leeds-eyfsp" };
const WRITTEN = { source: "leeds-vendor" };
const DECIDED = { source: DECISION_SOURCE };
const AMARA = {
  identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
  name: [{ family: "Okafor", given: ["Amara"] }],
};
const RESTRICTED = { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } };
const DENIES_ALL = { provision: { type: "deny" } };
const DENIES_EDUCATION = { provision: { type: "deny", class: [{ system: DATA_CLASS, code: "education" }] } };

async function viewOf(key: RecordKey, who: Requester): Promise<VisibleRecord | undefined> {
  return house.reader.view(key, who, await house.moment());
}

async function patientOf(key: RecordKey, who: Requester): Promise<Patient | undefined> {
  const view = await viewOf(key, who);
  return view && view.patient.size > 0 ? JSON.parse(resourceBytes(view.patient, 0).toString()) : undefined;
}

async function versionsOf(key: RecordKey, who: Requester): Promise<readonly Patient[]> {
  const found = await house.reader.versions(key, who, await house.moment(), { types: ["Patient"] });
  return found.flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body.toString())]));
}

describe("what a decision recorded", () => {
  async function seen(key: RecordKey, who: Requester): Promise<readonly string[]> {
    const view = await viewOf(key, who);
    return view?.pack.ids.filter((id, entry) => id.startsWith("decided") && view.isVisible(entry)) ?? [];
  }

  test.each<[string, readonly string[], readonly string[]]>([
    ["the child", ["Patient/p-1"], ["gp", "gp-health", "officer"]],
    ["what all see", ["Observation/health"], ["gp", "gp-health", "officer"]],
    ["education data", ["Observation/school"], ["gp", "officer"]],
    ["education data beside others", ["Observation/health", "Observation/school"], ["gp", "officer"]],
    ["what is another child's by now", ["Observation/health", "Observation/moved"], []],
    ["another child", ["Patient/p-2"], []],
    ["an organisation, which no decision moves", ["Organization/o"], []],
  ])("of %s is told to who sees that", async (_, targets, expected) => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.tell(key, AMARA, EYFSP);
    await house.put(key, observation("health", "p-1"), CSDS);
    await house.put(key, observation("school", "p-1"), EYFSP);
    await house.put(key, provenance("decided", ...targets), DECIDED);
    const sees: string[] = [];
    for (const [name, who] of Object.entries({ gp: GP, "gp-health": HEALTH, officer: OFFICER })) {
      if ((await seen(key, who)).length > 0) sees.push(name);
    }
    expect(sees).toEqual(expected);
  });

  test("is told of a restricted child to officers alone", async () => {
    const key = await house.child("p-1");
    await house.tell(key, { ...AMARA, ...RESTRICTED }, CSDS);
    await house.put(key, provenance("decided", "Patient/p-1"), DECIDED);
    expect([await seen(key, GP), await seen(key, OFFICER)]).toEqual([[], ["decided"]]);
  });

  test("is told to nobody to whom the child is not", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, consent("c", "p-1", DENIES_ALL), WRITTEN);
    await house.put(key, provenance("decided", "Patient/p-1"), DECIDED);
    expect(await viewOf(key, VENDOR)).toMatchObject({ patient: { size: 0 } });
    expect(await seen(key, VENDOR)).toEqual([]);
  });

  test("is told in no other form than a Provenance", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("decided", "p-1"), DECIDED);
    expect(await seen(key, OFFICER)).toEqual([]);
  });

  test("is followed through no more than five that are about each other", async () => {
    const key = await house.child("p-1");
    await house.tell(key, AMARA, CSDS);
    await house.put(key, observation("health", "p-1"), CSDS);
    await house.put(key, provenance("decided-0", "Observation/health"), DECIDED);
    for (let n = 1; n < 7; n++) {
      await house.put(key, provenance(`decided-${n}`, `Provenance/decided-${n - 1}`), DECIDED);
    }
    expect(await seen(key, GP)).toEqual(["decided-0", "decided-1", "decided-2", "decided-3", "decided-4"]);
  });
});

describe("a child that is merged into another", () => {
  /** Children p-1, which stays, and p-2, of which these sources had told. */
  async function merge(...sources: readonly string[]) {
    const [survivor, other] = [await house.child("p-1"), await house.child("p-2")];
    await house.tell(survivor, AMARA, CSDS);
    await house.tell(survivor, AMARA, EYFSP);
    const decision = await house.store.write(async (transaction) => {
      const sequence = await transaction.appendDecision({
        kind: "merge",
        author: "steward-demo",
        reason: "seen together",
        evidence: [],
        decidedAt: 5_000,
        survivor,
        other,
        moved: sources.map((source) => ({ source, localId: "B1", from: other, to: survivor })),
        others: [],
        isForbidding: false,
      });
      await transaction.setMerged(other, { into: survivor, decision: sequence });
      return sequence;
    });
    return { survivor, other, decision };
  }

  const REPLACED_BY = { active: false, link: [{ other: { reference: "Patient/p-1" }, type: "replaced-by" }] };
  const REPLACES = [{ other: { reference: "Patient/p-2" }, type: "replaces" }];

  test("is that one, to whom one of those who had told of it is seen, and nothing more", async () => {
    const { survivor, other } = await merge("leeds-eyfsp");
    await house.put(other, observation("left", "p-2"), CSDS);
    const view = await viewOf(other, GP);
    expect(view).toMatchObject({ patientId: "p-2", isMerged: true, pack: { size: 0 } });
    expect(view?.isVisible(0)).toBe(false);
    expect(await patientOf(other, GP)).toMatchObject({ id: "p-2", ...REPLACED_BY });
    expect(await patientOf(survivor, GP)).toMatchObject({ id: "p-1", active: true, link: REPLACES });
  });

  test("is unknown, and so is that there was one, to whom none of those is seen", async () => {
    const { survivor, other } = await merge("leeds-eyfsp");
    expect(await viewOf(other, HEALTH)).toBeUndefined();
    expect(await patientOf(survivor, HEALTH)).not.toHaveProperty("link");
    expect(await viewOf(other, STRANGER)).toBeUndefined();
  });

  test("is known by one of several, and by one that tells no more than who the child is", async () => {
    const { survivor, other } = await merge("leeds-csds", "leeds-eyfsp");
    expect(await patientOf(other, HEALTH)).toMatchObject(REPLACED_BY);
    await house.put(survivor, consent("c", "p-1", DENIES_EDUCATION), WRITTEN);
    expect(await patientOf(other, GP)).toMatchObject(REPLACED_BY);
  });

  test("is known by one that tells no more than who the child is alone", async () => {
    const { survivor, other } = await merge("leeds-eyfsp");
    await house.put(survivor, consent("c", "p-1", DENIES_EDUCATION), WRITTEN);
    expect(await patientOf(other, GP)).toMatchObject(REPLACED_BY);
  });

  test("is named beside the links that a client wrote, and where it wrote none", async () => {
    const { survivor } = await merge("leeds-vendor");
    for (const source of [CSDS, EYFSP]) await house.retract(survivor, { ...source, at: 2_000 });
    await house.tell(survivor, AMARA, { ...WRITTEN, at: 3_000 });
    expect((await patientOf(survivor, VENDOR))?.link).toEqual(REPLACES);
    const link = [{ other: { reference: "Patient/p-9" }, type: "seealso" }];
    await house.tell(survivor, { ...AMARA, link }, { ...WRITTEN, at: 4_000 });
    expect((await patientOf(survivor, VENDOR))?.link).toEqual([...link, ...REPLACES]);
  });

  test("is unknown where all is objected to, also to who wrote the objection", async () => {
    const { survivor, other } = await merge("leeds-csds");
    await house.put(survivor, consent("c", "p-1", DENIES_ALL), WRITTEN);
    expect(await viewOf(survivor, VENDOR)).toMatchObject({ patient: { size: 0 } });
    expect(await viewOf(other, VENDOR)).toBeUndefined();
  });

  test("had been inactive for as long as it was, once that is undone", async () => {
    const { survivor, other, decision } = await merge("leeds-csds");
    await house.tell(other, AMARA, CSDS);
    await house.store.write(async (transaction) => {
      await transaction.appendDecision({
        kind: "undo",
        undoes: decision,
        author: "steward-demo",
        reason: "two after all",
        evidence: [],
        decidedAt: 9_000,
        survivor,
        other,
        moved: [{ source: "leeds-csds", localId: "B1", from: survivor, to: other }],
        others: [],
        isForbidding: false,
      });
      await transaction.setMerged(other, undefined);
    });
    const versions = await versionsOf(other, GP);
    expect(versions.map(({ active, link }) => ({ active, link }))).toEqual([
      { active: true, link: undefined },
      { active: false, link: undefined },
      { active: true, link: undefined },
    ]);
    expect(await patientOf(survivor, GP)).not.toHaveProperty("link");
  });
});

describe("that a source's word had not been of this child", () => {
  async function move(source: string) {
    const [from, to] = [await house.child("p-1"), await house.child("p-2")];
    await house.tell(from, AMARA, CSDS);
    await house.tell(from, AMARA, { source });
    await house.store.write(async (transaction) => {
      const link = { source, localId: "A1", record: from, author: "rule/1", evidence: [], decidedAt: 1 };
      await transaction.appendLink(link);
      await transaction.removeContribution(from, source, "A1", 3_000);
      await transaction.moveChild({ source, localId: "A1", from, to, isPastShown: false });
    });
    return from;
  }

  test("is a version of its own for whom that source may be read by, and shows to nobody else", async () => {
    const key = await move("leeds-eyfsp");
    expect([await versionsOf(key, GP), await versionsOf(key, HEALTH)]).toMatchObject([{ length: 2 }, { length: 1 }]);
    const needingConsent = { ...GP.agreement, id: "asked", implicitPolicy: { education: "deny" } } as const;
    expect(await versionsOf(key, { ...GP, agreement: needingConsent })).toHaveLength(1);
  });

  test("shows to nobody where the source is registered no more", async () => {
    const key = await move("leeds-closed");
    expect(await versionsOf(key, GP)).toHaveLength(1);
  });
});
