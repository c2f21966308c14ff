import type { Bundle, CapabilityStatement, OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { ROUTES } from "#profiles/routes.ts";
import { FHIR, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

/**
 * The CapabilityStatement is a promise both ways: all that it declares is served, and nothing is served that it does not
 * declare. Asked of a running gateway, address by address and parameter by parameter.
 */
let started: TestGateway;
let statement: CapabilityStatement;

beforeAll(async () => {
  started = await startTestGateway(0);
  statement = await jsonOf<CapabilityStatement>(await started.gateway.app.request(`${FHIR}/metadata`));
});

afterAll(() => started[Symbol.asyncDispose]());

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

function ask(method: string, path: string, body?: string): Promise<Response> {
  const headers = {
    "Content-Type": path.endsWith("_search") ? "application/x-www-form-urlencoded" : "application/json",
  };
  const init = body === undefined ? { method } : { method, body, headers };
  return started.ask("conformance-demo", path.replace(/^\//, ""), init);
}

function exampleOf(path: string): string {
  return path.replace(":id", "an-id").replace(":vid", "1");
}

async function issueCodes(response: Response): Promise<readonly string[]> {
  const outcome = await jsonOf<OperationOutcome>(response);
  return (outcome.issue ?? []).map(({ code }) => code ?? "");
}

/** What an address that is not served says, whatever else may be wrong with the request. */
function isUnserved(status: number, codes: readonly string[]): boolean {
  return (status === 404 || status === 405) && codes.includes("not-supported");
}

const PATHS = [...new Set(ROUTES.map(({ path }) => path))];

describe("every address", () => {
  test.each(PATHS)("%s is served by the methods that the table names and by no other", async (path) => {
    for (const method of METHODS) {
      const body = method === "GET" || method === "DELETE" ? undefined : "{}";
      const response = await ask(method, exampleOf(path), body);
      const isNamed = ROUTES.some((route) => route.path === path && route.method === method);
      if (isNamed && response.status < 300) continue;
      const codes = await issueCodes(response);
      // Update as create answers 405 by rights where a client may not choose ids; this client may.
      expect(isUnserved(response.status, codes), `${method} ${path}: ${response.status} ${codes}`).toBe(!isNamed);
    }
  });
});

describe("the CapabilityStatement", () => {
  test("declares for each type the interactions of the table and no other", () => {
    for (const { type, interaction } of statement.rest?.[0]?.resource ?? []) {
      const declared = (interaction ?? []).map(({ code }) => code).sort();
      const served = ROUTES.filter(
        (route) =>
          route.type === type && route.interaction !== "operation" && route.interaction !== "search-compartment",
      );
      expect(declared, type).toEqual([...new Set(served.map((route) => route.interaction))].sort());
    }
  });

  test("declares the interactions of the whole system that the table has and no other", () => {
    const declared = (statement.rest?.[0]?.interaction ?? []).map(({ code }) => code).sort();
    expect(declared).toEqual(["batch", "history-system", "search-system", "transaction"]);
  });

  test.each(["batch", "transaction"])("is the same as an entry of a %s", async (type) => {
    const entry = [{ request: { method: "GET", url: "metadata" } }];
    const answer = await ask("POST", "", JSON.stringify({ resourceType: "Bundle", type, entry }));
    const { entry: [first] = [] } = await jsonOf<Bundle>(answer);
    expect(first).toEqual({ resource: statement, response: { status: "200 OK" } });
  });

  test("declares every operation of the table and no other", () => {
    for (const { type, operation } of statement.rest?.[0]?.resource ?? []) {
      const declared = (operation ?? []).map(({ name }) => name).sort();
      const served = ROUTES.filter((route) => route.type === type).flatMap((route) => route.operation ?? []);
      expect(declared, type).toEqual([...new Set(served)].sort());
    }
  });

  test("declares search parameters that are all understood, and none that is declared for another type alone", async () => {
    const resources = statement.rest?.[0]?.resource ?? [];
    const everywhere = new Set(resources.flatMap(({ searchParam }) => (searchParam ?? []).map(({ name }) => name)));
    for (const { type, searchParam } of resources) {
      const own = new Set((searchParam ?? []).map(({ name }) => name));
      for (const code of everywhere) {
        const response = await ask("GET", `${type}?${code}=${encodeURIComponent(sampleOf(type, code ?? ""))}`);
        expect(response.status, `${type}?${code}: ${await response.text()}`).toBe(own.has(code) ? 200 : 400);
      }
    }
  });

  test("declares inclusions that are all understood", async () => {
    for (const { type, searchInclude, searchRevInclude } of statement.rest?.[0]?.resource ?? []) {
      for (const value of searchInclude ?? []) {
        expect((await ask("GET", `${type}?_include=${value}`)).status, `${type} ${value}`).toBe(200);
      }
      for (const value of searchRevInclude ?? []) {
        expect((await ask("GET", `${type}?_revinclude=${value}`)).status, `${type} ${value}`).toBe(200);
      }
    }
  });
});

/** A value in the grammar of a parameter. https://hl7.org/fhir/R4/search.html#ptypes */
function sampleOf(type: string | undefined, code: string): string {
  const definition = SEARCH_PARAMETERS[type ?? ""]?.[code];
  return (
    SAMPLES[definition?.type ?? "string"] ?? definition?.component?.map((part) => SAMPLES[part.type]).join("$") ?? "x"
  );
}

const SAMPLES: Readonly<Record<string, string>> = {
  number: "5.4",
  quantity: "5.4",
  date: "2026-01-01",
  reference: "Patient/an-id",
  uri: "https://a.example/x",
  // A code like any other, and the only kind of token that is held to its grammar.
  token: "true",
  string: "x",
};
