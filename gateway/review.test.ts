import type { OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecisionDone, DecisionPreview, DecisionView, ItemListing, ServedListing } from "./review/shapes.ts";
import { type ReviewHouse, startReviewHouse } from "./review.fixtures.ts";
import type { RecordKey } from "./store/store.ts";

let review: ReviewHouse;

beforeAll(async () => {
  review = await startReviewHouse();
});
afterAll(() => review[Symbol.asyncDispose]());

async function jsonOf<T>(asked: Promise<Response>): Promise<T> {
  const answered = await asked;
  const text = await answered.text();
  expect(answered.status, text).toBe(200);
  return JSON.parse(text);
}

let next = 0;
const OTHER_NAMES = "Wilf Tamsin Jacek Oluwaseun Priya Bronagh Yusuf Greta Hamza Delphine Kwame Sorcha Viktor".split(
  " ",
);

interface Pair {
  readonly item: number;
  readonly one: RecordKey;
  readonly other: RecordKey;
  readonly localId: string;
}

/** Two children of Leeds whom no rule links, and an item that asks whether they are one. */
async function openPair(told: Readonly<Record<string, string>> = {}): Promise<Pair> {
  next += 1;
  const localId = `P${next}`;
  const one = await review.pupil({
    FSP_PupilMatchingRef: localId,
    FSP_FORENAME: "Noor",
    FSP_SURNAME: `Testwood${next}`,
    FSP_DOB: "2020-02-03",
    ...told,
  });
  const other = await review.pupil({
    FSP_PupilMatchingRef: `Q${next}`,
    FSP_FORENAME: OTHER_NAMES[next % OTHER_NAMES.length] ?? "",
    FSP_SURNAME: `${OTHER_NAMES[(next * 7) % OTHER_NAMES.length]}son`,
    FSP_DOB: `2021-${String((next % 12) + 1).padStart(2, "0")}-${String(((next * 5) % 28) + 1).padStart(2, "0")}`,
    FSP_POSTCODE: `LS${(next % 20) + 1} ${next % 10}CM`,
  });
  expect(one).not.toBe(other);
  const item = await review.open({ source: "leeds-eyfsp", localId, record: one, candidates: [other] });
  return { item, one, other, localId };
}

const REASON = "The school has looked at its own list";

/** Decides on an item as it stands. */
async function decide(item: number, body: Readonly<Record<string, unknown>>): Promise<Response> {
  const { version } = await review.item(item);
  return review.post(`/identity/items/${item}/decision`, { reason: REASON, ...body }, { "If-Match": `"${version}"` });
}

describe("an item", () => {
  test("shows its children side by side, with what each source tells, evidence and grade", async () => {
    const { item, one, other } = await openPair();
    const view = await review.item(item);
    const [a, b] = view.parties;
    expect(view).toMatchObject({ kind: "ambiguous", source: "leeds-eyfsp", authority: "leeds", state: "open" });
    expect([a?.child, b?.child]).toEqual([await review.patientId(one), await review.patientId(other)]);
    expect(a?.fields.given).toEqual([{ value: "Noor", sources: ["leeds-eyfsp"] }]);
    expect(a?.sources[0]).toMatchObject({ name: "A1", source: "leeds-eyfsp", linkedBy: expect.any(String) });
    expect(b?.standing).toMatchObject({
      given: "different",
      "birth-date": "different",
      gender: "same",
      upn: "not-known",
    });
    const bits = b?.weighing?.evidence.reduce((sum, field) => sum + field.bits, 0);
    expect(bits).toBeCloseTo(b?.weighing?.bits ?? Number.NaN, 1);
    expect(view.why).toEqual(["birth date agrees"]);
  });

  test("has a version as its ETag, which stays while nothing changes", async () => {
    const { item } = await openPair();
    const first = await review.ask(`/identity/items/${item}`);
    const again = await review.ask(`/identity/items/${item}`);
    expect(first.headers.get("etag")).toMatch(/^"[\w-]+"$/);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  test("is gone from the list once it is decided, and is not found any more", async () => {
    const { item } = await openPair();
    await jsonOf(decide(item, { decision: "keep-apart" }));
    expect((await review.ask(`/identity/items/${item}`)).status).toBe(404);
  });

  test.each(["/identity/items/0", "/identity/items/999999", "/identity/items/x", "/identity/decisions/999999"])(
    "that is none is not found: %s",
    async (path) => {
      expect((await review.ask(path)).status).toBe(404);
    },
  );
});

describe("the list", () => {
  test("is filtered, ordered and paged, and counts what it holds", async () => {
    const pairs = [await openPair(), await openPair(), await openPair()];
    const wanted = pairs.map(({ item }) => String(item));
    const newest = await jsonOf<ItemListing>(review.ask("/identity/items?kind=ambiguous&source=leeds-eyfsp&count=2"));
    const page = `/identity/items?kind=ambiguous&source=leeds-eyfsp&count=2&page=${newest.next}`;
    const following = await jsonOf<ItemListing>(review.ask(page));
    const paged = [...newest.items, ...following.items].map(({ id }) => id);
    expect(paged.filter((id) => wanted.includes(id))).toEqual(wanted.toReversed());
    expect(newest.items).toHaveLength(2);
    expect(newest.counts.ambiguous).toBeGreaterThanOrEqual(3);
    expect(newest.total).toBe(newest.counts.ambiguous);
    const oldest = await jsonOf<ItemListing>(review.ask("/identity/items?kind=ambiguous&order=oldest&count=100"));
    const ids = oldest.items.map(({ id }) => id).filter((id) => wanted.includes(id));
    expect(ids).toEqual(wanted);
    const elsewhere = await jsonOf<ItemListing>(review.ask("/identity/items?authority=wirral"));
    expect(elsewhere.items).toEqual([]);
    const later = await jsonOf<ItemListing>(review.ask("/identity/items?opened-since=2100-01-01"));
    expect(later).toMatchObject({ items: [], total: 0 });
  });

  test.each([
    "kind=twins",
    "order=best",
    "state=closed",
    "count=0",
    "opened-since=yesterday",
    "page=abc",
    "postcode=x",
    "kind=",
  ])("is refused with %s", async (query) => {
    expect((await review.ask(`/identity/items?${query}`)).status).toBe(400);
  });

  test.each(["newest", "most-evidence"])(
    "goes on behind the last item of a page when that was decided meanwhile, %s first",
    async (order) => {
      await openPair();
      await openPair();
      await openPair();
      const list = `/identity/items?order=${order}`;
      const all = await jsonOf<ItemListing>(review.ask(`${list}&count=100`));
      const first = await jsonOf<ItemListing>(review.ask(`${list}&count=2`));
      await jsonOf(decide(Number(first.items[1]?.id), { decision: "dismiss" }));
      const following = await jsonOf<ItemListing>(review.ask(`${list}&count=1&page=${first.next}`));
      expect(following.items.map(({ id }) => id)).toEqual([all.items[2]?.id]);
    },
  );

  test("does not go on under another filter than its page was made for", async () => {
    await openPair();
    await openPair();
    const { next: page } = await jsonOf<ItemListing>(review.ask("/identity/items?count=1"));
    expect(page).toBeDefined();
    expect((await review.ask(`/identity/items?count=1&page=${page}`)).status).toBe(200);
    expect((await review.ask(`/identity/items?count=1&kind=unlinked&page=${page}`)).status).toBe(400);
  });
});

describe("a merge", () => {
  test("moves all to the child that stays, closes the item, and is undone to where it was", async () => {
    const { item, one, other } = await openPair();
    const { store } = review.house.gateway;
    const before = [await store.sourceChildrenOf(one), await store.sourceChildrenOf(other)];
    const done = await jsonOf<DecisionDone>(decide(item, { decision: "merge" }));
    const [decision] = done.decisions;
    expect(decision).toMatchObject({ kind: "merge", author: "steward-demo", reason: REASON });
    expect(done.moved).toHaveLength(1);
    expect(decision?.evidence.some((line) => /bits, probability/.test(line))).toBe(true);
    const merged = [await store.record(one), await store.record(other)].filter(
      (record) => record?.mergedInto !== undefined,
    );
    expect(merged).toHaveLength(1);
    const undone = await jsonOf<DecisionDone>(
      review.post(`/identity/decisions/${decision?.decision}/undo`, { reason: "It was two after all" }),
    );
    expect(undone.decisions[0]).toMatchObject({ kind: "undo", undoes: decision?.decision });
    expect([await store.sourceChildrenOf(one), await store.sourceChildrenOf(other)]).toEqual(before);
    expect((await review.item(item)).parties).toHaveLength(2);
    const again = await review.post(`/identity/decisions/${decision?.decision}/undo`, { reason: "Once more" });
    expect(again.status).toBe(409);
  });

  test("keeps the record that the steward names instead of the rule's", async () => {
    const { item } = await openPair();
    const view = await review.item(item);
    const [a, b] = view.parties;
    expect(view.survivor).toBe("A");
    const done = await jsonOf<DecisionDone>(decide(item, { decision: "merge", with: b?.child, survivor: b?.child }));
    expect(done.survivor).toBe(b?.child);
    expect(done.moved).toEqual([{ source: "leeds-eyfsp", from: a?.child, to: b?.child }]);
  });

  test("is previewed with what would move and who would see more, and nothing is written", async () => {
    const health = await review.patient({
      LocalPatientID: "HV90",
      NHSNumber: "9990000026",
      PersonGivenName: "Ines",
      PersonFamilyName: "Previewson",
      DateOfBirth: "2021-05-06",
    });
    const { item, one } = await openPair();
    await review.house.gateway.store.write((transaction) =>
      transaction.openReview({
        kind: "ambiguous",
        source: "leeds-eyfsp",
        localId: `P${next}`,
        record: one,
        candidates: [health],
        evidence: [],
        createdAt: Date.now(),
      }),
    );
    const decisions = (await jsonOf<{ decisions: readonly DecisionView[] }>(review.ask("/identity/decisions")))
      .decisions;
    const preview = await jsonOf<DecisionPreview>(
      review.post(`/identity/items/${item}/preview`, { decision: "merge", reason: REASON }),
    );
    expect(preview.resources.length).toBeGreaterThan(0);
    expect(preview.survivor).toBe(await review.patientId(health));
    const gp = preview.requesters.find(({ client }) => client === "gp-demo");
    expect(gp).toMatchObject({ child: await review.patientId(health), more: ["leeds-eyfsp"], less: [] });
    expect(preview.requesters.find(({ client }) => client === "gp-health-demo")).toBeUndefined();
    const after = (await jsonOf<{ decisions: readonly DecisionView[] }>(review.ask("/identity/decisions"))).decisions;
    expect(after).toEqual(decisions);
    expect((await review.item(item)).parties).toHaveLength(2);
  });

  test("of two verified numbers that differ is refused until the steward has made sure", async () => {
    const one = await review.patient({
      LocalPatientID: "HV91",
      NHSNumber: "9990000034",
      PersonGivenName: "Ravi",
      PersonFamilyName: "Onenumber",
      DateOfBirth: "2021-01-02",
    });
    const other = await review.patient({
      LocalPatientID: "HV92",
      NHSNumber: "9990000042",
      PersonGivenName: "Sami",
      PersonFamilyName: "Twonumber",
      DateOfBirth: "2021-03-04",
    });
    const item = await review.open({ source: "leeds-csds", localId: "HV91", record: one, candidates: [other] });
    const refused = await decide(item, { decision: "merge" });
    expect(refused.status).toBe(422);
    const outcome: OperationOutcome = JSON.parse(await refused.text());
    expect(outcome.issue?.[0]?.diagnostics).toMatch(/numbers differ/);
    expect((await decide(item, { decision: "merge", numbersChecked: true })).status).toBe(200);
  });
});

describe("keeping apart", () => {
  test("stands in the way of a merge until it is undone, and opens the item again then", async () => {
    const { item, one, other, localId } = await openPair();
    const done = await jsonOf<DecisionDone>(decide(item, { decision: "keep-apart" }));
    expect(done.decisions[0]).toMatchObject({ kind: "never" });
    const again = await review.open({
      kind: "identifier-conflict",
      source: "leeds-eyfsp",
      localId,
      record: one,
      candidates: [other],
    });
    expect((await decide(again, { decision: "merge" })).status).toBe(409);
    await jsonOf(review.post(`/identity/decisions/${done.decisions[0]?.decision}/undo`, { reason: "Looked again" }));
    expect((await review.item(item)).state).toBe("open");
  });
});

describe("a split", () => {
  test("takes a source's child out, and what had been served under the wrong link is listed", async () => {
    const { item, one } = await openPair();
    const merged = await jsonOf<DecisionDone>(decide(item, { decision: "merge" }));
    const child = await review.patientId(one);
    const seen = await review.house.ask("vendor-demo", `Observation?patient=${child}`);
    expect(seen.status).toBe(200);
    const served = await jsonOf<ServedListing>(
      review.ask(`/identity/decisions/${merged.decisions[0]?.decision}/served`),
    );
    const release = served.releases.find(({ client }) => client === "vendor-demo");
    expect(release).toMatchObject({ interaction: "search-type", purpose: "TREAT", event: expect.any(String) });
    expect(release?.resources.length).toBeGreaterThan(0);
    const conflict = await review.open({
      kind: "identifier-conflict",
      source: "leeds-eyfsp",
      localId: `P${next}`,
      record: one,
      candidates: [],
    });
    const view = await review.item(conflict);
    expect(view.parties).toHaveLength(1);
    expect(view.parties[0]?.sources).toHaveLength(2);
    const split = await jsonOf<DecisionDone>(decide(conflict, { decision: "split", sources: ["A2"] }));
    expect(split.decisions[0]).toMatchObject({ kind: "split", survivor: child });
    expect(split.decisions[0]?.other).not.toBe(child);
    const under = await jsonOf<ServedListing>(review.ask(`/identity/decisions/${split.decisions[0]?.decision}/served`));
    expect(under).toMatchObject({ child, until: split.decisions[0]?.decidedAt });
    expect(under.releases.map(({ client }) => client)).toContain("vendor-demo");
    expect((await review.ask(`/identity/items/${conflict}`)).status).toBe(404);
  });

  test("of all that a child has, or of nobody's, is refused", async () => {
    const { item } = await openPair();
    for (const sources of [["A1"], ["A1", "B1"], ["C1"], ["A9"]]) {
      expect((await decide(item, { decision: "split", sources })).status).toBe(400);
    }
  });
});

describe("a dismissal", () => {
  test("puts the item aside with its reason, from where it can still be decided", async () => {
    const { item } = await openPair();
    const done = await jsonOf<DecisionDone>(decide(item, { decision: "dismiss", reason: "Waiting for the school" }));
    expect(done.decisions).toEqual([]);
    const open = await jsonOf<ItemListing>(review.ask("/identity/items?count=100"));
    expect(open.items.map(({ id }) => id)).not.toContain(String(item));
    const aside = await jsonOf<ItemListing>(review.ask("/identity/items?state=dismissed"));
    expect(aside.items[0]).toMatchObject({ id: String(item), state: "dismissed" });
    expect(await review.item(item)).toMatchObject({
      state: "dismissed",
      dismissal: { by: "steward-demo", reason: "Waiting for the school" },
    });
    expect((await decide(item, { decision: "dismiss" })).status).toBe(400);
    expect((await decide(item, { decision: "keep-apart" })).status).toBe(200);
    expect((await review.ask(`/identity/items/${item}`)).status).toBe(404);
  });

  test("is taken back by taking the item up again", async () => {
    const { item } = await openPair();
    await jsonOf(decide(item, { decision: "dismiss" }));
    await jsonOf(decide(item, { decision: "reopen" }));
    const view = await review.item(item);
    expect(view.state).toBe("open");
    expect(view).not.toHaveProperty("dismissal");
  });
});

describe("two stewards at once", () => {
  test("are told apart by the version: who decides on what is no longer so meets 409", async () => {
    const { item } = await openPair();
    const { version } = await review.item(item);
    await jsonOf(decide(item, { decision: "dismiss" }));
    const body = { decision: "keep-apart", reason: REASON };
    const late = await review.post(`/identity/items/${item}/decision`, body, { "If-Match": `"${version}"` });
    expect(late.status).toBe(409);
    expect((await review.post(`/identity/items/${item}/decision`, body)).status).toBe(428);
  });

  test("decide once between them, whatever each decides", async () => {
    const { item } = await openPair();
    const { version } = await review.item(item);
    const bodies = Array.from({ length: 24 }, (_, nth) => ({
      decision: nth % 2 === 0 ? "merge" : "keep-apart",
      reason: REASON,
    }));
    const answers = await Promise.all(
      bodies.map((body) => review.post(`/identity/items/${item}/decision`, body, { "If-Match": `"${version}"` })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(statuses).isSubsetOf(new Set([200, 404, 409]))).toBe(true);
  });

  test("meet 409 as well when a source has told something else meanwhile", async () => {
    const { item, localId } = await openPair();
    const { version } = await review.item(item);
    await review.pupil({
      FSP_PupilMatchingRef: localId,
      FSP_FORENAME: "Noora",
      FSP_SURNAME: `Testwood${next}`,
      FSP_ACADYR: "2025/2026",
    });
    const late = await review.post(
      `/identity/items/${item}/decision`,
      { decision: "keep-apart", reason: REASON },
      { "If-Match": `"${version}"` },
    );
    expect([404, 409]).toContain(late.status);
  });
});

describe("a reason", () => {
  test.each([
    ["nothing", "   "],
    ["an NHS number", "Same number 999 000 0018"],
    ["a birth date", "Both born 3/2/2020"],
    ["a postcode", "Both at LS6 1CI"],
    ["a name of a child of the item", "It is NOOR, of course"],
    ["a name with an accent put on it", "It is Noór"],
    ["more words than anybody reads", "word ".repeat(300)],
  ])("with %s is refused, and not repeated", async (_, reason) => {
    const { item } = await openPair();
    for (const path of ["decision", "preview"]) {
      const { version } = await review.item(item);
      const answered = await review.post(
        `/identity/items/${item}/${path}`,
        { decision: "keep-apart", reason },
        { "If-Match": `"${version}"` },
      );
      const text = await answered.text();
      expect(answered.status, text).toBe(422);
      expect(reason.trim() !== "" && text.includes(reason.trim())).toBe(false);
    }
  });
});

describe("the history of a child", () => {
  test("names every decision on it, newest first, for whoever reaches the child", async () => {
    const { item, one } = await openPair();
    const merged = await jsonOf<DecisionDone>(decide(item, { decision: "merge" }));
    const number = merged.decisions[0]?.decision;
    await jsonOf(review.post(`/identity/decisions/${number}/undo`, { reason: "Not so" }));
    const { decisions } = await jsonOf<{ decisions: readonly DecisionView[] }>(
      review.ask(`/identity/decisions?child=${await review.patientId(one)}`),
    );
    expect(decisions.map(({ kind }) => kind)).toEqual(["undo", "merge"]);
    expect(decisions[1]).toMatchObject({ decision: number, undoneBy: decisions[0]?.decision });
    expect(await jsonOf(review.ask(`/identity/decisions/${number}`))).toEqual(decisions[1]);
  });

  test("of nobody is not found", async () => {
    expect((await review.ask("/identity/decisions?child=00000000-0000-4000-8000-00000000ffff")).status).toBe(404);
  });
});
