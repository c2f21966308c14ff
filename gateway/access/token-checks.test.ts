import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import {
  askOf,
  type Case,
  forge,
  GOOD_CLAIMS,
  RSA,
  registerOf,
  SIGNED_WITH_PUBLIC_KEY,
  STRANGER,
  sign,
  useGround,
} from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

function withChangedByte(assertion: string, part: 0 | 1 | 2): string {
  const segments = assertion.split(".");
  const segment = segments[part] ?? "";
  const at = 12;
  segments[part] = `${segment.slice(0, at)}${segment[at] === "A" ? "B" : "A"}${segment.slice(at + 1)}`;
  return segments.join(".");
}

describe("each check of the form, the header and the client refuses what it is there for", () => {
  const ES384 = { alg: "ES384", typ: "JWT", kid: "first" };
  test.each<Case & { readonly check: number; readonly name: string; readonly detail: string; readonly error: string }>([
    { check: 1, name: "JSON", contentType: "application/json", detail: "content-type", error: "400 invalid_request" },
    { check: 1, name: "no content type", contentType: undefined, detail: "content-type", error: "400 invalid_request" },
    {
      check: 1,
      name: "a body of 17 kB",
      form: { x: "x".repeat(17_000) },
      detail: "too-large",
      error: "400 invalid_request",
    },
    {
      check: 1,
      name: "a repeated scope",
      tail: "&scope=system/*.rs",
      detail: "repeated-parameter",
      error: "400 invalid_request",
    },
    {
      check: 1,
      name: "a repeated unknown parameter",
      tail: "&x=1&x=1",
      detail: "repeated-parameter",
      error: "400 invalid_request",
    },
    {
      check: 2,
      name: "no grant type",
      form: { grant_type: undefined },
      detail: "grant-type-missing",
      error: "400 invalid_request",
    },
    {
      check: 2,
      name: "an empty grant type",
      form: { grant_type: "" },
      detail: "grant-type-missing",
      error: "400 invalid_request",
    },
    {
      check: 2,
      name: "another grant type",
      form: { grant_type: "password" },
      detail: "grant-type",
      error: "400 unsupported_grant_type",
    },
    {
      check: 3,
      name: "another assertion type",
      form: { client_assertion_type: "saml2" },
      detail: "assertion-type",
      error: "401 invalid_client",
    },
    {
      check: 3,
      name: "no assertion",
      form: { client_assertion: undefined },
      detail: "assertion-missing",
      error: "401 invalid_client",
    },
    { check: 4, name: "two parts", assertion: "e30.e30", detail: "assertion-malformed", error: "401 invalid_client" },
    {
      check: 4,
      name: "an empty signature",
      assertion: `${forge(ES384, GOOD_CLAIMS, "")}`,
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "a header that is a list",
      assertion: forge([], GOOD_CLAIMS),
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "claims that are not JSON",
      assertion: "e30.bm90.bm90",
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "a JWE",
      assertion: "e30.e30.e30.e30.e30",
      detail: "assertion-malformed",
      error: "401 invalid_client",
    },
    { check: 4, name: "no typ", header: { typ: undefined }, detail: "header-typ", error: "401 invalid_client" },
    {
      check: 4,
      name: "an access token's typ",
      header: { typ: "at+jwt" },
      detail: "header-typ",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "alg none",
      assertion: forge({ ...ES384, alg: "none" }, GOOD_CLAIMS),
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "alg None",
      assertion: forge({ ...ES384, alg: "None" }, GOOD_CLAIMS),
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "HS256 with the public key as secret",
      assertion: SIGNED_WITH_PUBLIC_KEY,
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "RS256",
      header: { alg: "RS256", kid: "rsa" },
      key: RSA.privateKey,
      detail: "header-alg",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "crit",
      header: { crit: ["early-years"], "early-years": 1 },
      detail: "header-member",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "an embedded key",
      header: { jwk: STRANGER.jwk },
      key: STRANGER.privateKey,
      detail: "header-member",
      error: "401 invalid_client",
    },
    { check: 4, name: "x5c", header: { x5c: ["MIIB"] }, detail: "header-member", error: "401 invalid_client" },
    {
      check: 4,
      name: "x5u",
      header: { x5u: "https://a.example/c" },
      detail: "header-member",
      error: "401 invalid_client",
    },
    {
      check: 4,
      name: "b64",
      assertion: forge({ ...ES384, b64: false }, GOOD_CLAIMS),
      detail: "header-member",
      error: "401 invalid_client",
    },
    { check: 4, name: "no kid", header: { kid: undefined }, detail: "header-kid", error: "401 invalid_client" },
    {
      check: 5,
      name: "another sub than iss",
      claims: { sub: "other-system" },
      detail: "issuer-is-not-subject",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "no iss",
      claims: { iss: undefined },
      detail: "issuer-is-not-subject",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "another client_id",
      form: { client_id: "other-system" },
      detail: "client-id",
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "an unknown client",
      claims: { iss: "nobody", sub: "nobody" },
      detail: 'unknown-client claimed "nobody"',
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "a client named like a method",
      claims: { iss: "constructor", sub: "constructor" },
      detail: 'unknown-client claimed "constructor"',
      error: "401 invalid_client",
    },
    {
      check: 5,
      name: "a disabled client",
      register: registerOf({ enabled: false }),
      detail: "disabled-client",
      error: "401 invalid_client",
    },
    {
      check: 6,
      name: "a jku where none is registered",
      header: { jku: "https://a.example/jwks" },
      detail: "jku",
      error: "401 invalid_client",
    },
    { check: 7, name: "an unknown kid", header: { kid: "second" }, detail: "unknown-key", error: "401 invalid_client" },
    {
      check: 7,
      name: "a kid of another key type",
      header: { kid: "rsa" },
      detail: "unknown-key",
      error: "401 invalid_client",
    },
    {
      check: 7,
      name: "a kid of another client",
      claims: { iss: "other-system", sub: "other-system" },
      header: { alg: "RS384", kid: "rsa" },
      key: RSA.privateKey,
      detail: "unknown-key",
      error: "401 invalid_client",
    },
  ])("check $check: $name", async ({ check: _check, name: _name, detail, error, ...given }) => {
    const answer = await ask(given);
    const body = JSON.parse(answer.body);
    expect(`${answer.status} ${body.error}`, answer.body).toBe(error);
    expect(answer.record).toMatchObject({ outcome: "refused", detail });
    expect(answer.headers["Cache-Control"]).toBe("no-store");
    // RFC 6749 5.2: what an error_description may hold.
    expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test("a compressed body is 415, one said to be as it is is read", async () => {
    const compressed = await ask({ contentEncoding: "gzip" });
    expect(compressed.status).toBe(415);
    expect(JSON.parse(compressed.body).error).toBe("invalid_request");
    expect(compressed.record).toMatchObject({ outcome: "refused", client: "unknown", detail: "content-encoding" });
    expect((await ask({ contentEncoding: "Identity" })).status).toBe(200);
  });

  test.each([0, 1, 2] as const)("a changed byte in part %i", async (part) => {
    const answer = await ask({ assertion: withChangedByte(await sign({}, ground.jti), part) });
    expect(answer.status).toBe(401);
  });
});
