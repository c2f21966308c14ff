import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestIssuer } from "./access/oidc-issuer.fixtures.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { BASE } from "./gateway.fixtures.ts";
import { BACK, comeBack, PAGES, type SignInHouse, STEWARD, startSignInHouse } from "./person-sign-in.fixtures.ts";
import { findFlaws } from "./review/pages/accessibility.fixtures.ts";
import { fieldOf, type ReviewHouse, startBrowser } from "./review.fixtures.ts";

let house: SignInHouse;
let issuer: TestIssuer;
let review: ReviewHouse;
let browser: ReturnType<typeof startBrowser>;

beforeAll(async () => {
  house = await startSignInHouse();
  ({ issuer, review } = house);
});
afterAll(() => house[Symbol.asyncDispose]());
beforeEach(() => {
  house.tell({ role: STEWARD });
  browser = startBrowser(review.house);
});

const begin = (id?: string, next?: string, by = browser): Promise<URL> => house.begin(by, id, next);
const signIn = (id?: string, next?: string): Promise<Response> => house.signIn(browser, id, next);
const AUTHOR = (): string => `steward-demo ${issuer.url}|person-1`;

describe("a steward who signs in at an issuer", () => {
  test("is asked for with a challenge, a state and a nonce that are new each time, and one address back", async () => {
    const [one, other] = [await begin(), await begin()];
    expect(one.origin).toBe(issuer.url);
    expect(Object.fromEntries(one.searchParams)).toEqual({
      response_type: "code",
      client_id: "gateway",
      redirect_uri: `${BASE}${BACK}`,
      scope: "openid",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    const values = [one, other].flatMap(({ searchParams }) =>
      ["state", "nonce", "code_challenge"].map((name) => searchParams.get(name)),
    );
    expect(new Set(values).size).toBe(6);
  });

  test.each(["care-identity", "by-token-endpoint", "public"])("comes in by %s, where a token could not", async (id) => {
    const signed = await signIn(id, `${PAGES}/decisions`);
    const page = await signed.text();
    expect(signed.status, page).toBe(200);
    expect(findFlaws(page)).toEqual([]);
    expect(page).toContain(`<meta http-equiv="refresh" content="0; url=${PAGES}/decisions">`);
    const shown = await browser.visit(`${PAGES}/decisions`);
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain(`Signed in as steward-demo (${STEWARD})`);
  });

  test("has a cookie that no other site sends, and keeps none of the way there", async () => {
    const begun = await browser.visit(`${PAGES}/sign-in/care-identity`);
    const [pending = ""] = begun.headers.getSetCookie();
    expect(pending).toMatch(
      /^identity-review-pending=[\w-]+; Path=\/identity\/review\/signed-in; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const signed = await comeBack(browser, await issuer.follow(begun.headers.get("location") ?? ""));
    expect(signed.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^identity-review=[\w-]{100,3800}; Path=\/identity\/review; HttpOnly; SameSite=Strict; Max-Age=3600$/,
      ),
      "identity-review-pending=; Path=/identity/review/signed-in; HttpOnly; SameSite=Lax; Max-Age=0",
    ]);
  });

  test("is who decides, by the agreement and for the purpose of the client", async () => {
    const began = Date.now();
    const pupil = (ref: string, day: string) =>
      review.pupil({ FSP_PupilMatchingRef: ref, FSP_DOB: `2020-04-${day}`, FSP_POSTCODE: `LS1 ${day[1]}CM` });
    const [one, other] = [await pupil("S1", "01"), await pupil("S2", "09")];
    const item = await review.open({ source: "leeds-eyfsp", localId: "S1", record: one, candidates: [other] });
    await signIn();
    const decide = async (...fields: readonly (readonly [string, string])[]): Promise<string> => {
      const page = await (await browser.visit(`${PAGES}/items/${item}`)).text();
      const decided = await browser.submit(`${PAGES}/items/${item}/decision`, [
        ["form-key", fieldOf(page, "form-key")],
        ["version", fieldOf(page, "version")],
        ["reason", "The school has looked"],
        ...fields,
      ]);
      expect(decided.status, await decided.clone().text()).toBe(303);
      return (await browser.visit(decided.headers.get("location") ?? "")).text();
    };
    await decide(["decision", "dismiss"]);
    expect(await putAsideBy(item)).toBe(AUTHOR());
    const kept = await decide(["decision", "keep-apart"], ["with", await review.patientId(other)]);
    expect(kept).toContain(AUTHOR());
    const records = await house.recordsSince(began);
    expect(records.map(({ interaction, outcome }) => `${interaction} ${outcome}`)).toEqual(
      expect.arrayContaining(["review-sign-in success", "review-item success", "review-decide success"]),
    );
    for (const record of records) {
      expect(record).toMatchObject({
        client: "steward-demo",
        purpose: "HOPERAT",
        user: { id: `${issuer.url}|person-1`, role: STEWARD, group: "steward" },
      });
      expect(record).not.toHaveProperty("binding");
    }
    const signed = records.find(({ interaction }) => interaction === "review-sign-in");
    expect(signed).toMatchObject({ query: `GET ${BACK}`, detail: "signed in" });
  });

  test.each(["https://elsewhere.example/", "//elsewhere.example/identity/review", `${PAGES}/../../ingest`])(
    "goes on to a page of ours alone: %s",
    async (next) => {
      expect(await (await signIn("care-identity", next)).text()).toContain(`content="0; url=${PAGES}"`);
    },
  );

  test("signs out of here", async () => {
    await signIn();
    const page = await (await browser.visit(PAGES)).text();
    await browser.submit(`${PAGES}/sign-out`, [["form-key", fieldOf(page, "form-key")]]);
    expect((await browser.visit(PAGES)).status).toBe(401);
  });
});

async function putAsideBy(item: number): Promise<string | undefined> {
  const stored = await review.house.gateway.store.reviewItem(item);
  return stored?.dismissal?.by;
}

describe("a session of a person", () => {
  test.each<{ readonly what: string; readonly change: (register: RegisterFile) => RegisterFile }>([
    {
      what: "the role is a steward's no more",
      change: (register) => ({
        ...register,
        issuers: register.issuers?.map((one) => ({ ...one, groups: { R8000: "steward" as const } })) ?? [],
      }),
    },
    {
      what: "the issuer signs stewards in for another client",
      change: (register) => ({
        ...register,
        clients: register.clients.map((one) =>
          one.id === "officer-demo" ? { ...one, scopes: [...one.scopes, "identity/review"] } : one,
        ),
        issuers:
          register.issuers?.map(({ signIn, ...one }) => ({
            ...one,
            ...(signIn === undefined ? {} : { signIn: { ...signIn, client: "officer-demo" } }),
          })) ?? [],
      }),
    },
    {
      what: "the client is disabled",
      change: (register) => ({
        ...register,
        clients: register.clients.map((one) => (one.id === "steward-demo" ? { ...one, enabled: false } : one)),
      }),
    },
  ])("is nobody's once $what, at the next request", async ({ change }) => {
    const { directory } = review.house;
    const file = join(directory, "register.json");
    const before = await readFile(file, "utf8");
    await signIn();
    expect((await browser.visit(PAGES)).status).toBe(200);
    const register: RegisterFile = JSON.parse(before);
    await writeFile(file, JSON.stringify(change(register)));
    await review.house.gateway.reload();
    expect((await browser.visit(PAGES)).status).toBe(401);
    await writeFile(file, before);
    await review.house.gateway.reload();
    expect((await browser.visit(PAGES)).status).toBe(200);
  });

  test("that a token opened is over once there is an issuer to sign in at", async () => {
    const file = join(review.house.directory, "register.json");
    const before = await readFile(file, "utf8");
    const register: RegisterFile = JSON.parse(before);
    const clients = register.clients.map((one) => ({ ...one, senderConstraint: "none" as const }));
    await writeFile(file, JSON.stringify({ ...register, clients, issuers: [] }));
    await review.house.gateway.reload();
    expect((await browser.signIn()).status).toBe(303);
    expect((await browser.visit(PAGES)).status).toBe(200);
    await writeFile(file, before);
    await review.house.gateway.reload();
    expect((await browser.visit(PAGES)).status).toBe(401);
  });
});
