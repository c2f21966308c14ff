import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import {
  askOf,
  BASE_URL,
  type Case,
  forge,
  GOOD_CLAIMS,
  NOW_ms,
  NOW_s,
  registerOf,
  STRANGER,
  TOKEN_URL,
  useGround,
} from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

describe("each check of the signature, the claims and the scopes refuses what it is there for", () => {
  const ES384 = { alg: "ES384", typ: "JWT", kid: "first" };
  test.each<Case & { readonly check: number; readonly name: string; readonly detail: string; readonly error: string }>([
    {
      check: 8,
      name: "a stranger's signature",
      key: STRANGER.privateKey,
      detail: "signature",
      error: "401 invalid_client",
    },
    {
      check: 8,
      name: "a signature of zeros",
      assertion: forge(ES384, GOOD_CLAIMS, Buffer.alloc(96).toString("base64url")),
      detail: "signature",
      error: "401 invalid_client",
    },
    { check: 9, name: "no aud", claims: { aud: undefined }, detail: "audience", error: "401 invalid_client" },
    {
      check: 9,
      name: "the FHIR base as aud",
      claims: { aud: `${BASE_URL}/fhir/R4` },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "an aud with a slash more",
      claims: { aud: `${TOKEN_URL}/` },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "a list with another aud",
      claims: { aud: [TOKEN_URL, "https://a.example"] },
      detail: "audience",
      error: "401 invalid_client",
    },
    {
      check: 9,
      name: "a list of one aud",
      claims: { aud: [TOKEN_URL] },
      detail: "audience",
      error: "401 invalid_client",
    },
    { check: 10, name: "no exp", claims: { exp: undefined }, detail: "expiry", error: "401 invalid_client" },
    {
      check: 10,
      name: "exp as text",
      claims: { exp: String(NOW_s + 60) },
      detail: "expiry",
      error: "401 invalid_client",
    },
    {
      check: 10,
      name: "exp with a fraction",
      claims: { exp: NOW_s + 60.5 },
      detail: "expiry",
      error: "401 invalid_client",
    },
    { check: 10, name: "exp this very second", claims: { exp: NOW_s }, detail: "expiry", error: "401 invalid_client" },
    { check: 10, name: "exp 311 s ahead", claims: { exp: NOW_s + 311 }, detail: "expiry", error: "401 invalid_client" },
    { check: 10, name: "exp in milliseconds", claims: { exp: NOW_ms }, detail: "expiry", error: "401 invalid_client" },
    {
      check: 10,
      name: "iat in the future",
      claims: { iat: NOW_s + 11 },
      detail: "not-yet-valid",
      error: "401 invalid_client",
    },
    {
      check: 10,
      name: "nbf in the future",
      claims: { nbf: NOW_s + 60 },
      detail: "not-yet-valid",
      error: "401 invalid_client",
    },
    { check: 10, name: "iat as text", claims: { iat: "now" }, detail: "not-yet-valid", error: "401 invalid_client" },
    { check: 11, name: "no jti", claims: { jti: undefined }, detail: "jti", error: "401 invalid_client" },
    { check: 11, name: "an empty jti", claims: { jti: "" }, detail: "jti", error: "401 invalid_client" },
    { check: 11, name: "a jti that is a number", claims: { jti: 7 }, detail: "jti", error: "401 invalid_client" },
    {
      check: 11,
      name: "a jti of 129 characters",
      claims: { jti: "j".repeat(129) },
      detail: "jti",
      error: "401 invalid_client",
    },
    { check: 12, name: "no scope", form: { scope: undefined }, detail: "scope-missing", error: "400 invalid_scope" },
    {
      check: 12,
      name: "a scope of blanks",
      form: { scope: "  " },
      detail: "scope-missing",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "a scope with a modifier",
      form: { scope: "system/Observation.rs?category:not=laboratory" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "letters out of order",
      form: { scope: "system/Observation.sr" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "a patient's scope",
      form: { scope: "patient/Observation.rs" },
      detail: "scope-malformed",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "nothing that is registered",
      form: { scope: "system/Consent.rs" },
      detail: "scope-none",
      error: "400 invalid_scope",
    },
    {
      check: 12,
      name: "a type that is not served",
      register: registerOf({ scopes: ["system/*.cruds"] }),
      form: { scope: "system/Encounter.rs" },
      detail: "scope-none",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "a purpose that is not registered",
      claims: { purpose: "HRESCH" },
      detail: "purpose",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "several purposes",
      claims: { purpose: ["TREAT", "BTG"] },
      detail: "purpose",
      error: "400 invalid_scope",
    },
    {
      check: 13,
      name: "an agreement that has not begun",
      register: registerOf({}, { from: "2026-11-23" }),
      detail: "agreement-not-begun",
      error: "400 unauthorized_client",
    },
    {
      check: 13,
      name: "an agreement that has ended",
      register: registerOf({}, { until: "2026-11-21" }),
      detail: "agreement-ended",
      error: "400 unauthorized_client",
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
});
