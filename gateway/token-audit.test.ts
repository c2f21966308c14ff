import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCertificate, toHeader } from "./access/certificate.fixtures.ts";
import type { RegisterFile } from "./access/register-file.ts";
import type { IndexedRecord } from "./audit/audit.ts";
import { createAuditIndex } from "./audit/audit-index.ts";
import { BASE, FHIR, FORM, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/** What the log holds of requests for tokens, and of tokens that are presented without what they are bound to. */

const CERTIFICATE = toHeader(createCertificate("invented-hub", "2026-01-01", "2049-12-31"));

let started: TestGateway;

function bindHub(register: RegisterFile): RegisterFile {
  const clients = register.clients.map((client) => {
    if (client.id === "hub-demo") return { ...client, senderConstraint: "mtls" as const };
    return client.id === "hv-demo" ? { ...client, senderConstraint: "dpop" as const } : client;
  });
  return { ...register, clients };
}

beforeAll(async () => {
  started = await startTestGateway(0, bindHub);
});
afterAll(() => started[Symbol.asyncDispose]());

async function recordOf(requestId: string): Promise<readonly IndexedRecord["record"][]> {
  const index = createAuditIndex({ directory: join(started.directory, "audit"), process: "test" });
  try {
    await index.catchUp();
    const records = await index.scan({}, undefined, 1_000);
    return records.map(({ record }) => record).filter((record) => record.requestId === requestId);
  } finally {
    await index.close();
  }
}

const SCOPE = "system/Patient.rs";

test.each<{
  readonly name: string;
  readonly client: string;
  readonly detail: string;
  readonly ask: (id: string) => Promise<Response>;
}>([
  {
    name: "another's key",
    client: "gp-demo",
    detail: "unknown-key",
    ask: async (id) =>
      started.requestToken(await started.assertion("gp-demo", "hub-demo"), SCOPE, { "X-Request-ID": id }),
  },
  {
    name: "a stranger",
    client: "unknown",
    detail: 'unknown-client claimed "nobody"',
    ask: async (id) =>
      started.requestToken(await started.assertion("nobody", "hub-demo"), SCOPE, { "X-Request-ID": id }),
  },
  {
    name: "no form",
    client: "unknown",
    detail: "content-type",
    ask: async (id) =>
      started.gateway.app.request(`${BASE}/oauth2/token`, {
        method: "POST",
        body: "{}",
        headers: { "X-Request-ID": id },
      }),
  },
  {
    name: "an empty form",
    client: "unknown",
    detail: "grant-type-missing",
    ask: async (id) =>
      started.gateway.app.request(`${BASE}/oauth2/token`, {
        method: "POST",
        body: "",
        headers: { "Content-Type": FORM, "X-Request-ID": id },
      }),
  },
  {
    name: "no proof of a key",
    client: "hv-demo",
    detail: "dpop missing",
    ask: async (id) => started.requestToken(await started.assertion("hv-demo"), SCOPE, { "X-Request-ID": id }),
  },
  {
    name: "no certificate",
    client: "hub-demo",
    detail: "certificate",
    ask: async (id) => started.requestToken(await started.assertion("hub-demo"), SCOPE, { "X-Request-ID": id }),
  },
  {
    name: "a scope that is not registered",
    client: "gp-demo",
    detail: "scope-none",
    ask: async (id) =>
      started.requestToken(await started.assertion("gp-demo"), "identity/review", { "X-Request-ID": id }),
  },
])("a request refused for $name is recorded before it is answered", async ({ name, client, detail, ask }) => {
  const id = name.replaceAll(/[^a-z]/g, "-");
  const answer = await ask(id);
  expect([400, 401]).toContain(answer.status);
  expect(answer.headers.get("X-Request-ID")).toBe(id);
  expect(await recordOf(id)).toMatchObject([{ interaction: "token", outcome: "refused", client, detail }]);
});

test("an assertion that comes again is recorded as such", async () => {
  const assertion = await started.assertion("gp-demo");
  expect(
    (await started.requestToken(assertion, SCOPE, { "X-Correlation-ID": "c-1" })).headers.get("X-Correlation-ID"),
  ).toBe("c-1");
  expect((await started.requestToken(assertion, SCOPE, { "X-Request-ID": "again" })).status).toBe(401);
  expect(await recordOf("again")).toMatchObject([{ client: "gp-demo", detail: "replayed" }]);
});

test("a token bound to a certificate is answered with it alone, and whose it is is recorded when it is not", async () => {
  const assertion = await started.assertion("hub-demo");
  const answer = await started.requestToken(assertion, SCOPE, { "Client-Cert": CERTIFICATE, "X-Request-ID": "bound" });
  const { access_token, token_type } = await jsonOf<{ access_token: string; token_type: string }>(answer);
  expect(token_type).toBe("bearer");
  const [issued] = await recordOf("bound");
  expect(issued?.binding).toMatch(/^[A-Za-z0-9_-]{43}$/);

  const ask = (headers: Record<string, string>) =>
    started.gateway.app.request(`${FHIR}/Patient`, {
      headers: { Authorization: `Bearer ${access_token}`, ...headers },
    });
  expect((await ask({ "Client-Cert": CERTIFICATE })).status).toBe(200);
  const refused = await ask({ "X-Request-ID": "stolen" });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("WWW-Authenticate")).toMatch(/^Bearer realm="fhir", error="invalid_token"/);
  expect(await recordOf("stolen")).toMatchObject([
    { outcome: "refused", client: "hub-demo", detail: "other-certificate" },
  ]);
});
