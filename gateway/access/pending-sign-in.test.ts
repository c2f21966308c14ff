import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createPendingSignIns } from "./pending-sign-in.ts";
import type { ReplayStore } from "./replay.ts";

/** Single use in memory, as the store keeps it; or one that is away. */
function storeOf(isAway = false): ReplayStore {
  const used = new Set<string>();
  return {
    async write(work) {
      if (isAway) throw new Error("away");
      return work({
        async useOnce(key) {
          if (used.has(key)) return false;
          used.add(key);
          return true;
        },
      });
    },
  };
}

const SECRET = randomBytes(32);
const TOLD = { issuer: "care-identity", next: "/identity/review" };

describe("a sign-in that was begun", () => {
  test("is taken once, by its own state, until its time is over", async () => {
    let now = 0;
    const pending = createPendingSignIns({ store: storeOf(), secret: SECRET, clock: () => now });
    const [one, other] = [pending.begin(TOLD), pending.begin(TOLD)];
    expect(await pending.take(one.cookie, [other.values.state])).toBe("state");
    now = LIMITS.sign_in_pending_ms - 1;
    expect(await pending.take(one.cookie, [one.values.state])).toMatchObject(TOLD);
    expect(await pending.take(one.cookie, [one.values.state])).toBe("state");
    now = LIMITS.sign_in_pending_ms;
    expect(await pending.take(other.cookie, [other.values.state])).toBe("state");
  });

  test("has a state, a nonce and a verifier that say nothing of each other and are no part of the cookie", () => {
    const pending = createPendingSignIns({ store: storeOf(), secret: SECRET, clock: () => 0 });
    const { cookie, values } = pending.begin(TOLD);
    const all = Object.values(values);
    expect(new Set(all).size).toBe(3);
    const kept = Buffer.from(cookie, "base64url").toString();
    for (const value of all) expect([cookie, kept].some((text) => text.includes(value))).toBe(false);
    expect(values.verifier).toMatch(/^[\w-]{43}$/);
  });

  test("is finished once by any process of the gateway, and by none of another", async () => {
    const store = storeOf();
    const open = (secret = SECRET) => createPendingSignIns({ store, secret, clock: () => 0 });
    const { cookie, values } = open().begin(TOLD);
    expect(await open(randomBytes(32)).take(cookie, [values.state])).toBe("state");
    expect(await open().take(cookie, [values.state])).toMatchObject(TOLD);
    expect(await open().take(cookie, [values.state])).toBe("state");
  });

  test("is not finished while the store cannot say whether it was before", async () => {
    const pending = createPendingSignIns({ store: storeOf(true), secret: SECRET, clock: () => 0 });
    const { cookie, values } = pending.begin(TOLD);
    expect(await pending.take(cookie, [values.state])).toBe("store-unavailable");
  });
});
