import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { askOf, BASE_URL, type Case, NOW_ms, NOW_s, RSA, useGround } from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const ask = (given?: Case) => askOf(ground, given);

describe("a good assertion", () => {
  test("gets a token that says who asks, for whom, why and under which agreement", async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
      Pragma: "no-cache",
    });
    const body = JSON.parse(answer.body);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 300,
      scope: "system/Observation.rs",
    });
    expect(decodeProtectedHeader(body.access_token)).toEqual({
      alg: "ES256",
      typ: "at+jwt",
      kid: ground.keys.signing().kid,
    });
    const { payload } = await jwtVerify(body.access_token, ground.keys.signing().publicKey, {
      currentDate: new Date(NOW_ms),
    });
    expect(payload).toEqual({
      iss: BASE_URL,
      sub: "practice-system",
      client_id: "practice-system",
      aud: `${BASE_URL}/fhir/R4`,
      iat: NOW_s,
      exp: NOW_s + 300,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: "system/Observation.rs",
      purpose: "TREAT",
      organization: { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Z99101" },
      agreement: { id: "direct-care", version: 3 },
    });
    expect(answer.record).toEqual({
      outcome: "success",
      client: "practice-system",
      organization: "Z99101",
      purpose: "TREAT",
      agreement: "direct-care/3",
      legalBasis: "6(1)(e) 9(2)(h) implied-direct-care",
      tokenId: payload.jti,
      detail: "system/Observation.rs",
    });
  });

  test.each<Case & { readonly name: string; readonly scope?: string; readonly purpose?: string }>([
    { name: "signed with RS384", header: { alg: "RS384", kid: "rsa" }, key: RSA.privateKey },
    { name: "signed with PS384", header: { alg: "PS384", kid: "rsa" }, key: RSA.privateKey },
    { name: "signed with RS512", header: { alg: "RS512", kid: "rsa" }, key: RSA.privateKey },
    { name: "with its client_id beside it", form: { client_id: "practice-system" } },
    { name: "with iat and nbf now", claims: { iat: NOW_s, nbf: NOW_s } },
    { name: "from a clock ten seconds ahead", claims: { iat: NOW_s + 10, exp: NOW_s + 310 } },
    { name: "that ends within the second", claims: { exp: NOW_s + 1 } },
    { name: "with a jti of 128 characters", claims: { jti: "j".repeat(128) } },
    { name: "that claims another registered purpose", claims: { purpose: "ETREAT" }, purpose: "ETREAT" },
    {
      name: "that asks for more than is registered",
      form: { scope: "system/*.cruds" },
      scope: "system/Patient.rs system/Observation.rs",
    },
    { name: "that asks in words of SMART 1", form: { scope: "system/Patient.read" }, scope: "system/Patient.rs" },
    { name: "that asks to send", form: { scope: "ingest/leeds-eyfsp" }, scope: "ingest/leeds-eyfsp" },
    { name: "with a charset in its content type", contentType: "Application/X-WWW-Form-Urlencoded; charset=UTF-8" },
    { name: "with a parameter that is not known", form: { resource: "x" } },
  ])("$name gets a token", async ({ name: _name, scope, purpose, ...given }) => {
    const answer = await ask(given);
    expect(answer.status, answer.body).toBe(200);
    const body = JSON.parse(answer.body);
    expect(body.scope).toBe(scope ?? "system/Observation.rs");
    expect(decodeJwt(body.access_token).purpose).toBe(purpose ?? "TREAT");
  });
});
