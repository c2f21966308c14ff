import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gateway } from "./compose.ts";
import { composeIn, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { startOwnRedis, type TestRedis } from "./identity/cache/test-redis.ts";
import { fieldOf, startBrowser } from "./review.fixtures.ts";

const PAGES = "/identity/review";

let redis: TestRedis;
let house: TestGateway;
let other: Gateway;

beforeAll(async () => {
  redis = await startOwnRedis();
  const environment = { REDIS_URL: redis.url };
  house = await startTestGateway(0, undefined, environment);
  other = await composeIn(house.directory, undefined, environment);
  other.markReady();
});
afterAll(async () => {
  await other.close();
  await house[Symbol.asyncDispose]();
  await redis.stop();
});

/** What stands before several processes: each request goes to the next one. */
function inTurns(): TestGateway {
  let turn = 0;
  return {
    ...house,
    get gateway() {
      turn += 1;
      return turn % 2 === 0 ? other : house.gateway;
    },
  };
}

test("a steward signs in, works and signs out over two processes as over one", async () => {
  const browser = startBrowser(inTurns());
  expect((await browser.signIn()).status).toBe(303);
  const pages = [await browser.visit(PAGES), await browser.visit(PAGES), await browser.visit(`${PAGES}/decisions`)];
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
  const cookies = new Map(browser.cookies);
  const form = fieldOf(await (await browser.visit(PAGES)).text(), "form-key");
  expect((await browser.submit(`${PAGES}/sign-out`, [["form-key", form]])).status).toBe(303);
  // Whoever kept the cookie is signed out with it, in both.
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  const after = [await browser.visit(PAGES), await browser.visit(PAGES)];
  expect(after.map(({ status }) => status)).toEqual([401, 401]);
});

test("a form that one process gave is taken by another only in the session that it was given to", async () => {
  const [one, two] = [startBrowser(inTurns()), startBrowser(inTurns())];
  await one.signIn();
  await two.signIn();
  const form = fieldOf(await (await one.visit(PAGES)).text(), "form-key");
  expect((await two.submit(`${PAGES}/sign-out`, [["form-key", form]])).status).toBe(403);
  expect((await one.submit(`${PAGES}/sign-out`, [["form-key", form]])).status).toBe(303);
});
