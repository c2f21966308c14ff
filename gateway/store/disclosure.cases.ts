import { describe, expect, test } from "vitest";
import type { NewDisclosureDecision } from "./disclosure-verbs.ts";
import type { RecordKey } from "./record.ts";
import { type Child, contribution, resource } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

const OBJECTION: NewDisclosureDecision = {
  kind: "objection",
  consent: "c-1",
  state: "refused",
  author: "officer-demo",
  reason: "withdrawn by the family",
  decidedAt_ms: 1_000,
};
const DUTY: NewDisclosureDecision = {
  kind: "duty",
  duty: "CA2004-16LA",
  recipient: "urn:ods|Y1",
  dataClasses: ["education"],
  isDetrimental: false,
  family: "deferred",
  author: "officer-demo",
  reason: "a plan is being made",
  decidedAt_ms: 2_000,
  until_ms: 9_000,
};
const STEP = { author: "steward-demo", reason: "no longer needed", at_ms: 5_000 };

export function disclosureCases(store: () => Store, child: Child): void {
  const append = (record: RecordKey, decision: NewDisclosureDecision, awaits = true) =>
    store().write((t) => t.appendDisclosureDecision(record, decision, awaits));
  const consent = (record: RecordKey, version: number, told: object) =>
    store().write((t) => {
      const body = Buffer.from(JSON.stringify({ resourceType: "Consent", ...told }));
      return t.put(record, resource({ type: "Consent", id: "c-1", version, body, source: "leeds-sharing" }));
    });
  const stand = (record: RecordKey, authority: string) =>
    store().write((t) => t.putContribution(record, authority, contribution({ localId: `${record}` }), []));
  const merge = (survivor: RecordKey, other: RecordKey) =>
    store().write(async (t) => {
      const decision = await t.appendDecision({
        kind: "merge",
        author: "steward-demo",
        reason: "seen together",
        evidence: [],
        decidedAt: 1,
        survivor,
        other,
        moved: [],
        others: [],
        isForbidding: false,
      });
      await t.setMerged(other, { into: survivor, decision });
    });
  const idsOf = async (record: RecordKey) => (await store().record(record))?.disclosureDecisions.map(({ id }) => id);

  describe("decisions on disclosure", () => {
    test("are told with their record as they were appended, and each step raises the record's version", async () => {
      const record = await child("p-1");
      const id = await append(record, DUTY);
      expect(await store().record(record)).toMatchObject({ version: 2, disclosureDecisions: [{ id, ...DUTY }] });
      expect((await store().person(record))?.disclosureDecisions).toHaveLength(1);
      const review = { ...STEP, isUpheld: false };
      expect(await store().write((t) => t.reviewDisclosureDecision(id, review))).toBe(true);
      expect(await store().recordVersion(record)).toBe(3);
      expect(await store().write((t) => t.endDisclosureDecision(id, STEP))).toBe(true);
      expect(await store().recordVersion(record)).toBe(4);
      const told = { ...DUTY, id, record, review, endedAt_ms: STEP.at_ms, ended: STEP };
      expect(await store().disclosureDecisionsOf(record)).toEqual([told]);
      expect(await store().disclosureDecision(id)).toEqual(told);
    });

    test("end once and are reviewed once, and what is not there is neither", async () => {
      const record = await child("p-1");
      const id = await append(record, DUTY);
      const end = (which: number) => store().write((t) => t.endDisclosureDecision(which, STEP));
      const review = (which: number) =>
        store().write((t) => t.reviewDisclosureDecision(which, { ...STEP, isUpheld: true }));
      expect([await end(id), await end(id), await end(id + 1)]).toEqual([true, false, false]);
      expect([await review(id), await review(id), await review(id + 1)]).toEqual([true, false, false]);
      expect(await store().disclosureDecision(id + 1)).toBeUndefined();
    });

    test("stay as they were when the transaction that made them failed", async () => {
      const record = await child("p-1");
      const failing = store().write(async (t) => {
        await t.appendDisclosureDecision(record, DUTY, true);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await store().record(record)).toMatchObject({ version: 1, disclosureDecisions: [] });
    });

    test("are listed by authority, kind, time and whether they wait, page by page", async () => {
      const [leeds, halton] = [await child("p-1"), await child("p-2")];
      await stand(leeds, "leeds");
      await stand(halton, "halton");
      const first = await append(leeds, OBJECTION, false);
      const second = await append(leeds, DUTY);
      const third = await append(halton, DUTY);
      const list = async (filter: object, limit = 9) =>
        (await store().disclosureDecisions({ authorities: ["leeds", "halton"], ...filter }, limit)).map(({ id }) => id);
      expect(await list({})).toEqual([first, second, third]);
      expect(await list({}, 1)).toEqual([first]);
      expect(await list({ after: first }, 1)).toEqual([second]);
      expect(await list({ authorities: undefined })).toEqual([first, second, third]);
      expect(await list({ authorities: ["leeds"] })).toEqual([first, second]);
      expect(await list({ authorities: [] })).toEqual([]);
      expect(await list({ kinds: ["objection"] })).toEqual([first]);
      expect(await list({ isAwaitingReview: true })).toEqual([second, third]);
      expect(await list({ decidedBefore_ms: 2_000 })).toEqual([first]);
      await store().write((t) => t.reviewDisclosureDecision(second, { ...STEP, isUpheld: true }));
      expect(await list({ isAwaitingReview: true })).toEqual([third]);
    });

    test("of a merged child are told with the one that stays, and only while it is merged", async () => {
      const [survivor, other] = [await child("p-1"), await child("p-2")];
      await stand(survivor, "leeds");
      const id = await append(other, DUTY);
      await merge(survivor, other);
      expect(await idsOf(survivor)).toEqual([id]);
      expect((await store().disclosureDecisions({ authorities: ["leeds"] }, 9)).map((one) => one.id)).toEqual([id]);
      const version = (await store().recordVersion(survivor)) ?? 0;
      await store().write((t) => t.endDisclosureDecision(id, STEP));
      expect(await store().recordVersion(survivor)).toBe(version + 1);
      await store().write((t) => t.setMerged(other, undefined));
      expect([await idsOf(survivor), await idsOf(other)]).toEqual([[], [id]]);
    });

    test("on an objection go where its Consent goes, and come back with it", async () => {
      const [here, there] = [await child("p-1"), await child("p-2")];
      await consent(here, 1, { status: "active", patient: { reference: "Patient/p-1" } });
      const id = await append(here, OBJECTION);
      await consent(there, 2, { status: "active", patient: { reference: "Patient/p-2" }, meta: { versionId: "2" } });
      expect([await idsOf(here), await idsOf(there)]).toEqual([[], [id]]);
      expect((await store().disclosureDecision(id))?.endedAt_ms).toBeUndefined();
      await consent(here, 3, { status: "active", patient: { reference: "Patient/p-1" } });
      expect([await idsOf(here), await idsOf(there)]).toEqual([[id], []]);
    });

    test.each([
      ["says something else", { status: "active", provision: { type: "deny" } }],
      ["is ended", undefined],
    ])("on an objection end when its Consent %s", async (_, told) => {
      const record = await child("p-1");
      await consent(record, 1, { status: "active" });
      const id = await append(record, OBJECTION);
      if (told === undefined) await store().write((t) => t.remove("Consent", "c-1", "", 5));
      else await consent(record, 2, told);
      expect((await store().disclosureDecision(id))?.ended?.author).toBe("gateway");
    });
  });

  describe("Consents", () => {
    test("are listed by source, page by page, as long as they stand", async () => {
      const [one, other] = [await child("p-1"), await child("p-2")];
      await store().write(async (t) => {
        await t.put(one, resource());
        await t.put(one, resource({ type: "Consent", id: "c-1", source: "leeds-sharing" }));
        await t.put(other, resource({ type: "Consent", id: "c-2", source: "leeds-vendor" }));
      });
      const both = ["leeds-sharing", "leeds-vendor"];
      const [first, second] = await store().consentPlaces(both, 0, 9);
      expect([first, second]).toMatchObject([
        { record: one, id: "c-1", source: "leeds-sharing" },
        { record: other, id: "c-2", source: "leeds-vendor" },
      ]);
      expect(await store().consentPlaces(both, first?.place ?? 0, 9)).toEqual([second]);
      expect(await store().consentPlaces(["leeds-vendor"], 0, 9)).toEqual([second]);
      expect(await store().consentPlaces(["nobody"], 0, 9)).toEqual([]);
      await store().write((t) => t.remove("Consent", "c-1", "", 5));
      expect(await store().consentPlaces(both, 0, 9)).toEqual([second]);
    });
  });
}
