import type { OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RegisterFile } from "./access/register-file.ts";
import { createAuditIndex } from "./audit/audit-index.ts";
import type { DecisionDone, ItemListing, ItemView } from "./review/shapes.ts";
import { type ReviewHouse, SCOPE, startBrowser, startReviewHouse } from "./review.fixtures.ts";

/**
 * Three stewards of one register: `steward-demo` reaches all authorities; with the keys of two other clients, one of Leeds alone and
 * one of Halton alone.
 */
function withStewards(register: RegisterFile): RegisterFile {
  const ofOne = (id: string, authority: string): RegisterFile["agreements"][number] => {
    const steward = register.agreements.find((agreement) => agreement.id === "steward");
    if (steward === undefined) throw new Error("no agreement of stewards");
    const own = Object.entries(steward.statutoryGateways).filter(([source]) => source.startsWith(`${authority}-`));
    return { ...steward, id, authorities: [authority], statutoryGateways: Object.fromEntries(own) };
  };
  const stewards = new Map([
    ["vendor-demo", "leeds"],
    ["hub-demo", "halton"],
  ]);
  return {
    ...register,
    agreements: [
      ...register.agreements,
      ...[...stewards].map(([client, authority]) => ofOne(`${client}-steward`, authority)),
    ],
    clients: register.clients.map((client) =>
      stewards.has(client.id) ? { ...client, agreement: `${client.id}-steward`, scopes: [SCOPE] } : client,
    ),
  };
}

const OF_LEEDS = "vendor-demo";
const OF_HALTON = "hub-demo";

let review: ReviewHouse;

beforeAll(async () => {
  review = await startReviewHouse(withStewards);
});
afterAll(() => review[Symbol.asyncDispose]());

const as = (client: string, path: string, init: RequestInit = {}): Promise<Response> =>
  review.house.ask(client, path, init, SCOPE);

async function itemFor(client: string, id: number): Promise<ItemView | undefined> {
  const answered = await as(client, `/identity/items/${id}`);
  const text = await answered.text();
  if (answered.status === 404) return undefined;
  expect(answered.status, text).toBe(200);
  return JSON.parse(text);
}

let next = 0;

/** A pupil of an authority whom nothing makes alike to another. */
async function pupil(authority: string, given: string) {
  next += 1;
  const localId = `R${next}`;
  const record = await review.pupil(
    {
      FSP_PupilMatchingRef: localId,
      FSP_FORENAME: given,
      FSP_SURNAME: `Of${authority.replaceAll("-", "")}`,
      FSP_DOB: `2020-${String((next % 12) + 1).padStart(2, "0")}-${String(next + 10)}`,
      FSP_POSTCODE: `L${next} ${next % 10}CM`,
    },
    authority,
  );
  return { record, localId, source: `${authority}-eyfsp`, patientId: await review.patientId(record) };
}

describe("beside a child of Leeds", () => {
  test("stand those of Wirral, since both say so, and none of Halton or Hammersmith, for anybody", async () => {
    const leeds = await pupil("leeds", "Aoife");
    const wirral = await pupil("wirral", "Bartek");
    const halton = await pupil("halton", "Chidi");
    const hammersmith = await pupil("hammersmith-fulham", "Dilys");
    const candidates = [wirral.record, halton.record, hammersmith.record];
    const item = await review.open({ source: leeds.source, localId: leeds.localId, record: leeds.record, candidates });
    for (const client of ["steward-demo", OF_LEEDS]) {
      const view = await itemFor(client, item);
      expect(view?.parties.map(({ child }) => child)).toEqual([leeds.patientId, wirral.patientId]);
      // Why it was opened may tell of those who are left out.
      expect(view).not.toHaveProperty("why");
      expect(JSON.stringify(view)).not.toMatch(/Chidi|Dilys|halton|hammersmith/);
    }
    const body = { decision: "merge", with: halton.patientId, reason: "Tried" };
    expect((await review.post(`/identity/items/${item}/preview`, body)).status).toBe(400);
    expect(await itemFor(OF_HALTON, item)).toBeUndefined();
  });

  test("an item that has only such candidates is not there, in no list and by no name", async () => {
    const leeds = await pupil("leeds", "Ewan");
    const halton = await pupil("halton", "Fenella");
    const item = await review.open({
      source: leeds.source,
      localId: leeds.localId,
      record: leeds.record,
      candidates: [halton.record],
    });
    for (const client of ["steward-demo", OF_LEEDS, OF_HALTON]) {
      expect(await itemFor(client, item)).toBeUndefined();
      const { items }: ItemListing = JSON.parse(await (await as(client, "/identity/items?count=100")).text());
      expect(items.map(({ id }) => id)).not.toContain(String(item));
    }
  });

  test("a steward of Leeds reads of a Wirral school only that it tells, without a statute of its own", async () => {
    const leeds = await pupil("leeds", "Gwilym");
    const wirral = await pupil("wirral", "Hildur");
    const item = await review.open({
      source: wirral.source,
      localId: wirral.localId,
      record: wirral.record,
      candidates: [leeds.record],
    });
    const view = await itemFor(OF_LEEDS, item);
    expect(view?.parties.map(({ child }) => child)).toEqual([wirral.patientId, leeds.patientId]);
    expect(view?.parties[0]?.fields.given).toEqual([]);
    expect(view?.parties[1]?.fields.given).toEqual([{ value: "Gwilym", sources: ["leeds-eyfsp"] }]);
    expect((await itemFor("steward-demo", item))?.parties[0]?.fields.given[0]?.value).toBe("Hildur");
  });
});

describe("an item and a decision of another authority look like ones that never were", () => {
  test("in every address, and so do their bytes", async () => {
    const one = await pupil("leeds", "Ivo");
    const two = await pupil("leeds", "Jowan");
    const item = await review.open({
      source: one.source,
      localId: one.localId,
      record: one.record,
      candidates: [two.record],
    });
    const { version } = await review.item(item);
    const post = (path: string, body: unknown): Promise<Response> =>
      as(OF_HALTON, path, { method: "POST", body: JSON.stringify(body), headers: { "If-Match": `"${version}"` } });
    const decision = { decision: "merge", reason: "Tried" };
    const compare = async (hidden: Promise<Response>, absent: Promise<Response>): Promise<void> => {
      const [one, other] = [await hidden, await absent];
      expect(one.status).toBe(404);
      expect([one.status, await one.text()]).toEqual([other.status, await other.text()]);
    };
    await compare(as(OF_HALTON, `/identity/items/${item}`), as(OF_HALTON, "/identity/items/777777"));
    await compare(post(`/identity/items/${item}/preview`, decision), post("/identity/items/777777/preview", decision));
    await compare(
      post(`/identity/items/${item}/decision`, decision),
      post("/identity/items/777777/decision", decision),
    );
    const done: DecisionDone = JSON.parse(
      await (
        await review.post(
          `/identity/items/${item}/decision`,
          { ...decision, reason: "Seen" },
          { "If-Match": `"${version}"` },
        )
      ).text(),
    );
    const number = done.decisions[0]?.decision;
    const undo = { reason: "Tried" };
    await compare(as(OF_HALTON, `/identity/decisions/${number}`), as(OF_HALTON, "/identity/decisions/777777"));
    await compare(
      as(OF_HALTON, `/identity/decisions/${number}/served`),
      as(OF_HALTON, "/identity/decisions/777777/served"),
    );
    await compare(post(`/identity/decisions/${number}/undo`, undo), post("/identity/decisions/777777/undo", undo));
    await compare(
      post(`/identity/decisions/${number}/preview`, undo),
      post("/identity/decisions/777777/preview", undo),
    );
    await compare(
      as(OF_HALTON, `/identity/decisions?child=${one.patientId}`),
      as(OF_HALTON, "/identity/decisions?child=00000000-0000-4000-8000-0000000000ff"),
    );
    const listed = await (await as(OF_HALTON, "/identity/decisions")).text();
    expect(JSON.parse(listed)).toEqual({ decisions: [] });
  });
});

test("a decision between two children of Wirral is none to a steward of Leeds, whose children match with theirs", async () => {
  const one = await pupil("wirral", "Mabli");
  const two = await pupil("wirral", "Nerys");
  const item = await review.open({
    source: one.source,
    localId: one.localId,
    record: one.record,
    candidates: [two.record],
  });
  expect(await itemFor(OF_LEEDS, item)).toBeUndefined();
  const { version } = await review.item(item);
  const body = { decision: "merge", reason: "Seen" };
  const done: DecisionDone = JSON.parse(
    await (await review.post(`/identity/items/${item}/decision`, body, { "If-Match": `"${version}"` })).text(),
  );
  const number = done.decisions[0]?.decision;
  expect((await as("steward-demo", `/identity/decisions/${number}`)).status).toBe(200);
  expect((await as(OF_LEEDS, `/identity/decisions/${number}`)).status).toBe(404);
  const listed: { decisions: readonly { decision: number }[] } = JSON.parse(
    await (await as(OF_LEEDS, "/identity/decisions")).text(),
  );
  expect(listed.decisions.map(({ decision }) => decision)).not.toContain(number);
  expect((await as(OF_LEEDS, `/identity/decisions?child=${one.patientId}`)).status).toBe(404);
});

describe("whoever is no steward", () => {
  const ADDRESSES = [
    ["GET", "/identity/items"],
    ["GET", "/identity/items/1"],
    ["POST", "/identity/items/1/preview"],
    ["POST", "/identity/items/1/decision"],
    ["GET", "/identity/decisions"],
    ["GET", "/identity/decisions/1"],
    ["POST", "/identity/decisions/1/preview"],
    ["POST", "/identity/decisions/1/undo"],
    ["GET", "/identity/decisions/1/served"],
    ["GET", "/identity/nothing"],
  ] as const;

  test.each(ADDRESSES)("is refused: %s %s", async (method, path) => {
    const init = { method, ...(method === "POST" && { body: "{}" }) };
    for (const client of ["gp-demo", "practitioner-demo", "officer-demo", "conformance-demo"]) {
      const refused = await review.house.ask(client, path, init);
      expect(refused.status, client).toBe(403);
      const { issue }: OperationOutcome = JSON.parse(await refused.text());
      expect(issue?.[0]).toMatchObject({ code: "forbidden", diagnostics: expect.stringContaining("identity/review") });
    }
    const stranger = await review.house.gateway.app.request(`http://127.0.0.1:8080${path}`, init);
    expect(stranger.status).toBe(401);
  });

  test("gets no token with the scope", async () => {
    const refused = await review.house.requestToken(await review.house.assertion("gp-demo"), SCOPE);
    expect(refused.status).toBe(400);
  });

  test("cannot sign in", async () => {
    const browser = startBrowser(review.house);
    expect((await browser.signIn("gp-demo", "system/Patient.rs")).status).toBe(401);
    expect(await (await browser.visit("/identity/review")).text()).toContain("<h1>Sign in</h1>");
  });
});

test("an address that is none, or a method that is not taken, is answered as everywhere", async () => {
  expect((await review.ask("/identity/nothing")).status).toBe(404);
  const wrong = await review.ask("/identity/items", { method: "DELETE" });
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get("allow")).toBe("GET, HEAD, POST");
});

test("every reading and every refusal stands in the audit log, with the children and without a value of theirs", async () => {
  const one = await pupil("leeds", "Kenver");
  const two = await pupil("leeds", "Linnea");
  const item = await review.open({
    source: one.source,
    localId: one.localId,
    record: one.record,
    candidates: [two.record],
  });
  const began = Date.now();
  await review.item(item);
  await as(OF_HALTON, `/identity/items/${item}`);
  await review.post(`/identity/items/${item}/preview`, { decision: "merge", reason: "Seen" });
  await review.house.ask("gp-demo", `/identity/items/${item}`);
  const index = createAuditIndex({ directory: `${review.house.directory}/audit`, process: "review-test" });
  await index.catchUp();
  const records = (await index.scan({ from: began }, undefined, 1_000)).map(({ record }) => record);
  await index.close();
  const ofItem = records.filter(({ query }) => query?.includes(`/identity/items/${item}`));
  expect(ofItem.map(({ interaction, outcome, client }) => [interaction, outcome, client])).toEqual([
    ["review-item", "success", "steward-demo"],
    ["review-item", "refused", OF_HALTON],
    ["review-preview", "success", "steward-demo"],
    ["review-item", "refused", "gp-demo"],
  ]);
  expect(ofItem[0]?.patients).toEqual([one.patientId, two.patientId]);
  expect(ofItem[1]).not.toHaveProperty("patients");
  expect(JSON.stringify(records)).not.toMatch(/Kenver|Linnea|Ofleeds/);
});
