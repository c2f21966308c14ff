import { expect, test } from "vitest";
import type { Ahead } from "./ahead-verbs.ts";
import type { IdentityClaim, Link } from "./identity-verbs.ts";
import type { RecordKey } from "./record.ts";
import type { ReviewItem } from "./review-verbs.ts";
import { type Child, contribution, FAMILY, resource, rollOf } from "./store.fixtures.ts";
import type { ReadVerbs, Store, WriteTransaction } from "./store.ts";

const KEY = "upn|Z395000190001";
const AHEAD: Ahead = {
  source: "s",
  units: ["A1", "B1", "none"],
  localIds: ["A", "B", "none"],
  identityKeys: [KEY, "upn|free"],
  alike: [
    { keys: [7, 8], limit: 10, asking: undefined },
    { keys: [7, 8], limit: 10, asking: { source: "s", isTelling: (key) => key === 8 } },
    { keys: [7, 9], limit: 1, asking: undefined },
    { keys: [7, 8], limit: 10, isWorthReading: (print) => print !== "print of A" },
  ],
};

interface Records {
  readonly first: RecordKey;
  readonly second: RecordKey;
}

function linkTo(record: RecordKey, localId: string, source = "s"): Link {
  return { source, localId, record, author: "rule/1", evidence: ["birth date equal"], decidedAt: 1 };
}

function claimOf(record: RecordKey, localId: string): IdentityClaim {
  return { key: KEY, source: "s", localId, record, isWithheld: false };
}

async function tell(
  transaction: WriteTransaction,
  record: RecordKey,
  {
    localId,
    keys,
    source = "s",
  }: { readonly localId: string; readonly keys: readonly number[]; readonly source?: string },
): Promise<void> {
  await transaction.appendLink(linkTo(record, localId, source));
  await transaction.putSourceIdentity(source, localId, { localId, given: "Amina" }, keys, `print of ${localId}`);
}

function putLineage(transaction: WriteTransaction, record: RecordKey, unit: string): Promise<void> {
  const [localId = ""] = unit;
  const of = { delivery: "r-1", line: 4, receivedAt: 1_000, mapping: 1 };
  return transaction.putLineage("s", unit, { ...of, hash: `h${record}`, record, made: [], localId });
}

/** All that can be read ahead, by the verbs that are asked for it. */
async function answersOf(reads: ReadVerbs, { first, second }: Records): Promise<unknown> {
  const { units = [], localIds = [], identityKeys = [], alike = [] } = AHEAD;
  return {
    units: (await reads.unitsOf("s", 100)).filter(({ unit }) => units.includes(unit)),
    links: await Promise.all(localIds.map((localId) => reads.linkOf("s", localId))),
    told: (await Promise.all([first, second].map((record) => reads.sourceChildrenOf(record)))).map((children) =>
      children.map(({ source, localId, record, body }) => ({ source, localId, record, body })),
    ),
    unitsOf: await Promise.all([first, second].map((record) => reads.lineagesOf(record))),
    never: await Promise.all([first, second].map((record) => reads.neverLinked(record))),
    ties: await Promise.all([first, second].map(async (record) => (await reads.record(record))?.relationships)),
    resources: await Promise.all([first, second].map(async (record) => (await reads.record(record))?.resources)),
    said: await Promise.all([first, second].map(async (record) => (await reads.record(record))?.contributions)),
    holders: await Promise.all(identityKeys.map((key) => reads.identityKeyHolders(key))),
    alike: await Promise.all(
      alike.map(async ({ keys, limit, ...bounds }) => {
        const { children, isCut } = await reads.findAlike(keys, limit, bounds);
        return {
          isCut,
          children: children.map(({ source, localId, record, body }) => ({ source, localId, record, body })),
        };
      }),
    ),
  };
}

/** All that can be read ahead of those who are known. */
function aheadOf({ first, second }: Records): Ahead {
  return {
    ...AHEAD,
    tellersOf: [first],
    known: [
      { record: first, localId: "A", unit: "A1", withUnits: true },
      { record: second, localId: "B", unit: "B1" },
    ],
  };
}

/** What a work alone can ask for; relationships cannot be asked for, and are told by what is told of them anew. */
async function heldOf(transaction: WriteTransaction, { first, second }: Records): Promise<unknown> {
  return {
    lineages: await Promise.all((AHEAD.units ?? []).map((unit) => transaction.lineage("s", unit))),
    claims: await Promise.all(["A", "B", "none"].map((localId) => transaction.identityClaimsOf("s", localId))),
    current: await Promise.all([first, second].map((record) => transaction.currentOf(record))),
    contributions: await Promise.all([
      transaction.contribution(first, "s", "A"),
      transaction.contribution(second, "s", "B"),
      transaction.contribution(second, "s", "A"),
      transaction.contribution(second, "s", "none"),
    ]),
  };
}

const CHANGES: readonly (readonly [string, (transaction: WriteTransaction, records: Records) => Promise<void>])[] = [
  ["a link", (transaction, { second }) => transaction.appendLink(linkTo(second, "A"))],
  ["the first link of a child", (transaction, { second }) => transaction.appendLink(linkTo(second, "none"))],
  ["a lineage", (transaction, { second }) => putLineage(transaction, second, "A1")],
  ["the first lineage of a unit", (transaction, { second }) => putLineage(transaction, second, "none")],
  ["that there is a lineage", (transaction) => transaction.removeLineage("s", "A1")],
  ["a claim", (transaction, { second }) => transaction.claimIdentityKey(claimOf(second, "B"))],
  [
    "that a claim is withheld",
    (transaction, { first }) => transaction.claimIdentityKey({ ...claimOf(first, "A"), isWithheld: true }),
  ],
  ["a child that nobody told of", (transaction, { second }) => tellOfNew(transaction, second)],
  [
    "what is told anew of a child that nobody told of",
    async (transaction, { first, second }) => {
      await tellOfNew(transaction, second);
      await transaction.claimIdentityKey({ ...claimOf(second, "none"), isWithheld: true });
      await transaction.putSourceIdentity("s", "none", { localId: "none", given: "Nadia" }, [7], "print of another");
      await say(transaction, second, '{"resourceType":"Patient","active":true}', "none");
      await putLineage(transaction, first, "none");
    },
  ],
  [
    "what is beside the keys of a child",
    (transaction) => transaction.putSourceIdentity("s", "A", { localId: "A", given: "Amina" }, [7, 8], "another print"),
  ],
  ["that a claim is released", (transaction) => transaction.releaseIdentityKey(KEY, "s", "A")],
  ["a new child under a key", (transaction, { first }) => tell(transaction, first, { localId: "C", keys: [8] })],
  [
    "another source's child under a key",
    (transaction, { first }) => tell(transaction, first, { localId: "C", keys: [7], source: "t" }),
  ],
  ["the keys of a child", (transaction, { first }) => tell(transaction, first, { localId: "A", keys: [9] })],
  ["what a child is told by", (transaction) => retell(transaction, "A", "Nadia")],
  ["a new resource", (transaction, { first }) => transaction.put(first, resource({ id: "o-2" }))],
  [
    "a next version",
    (transaction, { first }) => transaction.put(first, resource({ id: "o-1", version: 2, keys: "k" })),
  ],
  ["that a resource ends", (transaction) => transaction.remove("Observation", "o-1", "", 5)],
  [
    "a resource that goes to another record",
    (transaction, { second }) => transaction.put(second, resource({ id: "o-1", version: 2 })),
  ],
  [
    "what its source says",
    (transaction, { first }) => say(transaction, first, '{"resourceType":"Patient","active":true}'),
  ],
  ["that its source says no more", (transaction, { first }) => transaction.removeContribution(first, "s", "A", 9)],
  [
    "a relationship",
    (transaction, { first }) => transaction.putRelationships(first, "s", "A1", [rollOf("E2"), rollOf("E3")]),
  ],
  ["that a relationship is over", (transaction, { first }) => transaction.putRelationships(first, "s", "A1", [])],
  [
    "that two are never one",
    async (transaction, { first: survivor, second: other }) => {
      const told = { author: "steward", reason: "twins", evidence: [], decidedAt: 1, moved: [], others: [] };
      await transaction.appendDecision({ ...told, kind: "never", survivor, other, isForbidding: true });
    },
  ],
  [
    "that a child is found no more",
    async (transaction) => {
      await transaction.removeSourceIdentity("s", "A");
    },
  ],
  [
    "whose a child is",
    async (transaction, { first: from, second: to }) => {
      await transaction.moveChild({ source: "s", localId: "A", from, to, isPastShown: true });
      await transaction.appendLink(linkTo(to, "A"));
    },
  ],
];

const REVIEW: ReviewItem = {
  kind: "unlinked",
  source: "s",
  localId: "A",
  record: 1,
  candidates: [],
  evidence: [],
  createdAt: 4,
};

function retell(transaction: WriteTransaction, localId: string, given: string): Promise<void> {
  return transaction.putSourceIdentity("s", localId, { localId, given }, [7, 8], `print of ${localId}`);
}

function say(transaction: WriteTransaction, record: RecordKey, body: string, localId = "A"): Promise<void> {
  return transaction.putContribution(record, "leeds", contribution({ source: "s", localId, body }), [FAMILY]);
}

async function tellOfNew(transaction: WriteTransaction, record: RecordKey): Promise<void> {
  const identity = { localId: "none", given: "Amina" };
  await transaction.appendLink(linkTo(record, "none"), { identity, blockingKeys: [7, 8], print: "print of none" });
  await transaction.claimIdentityKey(claimOf(record, "none"));
  await transaction.claimIdentityKey({ ...claimOf(record, "none"), key: "upn|free", isWithheld: true });
  await say(transaction, record, '{"resourceType":"Patient"}', "none");
  await putLineage(transaction, record, "none");
}

export function aheadCases(store: () => Store, child: Child): void {
  const start = async (): Promise<Records> => {
    const records = { first: await child("p-1"), second: await child("p-2") };
    await store().write(async (transaction) => {
      await tell(transaction, records.first, { localId: "A", keys: [7, 8] });
      await tell(transaction, records.second, { localId: "B", keys: [7] });
      await putLineage(transaction, records.first, "A1");
      await transaction.claimIdentityKey(claimOf(records.first, "A"));
      await transaction.put(records.first, resource({ id: "o-1" }));
      await transaction.putRelationships(records.first, "s", "A1", [rollOf("E1"), rollOf("E2")]);
      await transaction.putRelationships(records.first, "s", "A2", [rollOf("E4")]);
      await say(transaction, records.first, '{"resourceType":"Patient"}');
    });
    return records;
  };

  test("what is read ahead is what the verbs answer without it", async () => {
    const records = await start();
    const before = await answersOf(store(), records);
    await store().write(async (transaction) => {
      const held = await heldOf(transaction, records);
      await transaction.readAhead(aheadOf(records));
      expect(await answersOf(transaction, records)).toEqual(before);
      expect(await heldOf(transaction, records)).toEqual(held);
    });
  });

  const seen = async (
    look: (transaction: WriteTransaction, records: Records) => Promise<unknown>,
    change: (typeof CHANGES)[number][1],
  ): Promise<void> => {
    const records = await start();
    const before = await answersOf(store(), records);
    const within = await store().write(async (transaction) => {
      await look(transaction, records);
      await change(transaction, records);
      return { answers: await answersOf(transaction, records), held: await heldOf(transaction, records) };
    });
    expect(within.answers).not.toEqual(before);
    expect(within.answers).toEqual(await answersOf(store(), records));
    expect(within.held).toEqual(await store().write((transaction) => heldOf(transaction, records)));
  };

  test.each(CHANGES)("after reading ahead a work sees %s that it changes itself", (_, change) =>
    seen((transaction, records) => transaction.readAhead(aheadOf(records)), change),
  );

  test.each(CHANGES)("after asking a work sees %s that it changes itself", (_, change) =>
    seen(async (transaction, records) => {
      await answersOf(transaction, records);
      await heldOf(transaction, records);
    }, change),
  );

  test.each<[string, (transaction: WriteTransaction, id: number) => Promise<void>]>([
    ["was open before", async () => {}],
    ["it opens itself", (transaction) => transaction.openReview({ ...REVIEW, kind: "ambiguous" })],
    ["it opens anew", (transaction, id) => transaction.reopenReview(id)],
  ])("after asking who tells of a child a work closes the review that %s", async (what, open) => {
    const { first } = await start();
    await store().write((transaction) => transaction.openReview(REVIEW));
    const [{ id } = { id: 0 }] = await store().reviewItems(9);
    if (what !== "was open before") await store().write((transaction) => transaction.closeReviewItem(id, 5));
    await store().write(async (transaction) => {
      await transaction.sourceChildrenOf(first);
      await open(transaction, id);
      expect(await transaction.reviewItems(9)).toHaveLength(1);
      await transaction.closeReview("s", "A");
    });
    expect(await store().reviewItems(9)).toEqual([]);
  });

  test("rows that works make are numbered one after another, also after a work that failed", async () => {
    const make = (names: readonly string[], fails = false) =>
      store().write(async (transaction) => {
        const made: RecordKey[] = [];
        for (const name of names) {
          const record = await transaction.createChild(name, "");
          await tell(transaction, record, { localId: name, keys: [] });
          made.push(record);
        }
        if (fails) throw new Error("this work fails");
        return made;
      });
    const first = await make(["p-1", "p-2"]);
    await expect(make(["p-3"], true)).rejects.toThrow("this work fails");
    const later = await Promise.all([make(["p-4"]), make(["p-5", "p-6"])]);
    const all = [...first, ...later.flat()];
    expect(new Set(all).size).toBe(5);
    const names = await Promise.all(all.map((record) => store().namesOf(record)));
    expect(names.flat().map(({ localId }) => localId)).toEqual(["p-1", "p-2", "p-4", "p-5", "p-6"]);
  });
}
