import { afterAll, beforeAll, expect, test } from "vitest";
import type { DecisionDone, DecisionPreview, ItemView } from "./review/shapes.ts";
import { fieldOf, type ReviewHouse, startBrowser, startReviewHouse } from "./review.fixtures.ts";

let review: ReviewHouse;
beforeAll(async () => {
  review = await startReviewHouse((register) => ({
    ...register,
    agreements: register.agreements.map((one) => (one.id === "steward" ? { ...one, authorities: ["leeds"] } : one)),
  }));
});
afterAll(() => review[Symbol.asyncDispose]());

const REASON = "The school has looked at its own list";

let next = 0;
async function pupil(authority = "leeds"): Promise<string> {
  next += 1;
  const told = {
    FSP_PupilMatchingRef: `P${next}`,
    FSP_FORENAME: ["Wilf", "Tamsin", "Jacek", "Priya", "Bronagh", "Greta", "Kwame", "Sorcha"][next % 8] ?? "",
    FSP_SURNAME: `${["Arden", "Brook", "Colne", "Derwent", "Esk", "Foss", "Goyt", "Hodder"][next % 8]}field`,
    FSP_DOB: `2020-${String((next % 12) + 1).padStart(2, "0")}-0${(next % 9) + 1}`,
    FSP_POSTCODE: `LS${(next % 20) + 1} ${next % 10}CM`,
  };
  return review.patientId(await review.pupil(told, authority));
}

async function opened(question: Readonly<Record<string, string>>): Promise<ItemView> {
  const answered = await review.post("/identity/items", question);
  expect(answered.status, await answered.clone().text()).toBe(200);
  const view: ItemView = JSON.parse(await answered.text());
  expect(answered.headers.get("location")).toBe(`/identity/items/${view.id}`);
  expect(answered.headers.get("etag")).toBe(`"${view.version}"`);
  return view;
}

async function decide(view: ItemView, decision: object): Promise<DecisionDone> {
  const headers = { "If-Match": `"${view.version}"` };
  const answered = await review.post(`/identity/items/${view.id}/decision`, { reason: REASON, ...decision }, headers);
  expect(answered.status, await answered.clone().text()).toBe(200);
  return JSON.parse(await answered.text());
}

test("a child whom no rule asked about is merged with another, and parted again, on a steward's own question", async () => {
  const [one, other] = [await pupil(), await pupil()];
  const question = await opened({ child: one, beside: other });
  expect(question.parties.map(({ child }) => child)).toEqual([one, other]);
  expect(question.why).toEqual(["a steward asks"]);
  await decide(question, { decision: "merge", survivor: one });
  // The merged Patient's id leads to the child that stays.
  const alone = await opened({ child: other });
  expect(alone.parties.map(({ child }) => child)).toEqual([one]);
  expect(alone.parties[0]?.sources.map(({ name }) => name)).toEqual(["A1", "A2"]);
  const done = await decide(alone, { decision: "split", sources: ["A2"] });
  expect(done.moved).toHaveLength(1);
  expect((await review.ask(`/identity/items/${alone.id}`)).status).toBe(404);
});

test("a question joins the one that is open about the child, and takes up one that was put aside", async () => {
  const [one, other, third] = [await pupil(), await pupil(), await pupil()];
  const question = await opened({ child: one, beside: other });
  expect((await opened({ child: one })).id).toBe(question.id);
  const joined = await opened({ child: one, beside: third });
  expect(joined.id).toBe(question.id);
  expect(joined.parties.map(({ child }) => child)).toEqual([one, other, third]);
  const alone = await pupil();
  const first = await opened({ child: alone });
  await decide(first, { decision: "dismiss" });
  expect(await opened({ child: alone })).toMatchObject({ id: first.id, state: "open" });
});

test("nobody asks about a child that is out of reach, unknown, the same, or not well named", async () => {
  const [near, far] = [await pupil(), await pupil("hammersmith-fulham")];
  const statusOf = async (body: object) => (await review.post("/identity/items", body)).status;
  expect(await statusOf({ child: far })).toBe(404);
  expect(await statusOf({ child: "no-such-child" })).toBe(404);
  expect(await statusOf({ child: near, beside: far })).toBe(404);
  expect(await statusOf({ child: near, beside: "no-such-child" })).toBe(404);
  expect(await statusOf({ child: near, beside: near })).toBe(400);
  expect(await statusOf({ child: "" })).toBe(400);
  expect(await statusOf({ child: near, reason: "x" })).toBe(400);
  const gp = await review.ask(
    "/identity/items",
    { method: "POST", body: JSON.stringify({ child: near }) },
    "officer-demo",
  );
  expect(gp.status).toBe(403);
});

test("a split is previewed by what each client would lose, whatever the sources had said before", async () => {
  const told = { PersonGivenName: "Ines", PersonFamilyName: "Beforeson", DateOfBirth: "2021-05-06" };
  const health = await review.patientId(
    await review.patient({ LocalPatientID: "HV7", NHSNumber: "9990000026", ...told }),
  );
  const school = await pupil();
  await decide(await opened({ child: school, beside: health }), { decision: "merge", survivor: health });
  await review.pupil({ FSP_PupilMatchingRef: `P${next}`, FSP_FORENAME: "Nadia", FSP_SURNAME: "Afterson" });
  await review.patient({ LocalPatientID: "HV7", NHSNumber: "9990000026", ...told, Postcode: "LS8 1CK" });
  const view = await opened({ child: health });
  const name = view.parties[0]?.sources.find(({ source }) => source === "leeds-eyfsp")?.name;
  const asked = { decision: "split", sources: [name], reason: REASON };
  const answered = await review.post(`/identity/items/${view.id}/preview`, asked);
  const { requesters }: DecisionPreview = JSON.parse(await answered.text());
  const gp = requesters.filter(({ client }) => client === "gp-demo");
  expect(gp).toMatchObject([{ child: health, more: [], less: ["leeds-eyfsp"] }]);
  const vendor = requesters.filter(({ client }) => client === "vendor-demo");
  expect(vendor).toMatchObject([
    { child: health, more: [], less: ["leeds-eyfsp"] },
    { child: "new child", more: ["leeds-eyfsp"], less: [] },
  ]);
});

test("the pages open a question with their own form alone", async () => {
  const child = await pupil();
  const browser = startBrowser(review.house);
  await browser.signIn();
  const page = await (await browser.visit(`/identity/review/children/${child}`)).text();
  expect(fieldOf(page, "child")).toBe(child);
  const fields = [
    ["form-key", fieldOf(page, "form-key")],
    ["child", child],
    ["beside", ""],
  ] as const;
  expect((await browser.submit("/identity/review/items", fields.slice(1))).status).toBe(403);
  const done = await browser.submit("/identity/review/items", fields);
  expect(done.status).toBe(303);
  const item = done.headers.get("location") ?? "";
  expect(await (await browser.visit(item)).text()).toContain("<h1>Item ");
});
