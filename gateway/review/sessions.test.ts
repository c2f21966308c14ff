import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createSessions, isSameKey } from "./sessions.ts";

const TOLD = { of: { authorization: "Bearer t" }, name: "steward-demo", expiresAt: 1_000 };

describe("a session", () => {
  test("is found by its cookie until its token ends, and never after", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const cookie = sessions.open(TOLD);
    expect(sessions.get(cookie)).toMatchObject(TOLD);
    now = 999;
    expect(sessions.get(cookie)).toBeDefined();
    now = 1_000;
    expect(sessions.get(cookie)).toBeUndefined();
    now = 0;
    expect(sessions.get(cookie)).toBeUndefined();
  });

  test("of a person goes on while it is used, and ends when it is not, or when its time is over", () => {
    const [idle, most] = [LIMITS.review_idle_ms, LIMITS.review_signed_in_ms_max];
    let now = 0;
    const sessions = createSessions(() => now);
    const told = { ...TOLD, expiresAt: idle, endsAt: most };
    const [used, unused] = [sessions.open(told), sessions.open(told)];
    for (now = idle - 1; now < most; now += idle - 1) {
      expect(sessions.get(used)?.expiresAt).toBe(Math.min(most, now + idle));
    }
    now = most - 1;
    expect([sessions.get(used) === undefined, sessions.get(unused)]).toEqual([false, undefined]);
    now = most;
    expect(sessions.get(used)).toBeUndefined();
  });

  test("is nobody's by another cookie, nor by its form's key, and is over once it is ended", () => {
    const sessions = createSessions(() => 0);
    const cookie = sessions.open(TOLD);
    expect(sessions.get(`${cookie}x`)).toBeUndefined();
    expect(sessions.get(sessions.get(cookie)?.formKey ?? "")).toBeUndefined();
    sessions.end(cookie);
    expect(sessions.get(cookie)).toBeUndefined();
  });

  test("has a form key of its own, which no other session and no sign-in form has", () => {
    const sessions = createSessions(() => 0);
    const cookies = [sessions.open(TOLD), sessions.open(TOLD)];
    const keys = cookies.map((cookie) => sessions.get(cookie)?.formKey ?? "");
    const all = [...keys, ...cookies.map((cookie) => sessions.formKeyOf(cookie)), ...cookies];
    expect(new Set(all).size).toBe(6);
  });
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
