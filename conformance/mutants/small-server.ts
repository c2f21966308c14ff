import { Buffer } from "node:buffer";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { at, text } from "../json.ts";
import { HELD, type Held } from "./data.ts";
import { PARAMETERS, predicateFor } from "./search.ts";

/** What the server would answer, given the chance to change request or answer: one broken rule. */
export type Breakage = (request: Request, answer: (request: Request) => Promise<Response>) => Promise<Response>;

const FHIR_JSON = "application/fhir+json; fhirVersion=4.0";
const RESULT_PARAMETERS = ["_sort", "_count", "_total", "_include"];
const INCLUDES: Readonly<Record<string, string>> = { "Observation:subject": "subject", "Consent:patient": "patient" };
const PAGE_ENTRIES = 20;

class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Starts a FHIR server of some two hundred lines that keeps the rules, or breaks the one given. */
export async function startSmallServer(breakage?: Breakage): Promise<{ base: string; stop: () => Promise<void> }> {
  // The base holds the port, which is known only once the server listens.
  let answer = async (_request: Request): Promise<Response> => new Response(null, { status: 503 });
  const fetch = (request: Request) => (breakage === undefined ? answer(request) : breakage(request, answer));
  const running = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => running.once("listening", () => resolve()));
  const address = running.address();
  const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/fhir`;
  answer = createApp(base);
  const stop = () =>
    new Promise<void>((resolve) => {
      running.close(() => resolve());
      if ("closeAllConnections" in running) running.closeAllConnections();
    });
  return { base, stop };
}

function createApp(base: string): (request: Request) => Promise<Response> {
  const app = new Hono().basePath("/fhir");
  app.use(async (c, next) => {
    const id = c.req.header("x-request-id") ?? crypto.randomUUID();
    c.header("x-request-id", id);
    c.header("access-control-allow-origin", "*");
    c.header("access-control-expose-headers", "ETag, Location, Content-Location, Last-Modified");
    if (c.req.method === "OPTIONS") return c.body(null, 204);
    requireFormat(c.req.header("accept"), c.req.query("_format"));
    return next();
  });
  app.get("/metadata", (c) => json(c, capabilities(base), { etag: 'W/"one"' }));
  app.all("/metadata", () => refuse(405, "not-supported", "metadata is read by GET"));
  app.post("/", () => refuse(400, "not-supported", "no batch here"));
  app.get("/:type", (c) => search(c, base, c.req.param("type"), new URL(c.req.url).searchParams));
  app.post("/:type/_search", async (c) => {
    if (!c.req.header("content-type")?.startsWith("application/x-www-form-urlencoded"))
      return refuse(415, "not-supported", "a form was expected");
    const both = new URLSearchParams([...new URL(c.req.url).searchParams, ...new URLSearchParams(await c.req.text())]);
    return search(c, base, c.req.param("type"), both);
  });
  app.get("/:type/:id", (c) => read(c, c.req.param("type"), c.req.param("id")));
  app.get("/:type/:id/*", () => refuse(404, "not-supported", "nothing here"));
  app.all("*", () => refuse(405, "not-supported", "this interaction is not served"));
  app.onError((error, c) => {
    const known = error instanceof Refusal ? error : new Refusal(500, "exception", "unexpected");
    const issue = [{ severity: "error", code: known.code, diagnostics: known.message }];
    const headers = known.status === 405 ? { allow: "GET, HEAD" } : {};
    return json(c, { resourceType: "OperationOutcome", issue }, headers, known.status);
  });
  return async (request) => app.fetch(request);
}

function refuse(status: ContentfulStatusCode, code: string, message: string): never {
  throw new Refusal(status, code, message);
}

function json(
  c: Context,
  value: unknown,
  headers: Record<string, string> = {},
  status: ContentfulStatusCode = 200,
): Response {
  for (const [name, text] of Object.entries({ "content-type": FHIR_JSON, ...headers })) c.header(name, text);
  return c.newResponse(c.req.method === "HEAD" ? null : JSON.stringify(value), status);
}

function requireFormat(accept = "*/*", format?: string): void {
  const spelled = format?.replace(" ", "+");
  if (spelled !== undefined && !["json", "application/json", "application/fhir+json"].includes(spelled))
    refuse(406, "not-supported", "only JSON is served");
  if (spelled !== undefined) return;
  const fits = accept.split(",").some((each) => {
    const version = /fhirVersion=([\d.]+)/.exec(each)?.[1] ?? "4.0";
    return /json|\*\/\*|application\/\*/.test(each) && version === "4.0";
  });
  if (!fits) refuse(406, "not-supported", "only FHIR R4 JSON is served");
}

function read(c: Context, type: string, id: string): Response {
  if (PARAMETERS[type] === undefined) return refuse(404, "not-supported", "unknown type");
  const found = HELD.find((each) => each.resourceType === type && each.id === id);
  if (found === undefined) return refuse(404, "not-found", "no such resource");
  const etag = `W/"${text(found, "meta", "versionId")}"`;
  const modified = new Date(text(found, "meta", "lastUpdated") ?? 0);
  const headers = { etag, "last-modified": modified.toUTCString() };
  const since = Date.parse(c.req.header("if-modified-since") ?? "");
  const known = c.req.header("if-none-match") === etag || since >= Math.floor(modified.getTime() / 1000) * 1000;
  return known ? c.body(null, 304, headers) : json(c, found, headers);
}

function search(c: Context, base: string, type: string, given: URLSearchParams): Response {
  if (PARAMETERS[type] === undefined) return refuse(404, "not-supported", "unknown type");
  const page = given.get("page");
  const parameters = page === null ? given : tokenParameters(page);
  const strict = !/handling=lenient/.test(c.req.header("prefer") ?? "");
  const used = new URLSearchParams();
  let found = HELD.filter((each) => each.resourceType === type);
  for (const [name, value] of parameters) {
    if (value === "" || name === "offset") continue;
    if (name === "_format" || RESULT_PARAMETERS.includes(name)) {
      used.append(name, value);
      continue;
    }
    const known = PARAMETERS[type][name.split(":")[0] ?? ""] !== undefined;
    const ignorable = !known && name !== "_query" && !["_summary", "_elements"].includes(name);
    if (ignorable && (!strict || !/handling/.test(c.req.header("prefer") ?? ""))) continue;
    const predicate = predicateFor(type, base, name, value);
    if (typeof predicate === "string") return refuse(400, "invalid", `${name}: ${predicate}`);
    used.append(name, value);
    found = found.filter(predicate);
  }
  return json(
    c,
    searchset(base, type, sorted(type, found, used.get("_sort")), used, Number(parameters.get("offset") ?? 0)),
  );
}

function tokenParameters(page: string): URLSearchParams {
  const plain = Buffer.from(page, "base64url").toString();
  if (Buffer.from(plain).toString("base64url") !== page || !plain.endsWith(".")) refuse(400, "invalid", "no such page");
  return new URLSearchParams(plain.slice(0, -1));
}

function sorted(type: string, found: readonly Held[], sort: string | null): readonly Held[] {
  if (sort === null) return found;
  const key = sort.replace(/^-/, "");
  const parameter = PARAMETERS[type]?.[key];
  if (parameter === undefined) return refuse(400, "not-supported", `_sort: ${key} is no sort key`);
  const direction = sort.startsWith("-") ? -1 : 1;
  const keyOf = (resource: Held) => JSON.stringify(parameter.values(resource)[0] ?? "");
  return [...found].sort((one, other) => direction * keyOf(one).localeCompare(keyOf(other)));
}

function searchset(base: string, type: string, found: readonly Held[], used: URLSearchParams, offset: number) {
  const written = used.get("_count") ?? `${PAGE_ENTRIES}`;
  if (!/^\d+$/.test(written)) return refuse(400, "invalid", "_count: a whole number was expected");
  if (!["accurate", "estimate", "none", null].includes(used.get("_total")))
    return refuse(400, "invalid", "_total: accurate, estimate or none was expected");
  const size = Number(written);
  const shown = found.slice(offset, offset + size);
  const onward = new URLSearchParams([...used, ["offset", `${offset + size}`]]);
  const next = `${base}/${type}?page=${Buffer.from(`${onward}.`).toString("base64url")}`;
  const entry = [
    ...shown.map((each) => toEntry(base, each, "match")),
    ...included(base, shown, used.getAll("_include")),
  ];
  return {
    resourceType: "Bundle",
    type: "searchset",
    total: found.length,
    link: [
      { relation: "self", url: used.size === 0 ? `${base}/${type}` : `${base}/${type}?${used}` },
      ...(size > 0 && offset + size < found.length ? [{ relation: "next", url: next }] : []),
    ],
    ...(entry.length === 0 ? {} : { entry }),
  };
}

function toEntry(base: string, resource: Held, mode: "match" | "include") {
  return { fullUrl: `${base}/${resource.resourceType}/${resource.id}`, resource, search: { mode } };
}

function included(base: string, shown: readonly Held[], includes: readonly string[]) {
  const references = includes.flatMap((include) => {
    const element = INCLUDES[include];
    if (element === undefined) return refuse(400, "not-supported", "_include: unknown include");
    return shown.map((each) => at(each, element, "reference"));
  });
  return HELD.filter((each) => references.includes(`${each.resourceType}/${each.id}`)).map((each) =>
    toEntry(base, each, "include"),
  );
}

function capabilities(base: string) {
  const resource = Object.entries(PARAMETERS).map(([type, parameters]) => ({
    type,
    interaction: [{ code: "read" }, { code: "search-type" }],
    searchParam: Object.entries(parameters).map(([name, { kind }]) => ({ name, type: kind })),
    ...(Object.keys(INCLUDES).some((each) => each.startsWith(type))
      ? { searchInclude: Object.keys(INCLUDES).filter((each) => each.startsWith(type)) }
      : {}),
  }));
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    date: "2026-01-01",
    kind: "instance",
    implementation: { description: "A small server that keeps the rules", url: base },
    fhirVersion: "4.0.1",
    format: ["json"],
    rest: [{ mode: "server", resource }],
  };
}
