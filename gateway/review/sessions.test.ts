import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReplayStore } from "../access/replay.ts";
import { LIMITS } from "../limits.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { createSessions, isSameKey } from "./sessions.ts";

const TOLD = { of: { authorization: "Bearer t" }, name: "steward-demo", expiresAt: 1_000 };
const SECRET = randomBytes(32);

let directory: string;
let store: Store;
const time = { now: 0 };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sessions-"));
  store = createSqliteStore({ path: join(directory, "store.sqlite"), clock: () => time.now });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

/** Two processes over one store. */
function startProcesses(over: ReplayStore = store) {
  time.now = 0;
  const open = (secret = SECRET) => createSessions({ secret, store: over, now: () => time.now });
  const [here, there] = [open(), open()];
  return { here, there, open };
}

const opened = (cookie: string | undefined): string => {
  if (cookie === undefined) throw new Error("No session was opened.");
  return cookie;
};

test("a session is found by its cookie in every process until its token ends, and never after", async () => {
  const { here, there } = startProcesses();
  const cookie = opened(here.open(TOLD));
  expect(await here.get(cookie)).toEqual({ session: { ...TOLD, formKey: expect.any(String) } });
  expect(await there.get(cookie)).toEqual(await here.get(cookie));
  time.now = 999;
  expect(await there.get(cookie)).toBeDefined();
  time.now = 1_000;
  expect([await here.get(cookie), await there.get(cookie)]).toEqual([undefined, undefined]);
});

test("a person's session goes on by new cookies while it is used, and ends when it is not, or when its time is over", async () => {
  const [idle, most] = [LIMITS.review_idle_ms, LIMITS.review_signed_in_ms_max];
  const { here, there } = startProcesses();
  const told = { ...TOLD, expiresAt: idle, endsAt: most };
  const unused = opened(here.open(told));
  let used = opened(here.open(told));
  for (time.now = idle - 1; time.now < most; time.now += idle - 1) {
    const found = await there.get(used);
    expect(found?.session.expiresAt).toBe(Math.min(most, time.now + idle));
    used = opened(found?.renewed);
  }
  time.now = most - 1;
  expect([(await here.get(used)) === undefined, await here.get(unused)]).toEqual([false, undefined]);
  time.now = most;
  expect(await here.get(used)).toBeUndefined();
});

test("a session that was ended is over in every process, by any of its cookies", async () => {
  const { here, there } = startProcesses();
  const first = opened(here.open({ ...TOLD, expiresAt: 1_000, endsAt: 2_000 }));
  const renewed = opened((await here.get(first))?.renewed);
  const other = opened(here.open(TOLD));
  expect(await there.end(first)).toBe(true);
  expect([await here.get(first), await here.get(renewed), await there.get(renewed)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(await there.get(other)).toBeDefined();
});

test("a store that does not answer lets nobody in, and ends nothing in silence", async () => {
  const { here } = startProcesses({ write: () => Promise.reject(new Error("away")) });
  const cookie = opened(here.open(TOLD));
  expect([await here.get(cookie), await here.end(cookie)]).toEqual([undefined, false]);
});

test("a session is nobody's by another cookie, another key or its form's key", async () => {
  const { here, open } = startProcesses();
  const cookie = opened(here.open(TOLD));
  const formKey = (await here.get(cookie))?.session.formKey ?? "";
  const changed = `${cookie.slice(0, 40)}${cookie[40] === "A" ? "B" : "A"}${cookie.slice(41)}`;
  for (const wrong of ["", "x", changed, formKey]) expect(await here.get(wrong)).toBeUndefined();
  expect(await open(randomBytes(32)).get(cookie)).toBeUndefined();
});

test("a cookie tells nothing of whom it stands for, and none is longer than browsers keep", () => {
  const { here } = startProcesses();
  const cookie = opened(here.open(TOLD));
  expect(Buffer.from(cookie, "base64url").toString("latin1")).not.toMatch(/steward|Bearer/);
  expect(here.open({ ...TOLD, of: { authorization: `Bearer ${"t".repeat(3_800)}` } })).toBeUndefined();
});

test("a session has a form key of its own, which no other session and no sign-in form has", async () => {
  const { here, there } = startProcesses();
  const cookies = [opened(here.open(TOLD)), opened(here.open(TOLD))];
  const keys = await Promise.all(cookies.map(async (cookie) => (await there.get(cookie))?.session.formKey ?? ""));
  const all = [...keys, ...cookies.map((cookie) => here.formKeyOf(cookie)), ...cookies];
  expect(new Set(all).size).toBe(6);
  expect(cookies.map((cookie) => there.formKeyOf(cookie))).toEqual(all.slice(2, 4));
});

test.each([
  ["abc", "abc", true],
  ["abd", "abc", false],
  ["ab", "abc", false],
  ["", "abc", false],
  [undefined, "abc", false],
])("the key %j for %j is taken: %s", (sent, expected, isTaken) => {
  expect(isSameKey(sent, expected)).toBe(isTaken);
});
