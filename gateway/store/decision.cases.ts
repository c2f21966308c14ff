import { describe, expect, test } from "vitest";
import type { StoredDecision } from "./identity-verbs.ts";
import type { RecordKey } from "./record.ts";
import type { ReviewItem } from "./review-verbs.ts";
import { type Child, contribution, resource, rollOf } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

export function decisionCases(store: () => Store, child: Child): void {
  const link = (localId: string, record: RecordKey) => ({
    source: "leeds-eyfsp",
    localId,
    record,
    author: "rule/1",
    evidence: [],
    decidedAt: 1,
  });
  const toDecision = (told: Partial<StoredDecision>): Omit<StoredDecision, "sequence" | "undoneBy"> => ({
    kind: "merge",
    author: "steward-demo",
    reason: "seen together",
    evidence: ["birth date agrees"],
    decidedAt: 5_000,
    survivor: 1,
    other: 2,
    moved: [],
    others: [],
    isForbidding: false,
    ...told,
  });
  const decide = (told: Partial<StoredDecision>) => store().write((t) => t.appendDecision(toDecision(told)));

  describe("children alike", () => {
    test("are found by a key that they share, each once, and cut where more share one than were asked for", async () => {
      const record = await child("p-1");
      await store().write(async (transaction) => {
        for (const [localId, keys] of [
          ["A", [1, 2]],
          ["B", [2, 3]],
          ["C", [2]],
        ] as const) {
          await transaction.appendLink(link(localId, record));
          await transaction.putSourceIdentity("leeds-eyfsp", localId, { localId }, keys);
        }
      });
      const found = async (keys: readonly number[], limit = 9) => {
        const { children, isCut } = await store().findAlike(keys, limit);
        return [children.map(({ localId }) => localId), isCut];
      };
      expect(await found([1, 2, 3])).toEqual([["A", "B", "C"], false]);
      expect(await found([2], 2)).toEqual([["A", "B"], true]);
      expect(await found([4, 9_007_199_254_740_991])).toEqual([[], false]);
      await store().write((t) => t.putSourceIdentity("leeds-eyfsp", "A", { localId: "A" }, [9_007_199_254_740_991]));
      expect(await found([1])).toEqual([[], false]);
      expect(await found([9_007_199_254_740_991])).toEqual([["A"], false]);
    });
    test("are those first who share most keys, and of equals those whose keys few share", async () => {
      const record = await child("p-1");
      await store().write(async (transaction) => {
        for (const [localId, keys] of [
          ["one of three", [1]],
          ["two of them", [1, 2]],
          ["all of them", [1, 2, 3]],
          ["one that few share", [4]],
          ["one that as few share", [5]],
        ] as const) {
          await transaction.appendLink(link(localId, record));
          await transaction.putSourceIdentity("leeds-eyfsp", localId, { localId }, keys);
        }
      });
      const found = async (limit: number, most: number) => {
        const { children, isCut } = await store().findAlike([1, 2, 3, 4], limit, { most });
        return [children.map(({ localId }) => localId), isCut];
      };
      expect(await found(9, 4)).toEqual([["one of three", "two of them", "all of them", "one that few share"], false]);
      expect(await found(9, 3)).toEqual([["two of them", "all of them", "one that few share"], false]);
      expect(await found(9, 1)).toEqual([["all of them"], true]);
      // Of three who share it, one key alone is not gone by where others are; two such keys may hide somebody.
      expect(await found(2, 9)).toEqual([["two of them", "all of them", "one that few share"], false]);
      expect(await found(1, 9)).toEqual([["all of them", "one that few share"], true]);
    });

    test("whose print is not worth it stays unread, and whoever has none is read", async () => {
      const record = await child("p-1");
      const put = (localId: string, print?: string) =>
        store().write((t) => t.putSourceIdentity("leeds-eyfsp", localId, { localId }, [1], print));
      const found = async (isWorthReading?: (print: string) => boolean) => {
        const bounds = isWorthReading === undefined ? {} : { isWorthReading };
        return (await store().findAlike([1, 2], 9, bounds)).children.map(({ localId }) => localId);
      };
      await store().write(async (transaction) => {
        for (const localId of ["A", "B", "C"]) await transaction.appendLink(link(localId, record));
      });
      await put("A", "like");
      await put("B", "unlike");
      await put("C");
      expect(await found()).toEqual(["A", "B", "C"]);
      expect(await found((print) => print === "like")).toEqual(["A", "C"]);
      await put("A", "unlike");
      await put("B");
      expect(await found((print) => print === "like")).toEqual(["B", "C"]);
      await store().write((t) => t.removeSourceIdentity("leeds-eyfsp", "A"));
      await put("A");
      expect(await found(() => false)).toEqual(["A", "B", "C"]);
    });

    test("of the source that asks are those alone who share a telling key", async () => {
      const record = await child("p-1");
      await store().write(async (transaction) => {
        for (const [source, localId, keys] of [
          ["leeds-csds", "other", [1]],
          ["leeds-eyfsp", "own", [1]],
          ["leeds-eyfsp", "own and telling", [1, 2]],
          ["wirral-eyfsp", "another", [1, 2]],
        ] as const) {
          await transaction.appendLink({ ...link(localId, record), source });
          await transaction.putSourceIdentity(source, localId, { localId }, keys);
        }
      });
      const found = async (source: string, limit = 9) => {
        const bounds = { asking: { source, isTelling: (key: number) => key === 2 } };
        const { children } = await store().findAlike([1, 2], limit, bounds);
        return children.map(({ localId }) => localId);
      };
      expect(await found("leeds-eyfsp")).toEqual(["other", "own and telling", "another"]);
      expect(await found("wirral-eyfsp")).toEqual(["other", "own", "own and telling", "another"]);
      expect(await found("a-new-source")).toEqual(["other", "own", "own and telling", "another"]);
      expect(await found("leeds-csds", 2)).toEqual(["own and telling", "another"]);
    });
  });

  describe("decisions", () => {
    test("are told newest first, by record, with the one that undoes each", async () => {
      const first = await decide({ moved: [{ source: "s", localId: "A", from: 2, to: 1 }], others: ["Observation/o"] });
      const second = await decide({ kind: "never", survivor: 3, other: 4, isForbidding: true });
      const third = await decide({ kind: "undo", undoes: first });
      expect((await store().decisions({}, 9)).map(({ sequence }) => sequence)).toEqual([third, second, first]);
      expect(await store().decisions({ record: 4 }, 9)).toMatchObject([{ sequence: second }]);
      expect(await store().decisions({ before: third }, 1)).toMatchObject([{ sequence: second }]);
      expect(await store().decision(first)).toEqual({
        ...toDecision({ moved: [{ source: "s", localId: "A", from: 2, to: 1 }], others: ["Observation/o"] }),
        sequence: first,
        undoneBy: third,
      });
      expect(await store().decision(99)).toBeUndefined();
    });

    test("never to link hold for whatever either is merged into, until they are undone", async () => {
      const [one, other, third] = [await child("p-1"), await child("p-2"), await child("p-3")];
      const never = await decide({ kind: "never", survivor: one, other, isForbidding: true });
      expect(await store().neverLinked(one)).toEqual([other]);
      const merge = await decide({ survivor: third, other });
      await store().write((t) => t.setMerged(other, { into: third, decision: merge }));
      expect([await store().neverLinked(one), await store().neverLinked(third)]).toEqual([[third], [one]]);
      await decide({ kind: "undo", undoes: never });
      expect(await store().neverLinked(third)).toEqual([]);
    });
  });

  describe("a merged record", () => {
    test("says what it is merged into in the end, and that one of whom it is made", async () => {
      const [one, two, three] = [await child("p-1"), await child("p-2"), await child("p-3")];
      const moved = [{ source: "leeds-eyfsp", localId: "A", from: one, to: two }];
      const first = await decide({ survivor: two, other: one, decidedAt: 5_000, moved });
      await store().write((t) => t.setMerged(one, { into: two, decision: first }));
      const version = (await store().recordVersion(one)) ?? 0;
      const second = await decide({ survivor: three, other: two, decidedAt: 6_000 });
      await store().write((t) => t.setMerged(two, { into: three, decision: second }));
      expect(await store().recordVersion(one)).toBe(version + 1);
      expect(await store().record(one)).toMatchObject({
        mergedInto: three,
        merged: { at: 6_000, sources: ["leeds-eyfsp"] },
        replaces: [],
      });
      expect((await store().record(three))?.replaces).toEqual([
        { record: one, patientId: "p-1", at: 6_000, sources: ["leeds-eyfsp"] },
        { record: two, patientId: "p-2", at: 6_000, sources: [] },
      ]);
      expect(await store().scanRecords({}, 0, 9)).toEqual([three]);
      await decide({ kind: "undo", undoes: second, survivor: three, other: two, decidedAt: 7_000 });
      await store().write((t) => t.setMerged(two, undefined));
      expect(await store().record(one)).toMatchObject({ mergedInto: two, merged: { at: 5_000 } });
      const freed = await store().record(two);
      expect(freed).not.toHaveProperty("mergedInto");
      expect(freed?.mergedBefore).toEqual([{ at: 6_000, until: 7_000, sources: [] }]);
    });
  });

  describe("a source's child that moves", () => {
    test("takes its lineage, relationships and claims along, and its past where that is another child's", async () => {
      const [from, to] = [await child("p-1"), await child("p-2")];
      const lineage = { hash: "h", record: from, made: [], delivery: "r-1", line: 1, receivedAt: 1, mapping: 1 };
      const key = "upn|Z395000190001";
      await store().write(async (transaction) => {
        for (const localId of ["A1", "B1"]) {
          await transaction.appendLink(link(localId, from));
          await transaction.putLineage("leeds-eyfsp", `${localId}/2025`, { ...lineage, localId });
          await transaction.putRelationships(from, "leeds-eyfsp", `${localId}/2025`, [rollOf(localId)]);
          const claim = { key, source: "leeds-eyfsp", localId, record: from, isWithheld: false };
          await transaction.claimIdentityKey(claim);
          await transaction.putContribution(from, "leeds", contribution({ localId }), []);
          await transaction.putContribution(
            from,
            "leeds",
            contribution({ localId, body: "{}", lastUpdated: 2_000 }),
            [],
          );
        }
        await transaction.moveChild({ source: "leeds-eyfsp", localId: "A1", from, to, isPastShown: false });
      });
      expect((await store().lineagesOf(to)).map(({ unit, localId }) => [unit, localId])).toEqual([["A1/2025", "A1"]]);
      expect((await store().lineagesOf(from)).map(({ unit }) => unit)).toEqual(["B1/2025"]);
      expect((await store().record(to))?.relationships.map(({ organization }) => organization.value)).toEqual(["A1"]);
      expect(await store().identityKeyHolders(key)).toEqual([to, from]);
      const left = await store().record(from);
      expect(left?.pastContributions.map(({ localId }) => localId)).toEqual(["B1"]);
      expect(left?.leavings).toEqual([{ source: "leeds-eyfsp", at: 2_000 }]);
      await store().write((t) =>
        t.moveChild({ source: "leeds-eyfsp", localId: "A1", from: to, to: from, isPastShown: false }),
      );
      const back = await store().record(from);
      expect(back?.pastContributions.map(({ localId }) => localId)).toEqual(["A1", "B1"]);
      expect(back?.leavings).toEqual([]);
    });

    test("brings the times of all that was told in a merged record into the span of the other", async () => {
      const [from, to] = [await child("p-1"), await child("p-2")];
      await store().write((t) => t.putContribution(from, "leeds", contribution({ lastUpdated: 100 }), []));
      await store().write((t) => t.putContribution(to, "leeds", contribution({ lastUpdated: 700 }), []));
      const decision = await decide({ survivor: to, other: from });
      await store().write((t) => t.setMerged(from, { into: to, decision }));
      const changes = await store().recordsByChange({}, { direction: "newest-first" }, 9);
      expect(changes.find(({ key }) => key === to)).toEqual({ key: to, first: 100, last: 700 });
    });

    test("leaves no version of a resource in the history of the record in which it was", async () => {
      const [from, to] = [await child("p-1"), await child("p-2")];
      await store().write((t) => t.put(from, resource()));
      await store().write((t) => t.put(to, resource({ version: 2 })));
      const versionsOf = async (record: RecordKey) =>
        (await store().recordHistory(record)).map(({ version }) => version);
      expect([await versionsOf(from), await versionsOf(to)]).toEqual([[], []]);
      await store().write((t) => t.put(from, resource({ version: 3 })));
      expect([await versionsOf(from), await versionsOf(to)]).toEqual([[1], []]);
      const decision = await decide({ survivor: to, other: from });
      await store().write(async (transaction) => {
        await transaction.put(to, resource({ version: 4 }));
        await transaction.setMerged(from, { into: to, decision });
      });
      expect(await versionsOf(to)).toEqual([3, 2, 1]);
    });

    test("stands in the authorities that are said, and in no other", async () => {
      const key = await child("p-1");
      await store().write((t) => t.putContribution(key, "leeds", contribution(), []));
      await store().write((t) => t.setStanding(key, ["wirral"]));
      expect(await store().scanRecords({ authorities: ["leeds"] }, 0, 9)).toEqual([]);
      expect(await store().scanRecords({ authorities: ["wirral"] }, 0, 9)).toEqual([key]);
    });
  });

  describe("a contribution", () => {
    test("keeps what is withheld of it and since when it is here, now and as a past one", async () => {
      const key = await child("p-1");
      const told = contribution({ withheld: ["urn:number|1"], since: 3_000 });
      await store().write((t) => t.putContribution(key, "leeds", told, []));
      expect((await store().record(key))?.contributions).toEqual([told]);
      await store().write((t) => t.putContribution(key, "leeds", contribution({ lastUpdated: 4_000 }), []));
      expect((await store().record(key))?.pastContributions).toEqual([{ ...told, until: 4_000 }]);
    });
  });

  describe("a review item", () => {
    const item = (change: Partial<ReviewItem> = {}): ReviewItem => ({
      kind: "ambiguous",
      source: "leeds-eyfsp",
      localId: "A1",
      record: 1,
      candidates: [2, 3],
      evidence: ["family name agrees"],
      createdAt: 5,
      bits: 12.5,
      ...change,
    });
    const open = (change?: Partial<ReviewItem>) => store().write((t) => t.openReview(item(change)));
    const ask = { sources: ["leeds-eyfsp"], order: "newest" } as const;

    test("is paged by source, kind and time, in the order that is asked for", async () => {
      await open();
      await open({ localId: "B1", bits: 20, createdAt: 6 });
      await open({ localId: "C1", kind: "unlinked", createdAt: 7, candidates: [] });
      await open({ localId: "D1", source: "leeds-csds" });
      const page = async (filter: Partial<Parameters<Store["reviewPage"]>[0]>, limit = 9) =>
        (await store().reviewPage({ ...ask, ...filter }, limit)).map(({ localId }) => localId);
      expect(await page({})).toEqual(["C1", "B1", "A1"]);
      expect(await page({ order: "most-evidence", kinds: ["ambiguous"] })).toEqual(["B1", "A1"]);
      expect(await page({ order: "oldest", from: 6, until: 7 })).toEqual(["B1"]);
      const [last] = await store().reviewPage(ask, 1);
      expect(await page({ after: last ?? { id: 0 } }, 1)).toEqual(["B1"]);
    });

    test.each([
      ["newest", "C1", ["B1", "A1"]],
      ["oldest", "B1", ["C1", "D1"]],
      ["most-evidence", "C1", ["A1", "D1"]],
    ] as const)("goes on behind one that was closed meanwhile, %s first", async (order, closed, following) => {
      await open();
      await open({ localId: "B1", bits: 20 });
      await open({ localId: "C1", bits: 12.5 + 1 });
      await store().write((t) => t.openReview({ ...item({ localId: "D1" }), bits: 1 }));
      const all = await store().reviewPage({ ...ask, order }, 9);
      const after = all.find(({ localId }) => localId === closed) ?? { id: 0 };
      await store().write((t) => t.closeReviewItem(after.id, 10));
      const page = await store().reviewPage({ ...ask, order, after }, 9);
      expect(page.map(({ localId }) => localId)).toEqual(following);
    });

    test("that was dismissed stays so until other candidates come", async () => {
      await open();
      const [{ id } = { id: 0 }] = await store().reviewItems(9);
      const dismissal = { by: "steward-demo", reason: "known cousins", at: 9 };
      await store().write((t) => t.dismissReview(id, dismissal));
      await open();
      expect(await store().reviewItems(9)).toEqual([]);
      expect(await store().reviewPage({ ...ask, state: "dismissed" }, 9)).toMatchObject([{ id, dismissal }]);
      await open({ candidates: [2, 4] });
      expect(await store().reviewItems(9)).toMatchObject([{ candidates: [2, 4] }]);
      await store().write(async (transaction) => {
        await transaction.closeReview("leeds-eyfsp", "A1");
        await transaction.reopenReview(id);
      });
      expect(await store().reviewItem(id)).toMatchObject({ id, candidates: [2, 3] });
      expect(await store().reviewItem(id)).not.toHaveProperty("dismissal");
      await store().write((t) => t.closeReviewItem(id, 10));
      expect(await store().reviewItem(id)).toMatchObject({ closedAt: 10 });
    });

    test("names what its candidates are merged into, and asks nothing when that is the child itself", async () => {
      const [own, one, two] = [await child("p-1"), await child("p-2"), await child("p-3")];
      await store().write((t) => t.appendLink(link("A1", own)));
      await open({ record: own, candidates: [one, two] });
      const merge = await decide({ survivor: two, other: one });
      await store().write((t) => t.setMerged(one, { into: two, decision: merge }));
      expect(await store().reviewItems(9)).toMatchObject([{ candidates: [two] }]);
      await store().write((t) => t.setMerged(two, { into: own, decision: merge }));
      expect([await store().reviewItems(9), await store().reviewItemsOf(own)]).toEqual([[], []]);
      await store().write((t) => t.setMerged(two, undefined));
      expect(await store().reviewItemsOf(own)).toHaveLength(1);
      await open({ record: own, candidates: [own], kind: "identifier-conflict" });
      expect(await store().reviewItemsOf(own)).toHaveLength(2);
    });
  });
}
