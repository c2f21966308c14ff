import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createDpopNonces } from "./dpop-nonce.ts";

const NOW_ms = Date.parse("2026-11-22T12:00:00Z");
const KEY = createSecretKey(randomBytes(32));
const nonces = createDpopNonces(KEY);

describe("a nonce", () => {
  test("lasts longer than a token, and no longer than ten minutes", () => {
    const nonce = nonces.make(NOW_ms);
    const at = (s: number) => nonces.isGood(nonce, NOW_ms + s * 1_000);
    expect([0, LIMITS.access_token_life_s, LIMITS.dpop_nonce_life_s - 1, LIMITS.dpop_nonce_life_s + 1].map(at)).toEqual(
      [true, true, true, false],
    );
    expect(at(-60)).toBe(false);
  });

  test.each(["", ".", "a.b", "1.AAAAAAAAAAAAAAAAAAAAAA", "zzzzzzzzzzzz.AAAAAAAAAAAAAAAAAAAAAA"])(
    "'%s' is none of ours",
    (text) => {
      expect(nonces.isGood(text, NOW_ms)).toBe(false);
    },
  );

  test("of another process under the same key is good, under another key it is not", () => {
    const nonce = nonces.make(NOW_ms);
    expect(createDpopNonces(KEY).isGood(nonce, NOW_ms)).toBe(true);
    expect(createDpopNonces(createSecretKey(randomBytes(32))).isGood(nonce, NOW_ms)).toBe(false);
  });
});
