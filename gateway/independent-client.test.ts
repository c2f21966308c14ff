import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RegisterFile } from "./access/register-file.ts";
import { readDemonstrationKey } from "./demonstration/keys.ts";
import { BASE, FHIR, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/** An OAuth client that nobody here wrote, against a whole gateway. */

let started: TestGateway;
let server: oauth.AuthorizationServer;

function bindHealthVisiting(register: RegisterFile): RegisterFile {
  const clients = register.clients.map((client) =>
    client.id === "hv-demo" ? { ...client, senderConstraint: "dpop" as const } : client,
  );
  return { ...register, clients };
}

beforeAll(async () => {
  started = await startTestGateway(0, bindHealthVisiting);
  const answer = await started.gateway.app.request(`${FHIR}/.well-known/smart-configuration`);
  server = { issuer: BASE, ...(await jsonOf<object>(answer)) };
});
afterAll(() => started[Symbol.asyncDispose]());

const throughGateway = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: async (url: string, init: { method: string; headers: object; body?: unknown }) =>
    started.gateway.app.request(url, {
      method: init.method,
      headers: new Headers(Object.entries(init.headers)),
      ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
    }),
} as const;

async function authenticationOf(client: string): Promise<oauth.ClientAuth> {
  const key = await readDemonstrationKey(started.directory, client);
  if (key === undefined) throw new Error(`no key of ${client}`);
  const algorithm = { name: "ECDSA", namedCurve: "P-384" };
  const privateKey = await crypto.subtle.importKey("jwk", key.privateJwk, algorithm, false, ["sign"]);
  return oauth.PrivateKeyJwt(
    { key: privateKey, kid: key.privateJwk.kid ?? "" },
    {
      // SMART asks for the token endpoint where later drafts of OAuth ask for the issuer.
      [oauth.modifyAssertion](header, payload) {
        header.typ = "JWT";
        payload.aud = server.token_endpoint ?? "";
      },
    },
  );
}

async function tokenOf(client: string, DPoP?: oauth.DPoPHandle): Promise<oauth.TokenEndpointResponse> {
  const parameters = new URLSearchParams({ scope: "system/Patient.rs system/Observation.rs" });
  const authentication = await authenticationOf(client);
  const options = { ...throughGateway, ...(DPoP && { DPoP }) };
  const ask = async () => {
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      { client_id: client },
      authentication,
      parameters,
      options,
    );
    return await oauth.processClientCredentialsResponse(server, { client_id: client }, answer);
  };
  try {
    return await ask();
  } catch (error) {
    // RFC 9449 8: once more, with the nonce that came.
    if (oauth.isDPoPNonceError(error)) return await ask();
    throw error;
  }
}

const read = (token: string, path: string, options: object = {}) =>
  oauth.protectedResourceRequest(token, "GET", new URL(`${FHIR}/${path}`), new Headers(), null, {
    ...throughGateway,
    ...options,
  });

describe("an independent client", () => {
  test("gets a bearer token by a signed assertion, and is answered", async () => {
    const { access_token, token_type, expires_in, scope } = await tokenOf("gp-demo");
    expect({ token_type, expires_in, scope }).toEqual({
      token_type: "bearer",
      expires_in: 300,
      scope: "system/Patient.rs system/Observation.rs",
    });
    expect((await read(access_token, "Patient")).status).toBe(200);
  });

  test("that must prove a key is told a nonce, gets a bound token, and proves it with each request", async () => {
    const pair = await oauth.generateKeyPair("ES256");
    const DPoP = oauth.DPoP({}, pair);
    const { access_token, token_type } = await tokenOf("hv-demo", DPoP);
    expect(token_type).toBe("dpop");
    for (const path of ["Patient", "Observation?patient=1", "Patient"]) {
      expect((await read(access_token, path, { DPoP })).status, path).toBe(200);
    }
  });

  test("that has somebody's bound token and not the key is refused, and told how to do it", async () => {
    const DPoP = oauth.DPoP({}, await oauth.generateKeyPair("ES256"));
    const { access_token } = await tokenOf("hv-demo", DPoP);
    const thief = oauth.DPoP({}, await oauth.generateKeyPair("ES256"));
    await expect(read(access_token, "Patient", { DPoP: thief })).rejects.toThrow(oauth.WWWAuthenticateChallengeError);
    const bearer = await started.gateway.app.request(`${FHIR}/Patient`, {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expect(bearer.status).toBe(401);
    expect(bearer.headers.get("WWW-Authenticate")).toMatch(/^DPoP realm="fhir", error="invalid_dpop_proof"/);
    expect((await jsonOf<{ resourceType: string }>(bearer)).resourceType).toBe("OperationOutcome");
  });

  test("that must prove a key and does not is given no token", async () => {
    await expect(tokenOf("hv-demo")).rejects.toThrow(oauth.ResponseBodyError);
  });

  test("finds the tokens signed by a published key, for this FHIR base", async () => {
    const { access_token } = await tokenOf("gp-demo");
    const request = new Request(`${FHIR}/Patient`, { headers: { Authorization: `Bearer ${access_token}` } });
    const known = { ...server, jwks_uri: `${BASE}/oauth2/jwks` };
    const claims = await oauth.validateJwtAccessToken(known, request, FHIR, throughGateway);
    expect(claims).toMatchObject({ iss: BASE, client_id: "gp-demo", purpose: "TREAT" });
  });
});

test("keys are published for as long as a cache may keep them", async () => {
  const answer = await started.gateway.app.request(`${BASE}/oauth2/jwks`);
  expect(answer.headers.get("Cache-Control")).toBe("public, max-age=300");
  expect(answer.headers.get("Content-Type")).toBe("application/json");
});
