import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { DEMONSTRATION_CLIENTS } from "../demonstration/clients.ts";
import { BASE, jsonOf, startTestGateway, type TestGateway } from "../gateway.fixtures.ts";

let started: TestGateway;

beforeAll(async () => {
  started = await startTestGateway(2);
});

afterAll(() => started[Symbol.asyncDispose]());

/** What anybody may ask: how to begin, and whether the gateway is well. */
const OPEN =
  /^\/(health\/(live|ready)|metrics|oauth2\/(token|jwks)|fhir\/R4\/(metadata|openapi\.json|\.well-known\/smart-configuration)|identity\/review\/sign-(in|out))?$/;

interface Address {
  readonly method: string;
  readonly path: string;
}

/** Every address that is mounted, with something in the place of its parameters. */
function addresses(): readonly Address[] {
  const seen = new Map<string, Address>();
  for (const { method, path } of started.gateway.app.routes) {
    const address = path
      .replace(/:operation\{\\(\$[^}]+)\}/, "$1")
      .replace(/:all\{\\\*\}/, "*")
      .replace(/:\w+(\{[^}]*\})?/g, "x1");
    seen.set(`${method} ${address}`, { method, path: address });
  }
  return [...seen.values()].filter(({ method }) => method !== "ALL");
}

describe("of every address that the router knows", () => {
  test("none but those to begin with is answered without a token", async () => {
    const all = addresses();
    expect(all.length).toBeGreaterThan(100);
    const open: string[] = [];
    for (const { method, path } of all) {
      const response = await started.gateway.app.request(`${BASE}${path}`, { method });
      const isPage = path.startsWith("/identity/review") && [302, 303, 403].includes(response.status);
      if (response.status !== 401 && !isPage) open.push(path);
    }
    expect([...new Set(open)].filter((path) => !OPEN.test(path))).toEqual([]);
  });

  test.each(DEMONSTRATION_CLIENTS)("%s is refused each for which it lacks the scope", async (client) => {
    const reading = "system/Practitioner.r";
    const granted: string[] = [];
    for (const { method, path } of addresses()) {
      if (OPEN.test(path) || path.startsWith("/identity/review")) continue;
      const [, type = ""] = /^\/fhir\/R4\/([A-Z][A-Za-z]+)/.exec(path) ?? [];
      const isContract = SERVED_RESOURCES.some(
        (one) => one.type === type && one.interactions.length === 2 && type !== "AuditEvent",
      );
      // The contract itself is read by everybody who is known; a Bundle and a walk through all are judged by their parts.
      if (isContract || type === "Practitioner" || type === "" || path.includes("/*")) continue;
      const form = path.endsWith("_search") ? "application/x-www-form-urlencoded" : undefined;
      const headers = { "Content-Type": form ?? "application/fhir+json" };
      const init = { method, headers, ...(method !== "GET" && { body: "{}" }) };
      const { status } = await started.ask(client, `${BASE}${path}`, init, reading).catch(() => ({ status: 403 }));
      if (![403, 404, 405].includes(status)) granted.push(`${method} ${path} ${status}`);
    }
    expect(granted).toEqual([]);
  });
});

const SCOPES = ["system/Patient.r", "system/Patient.s", "system/Observation.rs", "system/Patient.rs", "system/*.s"];
const QUERIES = [
  { path: "Patient?name=a", needs: ["Patient.s"] },
  { path: "Observation?status=final", needs: ["Observation.s"] },
  { path: "Observation?subject:Patient.name=a", needs: ["Observation.s", "Patient.s"] },
  { path: "Patient?_has:Observation:patient:status=final", needs: ["Patient.s", "Observation.s"] },
  { path: "Patient/x/Observation", needs: ["Observation.s"] },
  { path: "Patient?_revinclude=Observation:patient", needs: ["Patient.s"] },
  { path: "Observation?_include=Observation:patient&_count=3", needs: ["Observation.s"] },
] as const;

describe("a search under scopes", () => {
  test.each(SCOPES.flatMap((scope) => QUERIES.map((query) => ({ scope, ...query }))))(
    "$scope: $path",
    async ({ scope, path, needs }) => {
      const [, type = "", letters = ""] = /system\/([^.]+)\.(\w+)/.exec(scope) ?? [];
      const holds = (need: string): boolean => {
        const [needed = "", letter = ""] = need.split(".");
        return (type === "*" || type === needed) && letters.includes(letter);
      };
      const response = await started.ask("officer-demo", path, {}, scope);
      expect(response.status).toBe(needs.every(holds) ? 200 : 403);
      if (response.status !== 200) return;
      const { entry = [] } = await jsonOf<Bundle>(response);
      const types = entry.flatMap(({ resource }) =>
        resource && resource.resourceType !== "OperationOutcome" ? [resource.resourceType] : [],
      );
      expect(types.filter((found) => type !== "*" && found !== type)).toEqual([]);
    },
  );
});
