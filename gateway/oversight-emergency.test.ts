import { randomUUID } from "node:crypto";
import type { Bundle } from "@medplum/fhirtypes";
import { importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NHS_NUMBER, SOURCE_CHILD_ID } from "#profiles/systems.ts";
import { AUDIENCE, startTestIssuer, type TestIssuer } from "./access/oidc-issuer.fixtures.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { readDemonstrationKey } from "./demonstration/keys.ts";
import { BASE, FHIR, FORM } from "./gateway.fixtures.ts";
import type { GlassBroken } from "./oversight/break-glass.ts";
import type { DecisionView } from "./oversight/decision-view.ts";
import { numberOf, type OversightHouse, startOversightHouse } from "./oversight.fixtures.ts";

/** Emergency access by a person whom a real OpenID provider has signed in, through the whole gateway. */
const CLIENT = "hv-demo";
const CHILD = "other-practice";
const REASON = "Found unconscious, and nobody knows of allergies.";

let issuer: TestIssuer;
let oversight: OversightHouse;

beforeAll(async () => {
  issuer = await startTestIssuer(() => ({ role: "R8000" }));
  oversight = await startOversightHouse(withUsers, 12);
});
afterAll(async () => {
  await oversight[Symbol.asyncDispose]();
  await issuer.stop();
});

/** Health visitors of another provider, who are signed in and may break the glass. */
function withUsers(register: RegisterFile): RegisterFile {
  return {
    ...register,
    issuers: [{ id: "care-identity", issuer: issuer.url, audience: AUDIENCE, groups: { R8000: "health-visitor" } }],
    agreements: register.agreements.map((agreement) =>
      agreement.id === "hv"
        ? { ...agreement, breakGlass: true, purposes: ["TREAT", "BTG"], relationship: "hub-registration" as const }
        : agreement,
    ),
    clients: register.clients.map((client) =>
      client.id === CLIENT
        ? {
            ...client,
            scopes: [...new Set([...client.scopes, "oversight/break-glass"])],
            users: { issuer: "care-identity", required: false },
          }
        : client,
    ),
  };
}

async function tokenFor(purpose: string, subjectToken: string | undefined): Promise<string> {
  const key = await readDemonstrationKey(oversight.house.directory, CLIENT);
  if (!key) throw new Error("no key");
  const assertion = await new SignJWT({ purpose })
    .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: key.privateJwk.kid ?? "" })
    .setIssuer(CLIENT)
    .setSubject(CLIENT)
    .setAudience(`${BASE}/oauth2/token`)
    .setJti(randomUUID())
    .setExpirationTime("4m")
    .sign(await importJWK(key.privateJwk, "ES384"));
  const body = new URLSearchParams({
    grant_type: subjectToken === undefined ? "client_credentials" : "urn:ietf:params:oauth:grant-type:token-exchange",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: "system/Patient.rs system/Observation.rs oversight/break-glass",
    ...(subjectToken === undefined
      ? {}
      : { subject_token: subjectToken, subject_token_type: "urn:ietf:params:oauth:token-type:id_token" }),
  });
  const init = { method: "POST", body: body.toString(), headers: { "Content-Type": FORM } };
  const answered = await oversight.house.gateway.app.request(`${BASE}/oauth2/token`, init);
  const text = await answered.text();
  expect(answered.status, text).toBe(200);
  return JSON.parse(text).access_token;
}

const ask = (token: string, url: string, body?: unknown): Promise<Response> =>
  Promise.resolve(
    oversight.house.gateway.app.request(url, {
      headers: { Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    }),
  );
const breakGlass = (token: string, value: string, reason = REASON) =>
  ask(token, `${BASE}/oversight/break-glass`, { identifier: { system: NHS_NUMBER, value }, reason });

async function findingsSeen(token: string): Promise<number> {
  const query = `patient.identifier=${NHS_NUMBER}|${numberOf(CHILD)}`;
  const answered = await ask(token, `${FHIR}/Observation?${query}`);
  expect(answered.status).toBe(200);
  const { entry = [] }: Bundle = JSON.parse(await answered.text());
  return entry.filter(({ resource }) => resource?.resourceType === "Observation").length;
}

test("a person who is signed in sees the one child at once, and is seen to", async () => {
  const subject = await issuer.signIn();
  const token = await tokenFor("BTG", subject);
  expect(await findingsSeen(token)).toBe(0);
  const answered = await breakGlass(token, numberOf(CHILD));
  const text = await answered.text();
  expect(answered.status, text).toBe(200);
  const broken: GlassBroken = JSON.parse(text);
  expect(broken.patient).toBe(await oversight.patientOf(CHILD));
  expect(await findingsSeen(token)).toBeGreaterThan(0);
  expect(await findingsSeen(await tokenFor("TREAT", subject))).toBe(0);
  expect(await findingsSeen(await tokenFor("BTG", undefined))).toBe(0);
  const metrics = await (await oversight.house.gateway.app.request(`${BASE}/metrics`)).text();
  expect(metrics).toContain("gateway_break_glass_total 1");
  const [decision] = await oversight.decisionsOf(CHILD, "&review=awaited&kind=break-glass");
  expect(decision).toMatchObject({ id: broken.id, by: `${CLIENT} ${issuer.url}|person-1`, isInForce: true });
  const verdict = { isUpheld: false, reason: "There was no emergency." };
  const path = `/oversight/decisions/${broken.id}/review`;
  expect(await oversight.done<DecisionView>(path, verdict)).toMatchObject({ isInForce: false });
  expect(await findingsSeen(token)).toBe(0);
});

/** Of a child of whom no source of Leeds tells. */
async function numberOfStranger(): Promise<string> {
  const { entry = [] } = await oversight.get<Bundle>("Patient?_count=100");
  for (const { resource } of entry) {
    const { identifier = [] } = resource?.resourceType === "Patient" ? resource : {};
    const isOfLeeds = identifier.some(({ system, value }) => system === SOURCE_CHILD_ID && value?.startsWith("leeds-"));
    const number = identifier.find(({ system }) => system === NHS_NUMBER)?.value;
    if (!isOfLeeds && number !== undefined) return number;
  }
  throw new Error("Every child is of Leeds.");
}

test("nobody and a child of another area are answered alike, but for the request's own id", async () => {
  const token = await tokenFor("BTG", await issuer.signIn());
  const told = await Promise.all(
    [await numberOfStranger(), "9990999996"].map(async (number) => {
      const answered = await breakGlass(token, number);
      const headers = [...answered.headers].filter(([name]) => name !== "x-request-id");
      return [answered.status, headers, await answered.text()];
    }),
  );
  expect(told[0]?.[0]).toBe(404);
  expect(told[0]).toEqual(told[1]);
});

test("numbers that are tried count as asked for, whoever carries them", async () => {
  await oversight.house.restart((register) => {
    const { clients, ...others } = withUsers(register);
    const limits = { childrenPerHour: 2 };
    return { ...others, clients: clients.map((client) => (client.id === CLIENT ? { ...client, limits } : client)) };
  });
  const token = await tokenFor("BTG", await issuer.signIn());
  const statuses: number[] = [];
  for (const number of ["9990999996", "9990999988", "9990999961"]) {
    statuses.push((await breakGlass(token, number)).status);
  }
  expect(statuses).toEqual([404, 404, 429]);
  await oversight.house.restart(withUsers);
});

test("a client alone is refused, and so is a purpose that is no emergency", async () => {
  const alone = await breakGlass(await tokenFor("BTG", undefined), numberOf(CHILD));
  expect(alone.status).toBe(403);
  const treating = await breakGlass(await tokenFor("TREAT", await issuer.signIn()), numberOf(CHILD));
  expect(treating.status).toBe(403);
  expect(await treating.text()).toContain("BTG");
});
