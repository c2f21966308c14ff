import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CLIENT_KEY, toClientKey } from "./client-key.ts";
import { isSignedBy } from "./signature.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
const RSA = generateKeyPairSync("rsa", { modulusLength: 2_048 });
/** The order of the group of P-384. */
const ORDER = Buffer.from(
  "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  "hex",
);

function toInput(alg: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg, kid: "own" })}.${part({ iss: "own" })}`;
}

function toJws(signature: Buffer): string {
  return `${toInput("ES384")}.${signature.toString("base64url")}`;
}

describe("a signature of ES384", () => {
  const right = sign("sha384", Buffer.from(toInput("ES384")), { key: privateKey, dsaEncoding: "ieee-p1363" });
  const der = sign("sha384", Buffer.from(toInput("ES384")), privateKey);
  const sha256 = sign("sha256", Buffer.from(toInput("ES384")), { key: privateKey, dsaEncoding: "ieee-p1363" });
  const r = right.subarray(0, 48);
  const s = right.subarray(48);

  test("that is right is accepted", async () => {
    expect(await isSignedBy(toJws(right), publicKey, "ES384")).toBe(true);
  });

  test.each([
    { name: "of zeros", jws: toJws(Buffer.alloc(96)) },
    { name: "with r zero", jws: toJws(Buffer.concat([Buffer.alloc(48), s])) },
    { name: "with s zero", jws: toJws(Buffer.concat([r, Buffer.alloc(48)])) },
    { name: "with r the order of the group", jws: toJws(Buffer.concat([ORDER, s])) },
    { name: "with s the order of the group", jws: toJws(Buffer.concat([r, ORDER])) },
    { name: "with its halves swapped", jws: toJws(Buffer.concat([s, r])) },
    { name: "in DER", jws: toJws(der) },
    { name: "of another hash", jws: toJws(sha256) },
    { name: "a byte too short", jws: toJws(right.subarray(0, 95)) },
    { name: "a byte too long", jws: toJws(Buffer.concat([right, Buffer.alloc(1)])) },
    { name: "that is empty", jws: toJws(Buffer.alloc(0)) },
    { name: "under another alg", jws: `${toInput("ES256")}.${right.toString("base64url")}` },
  ])("$name is refused", async ({ jws }) => {
    expect(await isSignedBy(jws, publicKey, "ES384")).toBe(false);
  });
});

test.each([
  { alg: "RS384", other: "PS384" },
  { alg: "PS384", other: "RS384" },
  { alg: "RS384", other: "RS512" },
])("a signature of $alg is none of $other", async ({ alg, other }) => {
  const padding = alg.startsWith("PS") ? { padding: 6, saltLength: 48 } : {};
  const signature = sign("sha384", Buffer.from(toInput(other)), { key: RSA.privateKey, ...padding });
  expect(await isSignedBy(`${toInput(other)}.${signature.toString("base64url")}`, RSA.publicKey, other)).toBe(false);
});

test("a signature with spare bits set in its last character is refused", async () => {
  const signature = sign("sha384", Buffer.from(toInput("RS384")), RSA.privateKey).toString("base64url");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const next = alphabet[alphabet.indexOf(signature.at(-1) ?? "") + 1];
  const other = `${signature.slice(0, -1)}${next}`;
  expect(Buffer.from(other, "base64url")).toEqual(Buffer.from(signature, "base64url"));
  expect(await isSignedBy(`${toInput("RS384")}.${signature}`, RSA.publicKey, "RS384")).toBe(true);
  expect(await isSignedBy(`${toInput("RS384")}.${other}`, RSA.publicKey, "RS384")).toBe(false);
});

const VECTORS = join(import.meta.dirname, "../../../shared/data/outside/wycheproof-jose/json_web_signature_test.json");
const NUMBERS = z.discriminatedUnion("kty", [
  z.object({ kty: z.literal("EC"), crv: z.string(), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal("RSA"), n: z.string(), e: z.string() }),
]);
const VECTOR_KEY = z.looseObject({ alg: z.string().optional() });
const GROUPS = z.object({
  testGroups: z.array(
    z.object({
      comment: z.string(),
      public: VECTOR_KEY.optional(),
      tests: z.array(z.object({ tcId: z.number(), jws: z.unknown(), result: z.string() })),
    }),
  ),
});

/** Whether a vector passes as an assertion of a client with this key would; other algorithms at the signature alone. */
async function isAccepted(jws: unknown, jwk: z.output<typeof VECTOR_KEY>) {
  if (typeof jws !== "string") return false;
  const registered = CLIENT_KEY.safeParse({ ...jwk, kid: "vector" });
  if (registered.success) {
    const { key, algorithms } = toClientKey(registered.data);
    const accepted = await Promise.all(algorithms.map((algorithm) => isSignedBy(jws, key, algorithm)));
    return accepted.some(Boolean);
  }
  // A key without an algorithm of its own, or made for something else, is not looked at further.
  if (jwk.alg === undefined) return false;
  return await isSignedBy(jws, createPublicKey({ key: NUMBERS.parse(jwk), format: "jwk" }), jwk.alg);
}

describe("the signature vectors of Wycheproof", () => {
  test.runIf(existsSync(VECTORS))("are accepted and refused as their authors say", async () => {
    const { testGroups } = GROUPS.parse(JSON.parse(readFileSync(VECTORS, "utf8")));
    const wrong: string[] = [];
    let looked = 0;
    for (const { comment, public: jwk, tests } of testGroups) {
      if (jwk === undefined) continue;
      for (const { tcId, jws, result } of tests) {
        looked += 1;
        // Two vectors name an algorithm that does not exist; no key of ours may name it either.
        const expected = result === "valid" && jwk.alg !== "ES521";
        if ((await isAccepted(jws, jwk)) !== expected) wrong.push(`${comment} ${tcId} is ${result}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(looked).toBeGreaterThan(100);
  });
});
