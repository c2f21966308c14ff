import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { type Authentication, createAuthenticator } from "./authenticate.ts";
import { createCertificate, toHeader } from "./certificate.fixtures.ts";
import { askOf, BASE_URL, NOW_ms, registerOf, useGround } from "./token.fixtures.ts";

const ground = useGround(createSqliteStore);
const WITH_MTLS = registerOf({ senderConstraint: "mtls" });
const CERTIFICATE = createCertificate("invented-client");
const about = { method: "GET", url: `${BASE_URL}/fhir/R4/Patient` };

async function bound(): Promise<string> {
  const answer = await askOf(ground, { register: WITH_MTLS, certificate: toHeader(CERTIFICATE) });
  return JSON.parse(answer.body).access_token;
}

async function use(authorization: string, certificate?: string): Promise<Authentication> {
  const { keys, nonces, store } = ground;
  const options = { register: WITH_MTLS, keys, nonces, store, baseUrl: BASE_URL, clock: () => NOW_ms };
  return createAuthenticator(options)({ authorization, certificate, about });
}

describe("a token bound to a certificate", () => {
  test("says which, and is good with it alone", async () => {
    const token = await bound();
    const thumbprint = createHash("sha256").update(CERTIFICATE).digest("base64url");
    expect(decodeJwt(token).cnf).toEqual({ "x5t#S256": thumbprint });
    const authorization = `Bearer ${token}`;
    expect(await use(authorization, toHeader(CERTIFICATE))).toMatchObject({
      ok: true,
      requester: { binding: { kind: "mtls", thumbprint } },
    });
    for (const certificate of [undefined, "", toHeader(createCertificate("invented-client"))]) {
      expect(await use(authorization, certificate)).toMatchObject({
        ok: false,
        issue: { kind: "other-certificate" },
        requester: { client: "practice-system" },
      });
    }
  });

  test("is refused under the scheme of another proof", async () => {
    const token = await bound();
    expect(await use(`DPoP ${token}`, toHeader(CERTIFICATE))).toMatchObject({ ok: false });
  });

  test.each([
    { name: "without a certificate", certificate: undefined },
    { name: "with what is none", certificate: ":AAAA:" },
    { name: "with one that has ended", certificate: toHeader(createCertificate("old", "2020-01-01", "2021-01-01")) },
    {
      name: "with one that has not begun",
      certificate: toHeader(createCertificate("new", "2030-01-01", "2031-01-01")),
    },
  ])("is not issued $name", async ({ certificate }) => {
    const answer = await askOf(ground, { register: WITH_MTLS, ...(certificate === undefined ? {} : { certificate }) });
    expect(answer.status).toBe(401);
    expect(answer.record).toMatchObject({ outcome: "refused", client: "practice-system", detail: "certificate" });
  });
});
