import { describe, expect, test } from "vitest";
import { OPERATION_PARAMETERS } from "#profiles/operation-parameters.ts";
import { readPublished } from "#profiles/published.ts";
import { ROUTES } from "#profiles/routes.ts";
import { toOpenApi } from "./openapi.ts";

const published = readPublished();
const text = JSON.stringify(toOpenApi({ baseUrl: "https://gateway.example", version: "1.2.3", published }));

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((node, step) => (isNode(node) ? node[step] : undefined), value);
}

function entries(value: unknown): readonly (readonly [string, Node])[] {
  return isNode(value)
    ? Object.entries(value).flatMap(([name, node]) => (isNode(node) ? [[name, node] as const] : []))
    : [];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function resolve(document: Node, node: unknown): unknown {
  const reference = at(node, "$ref");
  return typeof reference === "string" ? at(document, ...reference.replace("#/", "").split("/")) : node;
}

function references(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([name, node]) =>
    name === "$ref" && typeof node === "string" ? [node] : references(node),
  );
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const OPERATIONS_FIELDS = ["operationId", "tags", "summary", "security", "parameters", "requestBody", "responses"];
const PARAMETER_FIELDS = ["name", "in", "required", "description", "schema", "explode"];

/** The rules of OpenAPI 3.1 for one operation that a document of this kind can break. */
function operationFlaws(document: Node, path: string, method: string, operation: Node): readonly string[] {
  const parameters = list(operation.parameters).map((one) => resolve(document, one));
  const keys = parameters.map((one) => `${at(one, "in")} ${at(one, "name")}`);
  const inPath = keys.filter((key) => key.startsWith("path ")).map((key) => key.slice(5));
  const templated = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const scopes = at(
    document,
    "components",
    "securitySchemes",
    "smartBackendServices",
    "flows",
    "clientCredentials",
    "scopes",
  );
  const asked = list(operation.security).flatMap((one) => entriesOf(one));
  const isNamed = (one: unknown) =>
    ["path", "query", "header", "cookie"].includes(String(at(one, "in"))) &&
    isNode(at(one, "schema")) &&
    (at(one, "in") !== "path" || at(one, "required") === true) &&
    (isNode(one) ? Object.keys(one) : []).every((field) => PARAMETER_FIELDS.includes(field)) &&
    !/^(accept|content-type|authorization)$/i.test(String(at(one, "name")));
  const rules: readonly (readonly [boolean, string])[] = [
    [METHODS.includes(method), "a method of HTTP"],
    [Object.keys(operation).every((field) => OPERATIONS_FIELDS.includes(field)), "known fields"],
    [parameters.every(isNamed), "parameters of a name, a place and a schema"],
    [new Set(keys).size === keys.length, "each parameter once"],
    [JSON.stringify(inPath.sort()) === JSON.stringify(templated.sort()), "the parameters of its path"],
    [entries(operation.responses).length > 0, "a response"],
    [entries(operation.responses).every(([status]) => /^[1-5]\d\d$/.test(status)), "responses by status"],
    [
      entries(operation.responses).every(([, one]) => typeof at(resolve(document, one), "description") === "string"),
      "a description of each response",
    ],
    [
      operation.requestBody === undefined || entries(at(operation.requestBody, "content")).length > 0,
      "a body of a type",
    ],
    [operation.requestBody === undefined || !["get", "head", "delete"].includes(method), "no body where none is meant"],
    [asked.every(([scheme]) => isNode(at(document, "components", "securitySchemes", scheme))), "known security"],
    [
      asked.every(([, wanted]) => list(wanted).every((scope) => at(scopes, String(scope)) !== undefined)),
      "known scopes",
    ],
  ];
  return rules.flatMap(([holds, what]) => (holds ? [] : [`${method} ${path}: ${what}`]));
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isNode(value) ? Object.entries(value) : [];
}

function flaws(document: Node): readonly string[] {
  const paths = entries(document.paths);
  const operations = paths.flatMap(([path, item]) =>
    entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  const components = entries(document.components).flatMap(([, group]) => entries(group).map(([name]) => name));
  const rules: readonly (readonly [boolean, string])[] = [
    [/^3\.1\.\d+$/.test(String(document.openapi)), "the version"],
    [typeof at(document, "info", "title") === "string" && typeof at(document, "info", "version") === "string", "info"],
    [paths.every(([path]) => path.startsWith("/")), "paths that begin with a slash"],
    [new Set(ids).size === ids.length, "each operationId once"],
    [components.every((name) => /^[A-Za-z0-9._-]+$/.test(name)), "names of components"],
    [
      references(document).every((reference) => resolve(document, { $ref: reference }) !== undefined),
      "references that lead somewhere",
    ],
  ];
  return [
    ...rules.flatMap(([holds, what]) => (holds ? [] : [what])),
    ...operations.flatMap(({ path, method, operation }) => operationFlaws(document, path, method, operation)),
  ];
}

function parse(json: string): Node {
  const value: unknown = JSON.parse(json);
  if (!isNode(value)) throw new Error("No object");
  return value;
}

const whole = parse(text);

function names(path: string, method: string): readonly unknown[] {
  return list(at(whole, "paths", path, method, "parameters")).map((one) => at(resolve(whole, one), "name"));
}

describe("the OpenAPI document", () => {
  test("keeps the rules of OpenAPI 3.1", () => {
    expect(flaws(whole)).toEqual([]);
  });

  test.each([
    ['"openapi":"3.1.0"', '"openapi":"3.0.0"', "the version"],
    ['"name":"vid","in":"path","required":true', '"name":"vid","in":"path"', "a name, a place and a schema"],
    ['"/Patient/{id}"', '"/Patient/{other}"', "the parameters of its path"],
    ["#/components/schemas/Observation", "#/components/schemas/Observatory", "references that lead somewhere"],
    ['"operationId":"read-Patient-instance-get"', '"operationId":"read-Consent-instance-get"', "each operationId once"],
    ['"system/Patient.r":', '"system/Patients.r":', "known scopes"],
    ['"description":"The resource."', '"told":"The resource."', "a description of each response"],
  ])("would not keep them with %s changed to %s", (found, changed, flaw) => {
    expect(text).toContain(found);
    expect(flaws(parse(text.replaceAll(found, changed))).join("\n")).toContain(flaw);
  });

  test("has every route of the table and no other", () => {
    const declared = entries(whole.paths).flatMap(([path, item]) =>
      entries(item).map(([method]) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
    );
    expect([...declared].sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test("leaves open what needs no token, and asks elsewhere for the scope that is needed", () => {
    const security = (path: string, method: string) => at(whole, "paths", path, method, "security");
    expect(security("/metadata", "get")).toEqual([]);
    expect(security("/Observation", "get")).toEqual([{ smartBackendServices: ["system/Observation.s"] }]);
    expect(security("/Consent/{id}", "delete")).toEqual([{ smartBackendServices: ["system/Consent.d"] }]);
    expect(security("/ValueSet/$expand", "get")).toEqual([{ smartBackendServices: [] }]);
  });

  test.each([
    ["/Observation", "get", ["code", "_id", "_sort", "_has", "_format"]],
    ["/Patient", "put", ["identifier", "If-Match"]],
    ["/Patient/{id}", "get", ["id", "If-None-Match", "_summary"]],
    ["/Patient/{id}/*", "get", ["id", "_type", "_lastUpdated"]],
    ["/ValueSet/$expand", "get", ["url", "filter", "count"]],
    ["/Patient/{id}/$everything", "get", ["start", "_since", "_type"]],
  ])("names the parameters of %s %s", (path, method, expected) => {
    expect(names(path, method)).toEqual(expect.arrayContaining(expected));
  });

  test.each(["/Patient/{id}", "/Patient/{id}/$everything", "/Observation/{id}/$validate"])(
    "tells of %s that what it is about may have been deleted",
    (path) => {
      expect(at(whole, "paths", path, "get", "responses", "410")).toEqual({ $ref: "#/components/responses/Gone" });
    },
  );

  test("names no parameter of an operation that is not acted on, nor one that does not fit in a URL", () => {
    const told = names("/ValueSet/$expand", "get");
    expect(told).not.toContain("context");
    expect(told).not.toContain("valueSet");
  });

  test("knows the operations' parameters by definitions that are published", () => {
    for (const [url, parameters] of OPERATION_PARAMETERS) {
      const definition = published.find((one) => one.resourceType === "OperationDefinition" && one.url === url);
      const known = definition?.resourceType === "OperationDefinition" ? definition.parameter : [];
      const all = known?.filter(({ use }) => use === "in").map(({ name }) => name);
      expect(parameters.filter((name) => !all?.includes(name))).toEqual([]);
    }
  });
});
