import { describe, expect, test } from "vitest";
import { DEMONSTRATION_MARK } from "./client-key.ts";
import { createClientKeys } from "./client-keys.ts";
import type { Fetched } from "./guarded-fetch.ts";
import { parseRegister } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";

const HELD = createKeyPair("held");
const FIRST = createKeyPair("first");
const SECOND = createKeyPair("second");
const URL = "https://keys.example/jwks";

function clientOf(id: string) {
  const file = createRegisterFile(HELD.jwk);
  const parsed = parseRegister({
    ...file,
    clients: file.clients.map((entry) => ({ ...entry, id, jwks: { keys: [HELD.jwk] }, jwks_uri: URL })),
  });
  const client = parsed.ok ? parsed.register.client(id) : undefined;
  if (client === undefined) throw new Error("the register of this test is wrong");
  return client;
}

const CLIENT = clientOf("practice-system");

/** An address of keys whose answers, and a clock that, the test moves. */
function setUp(keys: readonly unknown[], maxAge_s?: number) {
  const state = {
    now_ms: 1_000_000,
    fetches: 0,
    answer: { ok: true, text: JSON.stringify({ keys }), maxAge_s } as Fetched,
    wait: Promise.resolve(),
  };
  const find = createClientKeys({
    clock: () => state.now_ms,
    async fetch() {
      state.fetches += 1;
      const { answer } = state;
      await state.wait;
      return answer;
    },
  });
  const has = async (kid: string, client = CLIENT) => (await find(client, { alg: "ES384", kid })) !== undefined;
  return { state, find, has };
}

describe("keys of an address", () => {
  test("are fetched when they are first named, and kept", async () => {
    const { state, has } = setUp([FIRST.jwk], 600);
    expect(await has("first")).toBe(true);
    state.now_ms += 599_000;
    expect(await has("first")).toBe(true);
    expect(state.fetches).toBe(1);
    state.now_ms += 1_000;
    expect(await has("first")).toBe(true);
    expect(state.fetches).toBe(2);
  });

  test("are not asked for where the register holds the key", async () => {
    const { state, has } = setUp([]);
    expect(await has("held")).toBe(true);
    expect(state.fetches).toBe(0);
  });

  test("are those of one client, whatever another one asks for", async () => {
    const { state, has } = setUp([FIRST.jwk]);
    expect(await has("unknown")).toBe(false);
    expect(await has("first", clientOf("other-system"))).toBe(true);
    expect(state.fetches).toBe(2);
  });

  test("a new one is found within a minute, and a flood of unknown ones asks no more than once a minute", async () => {
    const { state, has } = setUp([FIRST.jwk], 3_600);
    expect(await has("first")).toBe(true);
    state.answer = { ok: true, text: JSON.stringify({ keys: [FIRST.jwk, SECOND.jwk] }), maxAge_s: 3_600 };
    for (let at = 0; at < 1_000; at += 1) expect(await has(`unknown-${at}`)).toBe(false);
    expect(await has("second")).toBe(false);
    expect(state.fetches).toBe(1);
    state.now_ms += 60_000;
    expect(await has("second")).toBe(true);
    expect(state.fetches).toBe(2);
  });

  test("are asked for once by many at the same time", async () => {
    const { state, has } = setUp([FIRST.jwk]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => has("first")));
    expect(answers.every(Boolean)).toBe(true);
    expect(state.fetches).toBe(1);
  });

  test("last until they end when their address fails, and no longer", async () => {
    const { state, has } = setUp([FIRST.jwk], 600);
    expect(await has("first")).toBe(true);
    state.answer = { ok: false, reason: "unreachable" };
    state.now_ms += 120_000;
    expect(await has("second")).toBe(false);
    expect(state.fetches).toBe(2);
    expect(await has("first")).toBe(true);
    state.now_ms += 480_000;
    expect(await has("first")).toBe(false);
  });

  test.each([
    { name: "no JSON", text: "<html>" },
    { name: "no key set", text: "[]" },
    {
      name: "more keys than anybody has",
      text: JSON.stringify({ keys: Array.from({ length: 101 }, () => FIRST.jwk) }),
    },
  ])("$name changes nothing of what is known", async ({ text }) => {
    const { state, has } = setUp([FIRST.jwk], 600);
    await has("first");
    state.answer = { ok: true, text, maxAge_s: 600 };
    state.now_ms += 60_000;
    expect(await has("second")).toBe(false);
    expect(await has("first")).toBe(true);
  });

  test("are kept no longer than their address says, and asked for anew once a second at most", async () => {
    const { state, has } = setUp([FIRST.jwk], 0);
    expect(await has("first")).toBe(true);
    state.answer = { ok: true, text: JSON.stringify({ keys: [SECOND.jwk] }), maxAge_s: 0 };
    state.now_ms += 1_000;
    expect(await has("first")).toBe(false);
    expect(state.fetches).toBe(2);
    state.now_ms += 900;
    const answers = await Promise.all([..."abcdefgh"].map(() => has("second")));
    expect([answers.every(Boolean), state.fetches]).toEqual([true, 3]);
  });

  test("are asked for once a minute again, once their address fails", async () => {
    const { state, has } = setUp([FIRST.jwk], 0);
    await has("first");
    state.answer = { ok: false, reason: "unreachable" };
    for (let at = 0; at < 59; at += 1) {
      state.now_ms += 1_000;
      expect(await has("first")).toBe(false);
    }
    expect(state.fetches).toBe(2);
  });

  test("are asked for when the clock was put back", async () => {
    const { state, has } = setUp([FIRST.jwk]);
    await has("unknown");
    state.now_ms -= 3_600_000;
    state.answer = { ok: true, text: JSON.stringify({ keys: [SECOND.jwk] }), maxAge_s: 60 };
    expect(await has("second")).toBe(true);
  });

  test("one that was taken away is no longer good once the address was asked again", async () => {
    const { state, has } = setUp([FIRST.jwk], 60);
    expect(await has("first")).toBe(true);
    state.answer = { ok: true, text: JSON.stringify({ keys: [SECOND.jwk] }), maxAge_s: 60 };
    state.now_ms += 60_000;
    expect(await has("first")).toBe(false);
  });
});

describe("what is no good key is left out", () => {
  test.each([
    { name: "two under one kid", keys: [FIRST.jwk, { ...SECOND.jwk, kid: "first" }] },
    { name: "a private key", keys: [{ ...FIRST.jwk, d: "AAAA" }] },
    { name: "a key for encryption", keys: [{ ...FIRST.jwk, use: "enc" }] },
    { name: "a key that may not verify", keys: [{ ...FIRST.jwk, key_ops: ["sign"] }] },
    { name: "a key for another algorithm", keys: [{ ...FIRST.jwk, alg: "ES256" }] },
    { name: "a key of the demonstration", keys: [{ ...FIRST.jwk, [DEMONSTRATION_MARK]: true }] },
    { name: "a secret", keys: [{ kty: "oct", k: "AAAA", kid: "first" }] },
    { name: "no object", keys: ["first", null, 1] },
  ])("$name", async ({ keys }) => {
    expect(await setUp(keys).has("first")).toBe(false);
  });

  test("while the others are taken", async () => {
    expect(await setUp([{ kty: "OKP", crv: "Ed25519", x: "AA", kid: "x" }, FIRST.jwk]).has("first")).toBe(true);
  });
});
