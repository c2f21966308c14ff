import { afterAll, beforeAll, expect, test } from "vitest";
import type { DecisionView } from "./oversight/decision-view.ts";
import { DECIDE, DUTY, type OversightHouse, startOversightHouse } from "./oversight.fixtures.ts";
import { findFlaws } from "./review/pages/accessibility.fixtures.ts";
import { fieldOf, SCOPE, startBrowser } from "./review.fixtures.ts";

const QUEUE = "/identity/review/disclosure";

let oversight: OversightHouse;
let browser: ReturnType<typeof startBrowser>;
let decided: DecisionView;

beforeAll(async () => {
  oversight = await startOversightHouse();
  browser = startBrowser(oversight.house);
  const organization = oversight.house.gateway.register.client("gp-demo")?.organization;
  decided = await oversight.done<DecisionView>("/oversight/duties", {
    child: await oversight.patientOf("objection-upheld"),
    recipient: { system: organization?.system, value: organization?.value },
    duty: DUTY,
    dataClasses: ["education"],
    isDetrimental: false,
    family: "deferred",
    reason: "The practice needs it for a child in need plan.",
  });
});
afterAll(() => oversight[Symbol.asyncDispose]());

const pageOf = async (answered: Promise<Response>, status = 200): Promise<string> => {
  const response = await answered;
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(findFlaws(text)).toEqual([]);
  return text;
};
const review = async (fields: readonly (readonly [string, string])[]): Promise<Response> => {
  const page = await pageOf(browser.visit(`${QUEUE}/${decided.id}`));
  return browser.submit(`${QUEUE}/${decided.id}/review`, [["form-key", fieldOf(page, "form-key")], ...fields]);
};

test("nobody sees the queue without a session, nor a session without the right to decide", async () => {
  expect((await browser.visit(QUEUE)).status).toBe(401);
  await browser.signIn("steward-demo", SCOPE);
  expect((await browser.visit(QUEUE)).status).toBe(403);
  await browser.signIn("steward-demo", `${SCOPE} ${DECIDE}`);
  expect(await pageOf(browser.visit(QUEUE))).toContain(`Decision ${decided.id}`);
});

test("a review needs a verdict and a reason that says nobody, and keeps what was entered", async () => {
  expect(await pageOf(review([["reason", "It was needed."]]), 422)).toContain("Say whether the decision was right");
  const named = [
    ["verdict", "not"],
    ["reason", "Oscar had no plan."],
  ] as const;
  const page = await pageOf(review(named), 422);
  expect(page).toContain("Take names");
  expect(page).toContain("Oscar had no plan.");
  expect((await oversight.sees("gp-demo", "objection-upheld")).education).toBe(true);
});

test("a form from elsewhere does nothing", async () => {
  const fields = [
    ["form-key", "x"],
    ["verdict", "upheld"],
    ["reason", "It was needed."],
  ] as const;
  expect((await browser.submit(`${QUEUE}/${decided.id}/review`, fields)).status).toBe(403);
});

test("a decision that is not upheld ends, and leaves the queue", async () => {
  const answered = await review([
    ["verdict", "not"],
    ["reason", "There was no plan."],
  ]);
  expect(answered.headers.get("location")).toBe(`${QUEUE}/${decided.id}`);
  expect(await pageOf(browser.visit(`${QUEUE}/${decided.id}`))).toContain("Not upheld by steward-demo");
  expect(await pageOf(browser.visit(QUEUE))).toContain("No decision on disclosure waits for review.");
  expect((await oversight.sees("gp-demo", "objection-upheld")).education).toBe(false);
});
