import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestIssuer } from "./access/oidc-issuer.fixtures.ts";
import { comeBack, PAGES, type SignInHouse, STEWARD, startSignInHouse } from "./person-sign-in.fixtures.ts";
import { findFlaws } from "./review/pages/accessibility.fixtures.ts";
import { type ReviewHouse, startBrowser } from "./review.fixtures.ts";

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

async function expectRefusal(answered: Response, words: RegExp, status = 403): Promise<void> {
  const page = await answered.text();
  expect(answered.status, page).toBe(status);
  expect(page).toMatch(words);
  expect(page).toContain("<title>Error: Sign in");
  expect(findFlaws(page)).toEqual([]);
  expect(browser.cookies.has("identity-review")).toBe(false);
  expect((await browser.visit(PAGES)).status).toBe(401);
}

describe("nobody is signed in", () => {
  test("by another state, none, two of them, or that of another browser", async () => {
    const back = await issuer.follow((await begin()).href);
    const other = new URL(back);
    other.searchParams.set("state", "x".repeat(43));
    await expectRefusal(await comeBack(browser, other), /not begun in this browser/);
    for (const change of [
      (url: URL) => url.searchParams.delete("state"),
      (url: URL) => url.searchParams.append("state", "y"),
    ]) {
      const changed = await issuer.follow((await begin()).href);
      change(changed);
      await expectRefusal(await comeBack(browser, changed), /not begun in this browser/);
    }
    const stranger = startBrowser(review.house);
    const own = await issuer.follow((await begin("care-identity", PAGES, stranger)).href);
    await begin();
    await expectRefusal(await comeBack(browser, own), /not begun in this browser/);
    browser.cookies.clear();
    await expectRefusal(await comeBack(browser, own), /not begun in this browser/);
  });

  test("by a cookie that was changed on the way, as to where to go on", async () => {
    const back = await issuer.follow((await begin()).href);
    const cookie = browser.cookies.get("identity-review-pending") ?? "";
    const told: Record<string, unknown> = JSON.parse(Buffer.from(cookie, "base64url").toString());
    const changed = Buffer.from(JSON.stringify({ ...told, issuer: "public" })).toString("base64url");
    browser.cookies.set("identity-review-pending", changed);
    await expectRefusal(await comeBack(browser, back), /not begun in this browser/);
  });

  test("a second time by the same answer", async () => {
    const begun = await begin();
    const pending = browser.cookies.get("identity-review-pending") ?? "";
    const back = await issuer.follow(begun.href);
    expect((await comeBack(browser, back)).status).toBe(200);
    browser.cookies.clear();
    browser.cookies.set("identity-review-pending", pending);
    await expectRefusal(await comeBack(browser, back), /finished already/);
  });

  test("by a code that was used before, or was given for another sign-in", async () => {
    const [first, second] = [startBrowser(review.house), startBrowser(review.house)];
    const used = await issuer.follow((await begin("public", PAGES, first)).href);
    expect((await comeBack(first, used)).status).toBe(200);
    const unused = await issuer.follow((await begin("public", PAGES, second)).href);
    for (const { searchParams } of [used, unused]) {
      const back = await issuer.follow((await begin("public")).href);
      back.searchParams.set("code", searchParams.get("code") ?? "");
      await expectRefusal(await comeBack(browser, back), /not completed/);
    }
  });

  test("by an answer to another nonce", async () => {
    const began = Date.now();
    const question = await begin();
    question.searchParams.set("nonce", "planted-by-somebody-else");
    await expectRefusal(await comeBack(browser, await issuer.follow(question.href)), /does not fit it/);
    expect(await house.recordsSince(began)).toContainEqual(
      expect.objectContaining({ outcome: "refused", client: "unknown", detail: "sign-in-refused token nonce" }),
    );
  });

  test("by an answer to another client of the issuer's", async () => {
    const question = await begin("public");
    question.searchParams.set("client_id", "gateway-elsewhere");
    await expectRefusal(await comeBack(browser, await issuer.follow(question.href)), /not completed/);
  });

  test("by another challenge", async () => {
    const question = await begin("public");
    question.searchParams.set("code_challenge", "x".repeat(43));
    await expectRefusal(await comeBack(browser, await issuer.follow(question.href)), /not completed/);
  });

  test("by an answer that another issuer says is its own, or that says nobody's", async () => {
    for (const change of [
      (url: URL) => url.searchParams.set("iss", "https://elsewhere.example"),
      (url: URL) => url.searchParams.delete("iss"),
    ]) {
      const back = await issuer.follow((await begin()).href);
      change(back);
      await expectRefusal(await comeBack(browser, back), /not completed/);
    }
  });

  test("who says no", async () => {
    const back = await issuer.follow((await begin()).href, { isCancelled: true });
    expect(back.searchParams.get("error")).toBe("access_denied");
    const answered = await comeBack(browser, back);
    expect(await answered.clone().text()).not.toContain("They said no");
    await expectRefusal(answered, /was cancelled/);
  });

  test.each([
    { told: {}, detail: "sign-in-refused role role" },
    { told: { role: "R8000" }, detail: "R8000" },
    { told: { role: "R9999" }, detail: "R9999" },
    { told: { role: [STEWARD, "R8000"] }, detail: "sign-in-refused role role" },
  ])("who acts in no role of a steward: $told", async ({ told, detail }) => {
    const began = Date.now();
    house.tell(told);
    await expectRefusal(await house.signIn(browser), /no role of a data steward/);
    // Beside others, of pages that were asked for in the same millisecond.
    const details = (await house.recordsSince(began)).map((record) => record.detail);
    expect(details).toContainEqual(expect.stringContaining(detail));
  });

  test("while the issuer is away, and at one that signs no stewards in", async () => {
    await expectRefusal(await browser.visit(`${PAGES}/sign-in/silent`), /cannot be reached/, 503);
    for (const id of ["systems-only", "nowhere", "constructor"]) {
      await expectRefusal(await browser.visit(`${PAGES}/sign-in/${id}`), /not begun/);
    }
  });

  test("by a token that is pasted, whosever it is", async () => {
    const page = await (await browser.visit(`${PAGES}/sign-in`)).text();
    expect(findFlaws(page)).toEqual([]);
    expect(page).not.toContain("<textarea");
    expect(page).toContain(`href="${PAGES}/sign-in/care-identity?next=${PAGES}"`);
    expect(page).not.toContain("systems-only");
    const sent = await browser.submit(`${PAGES}/sign-in`, [["token", "x"]]);
    expect(sent.status).toBe(403);
  });
});
