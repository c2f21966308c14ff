import { serve } from "@hono/node-server";
import { postBundle } from "./bundle.ts";
import { personOperation } from "./person-operations.ts";
import { get, type Reply, reply, searchSystem, versionHeaders } from "./reads.ts";
import { outcomeOf, Refusal, refuse } from "./refusal.ts";
import { type Search, searchset } from "./searchset.ts";
import { SmallStore } from "./store.ts";
import {
  type Ask,
  conditionalDelete,
  conditionalPatch,
  conditionalUpdate,
  create,
  patch,
  remove,
  requireType,
  update,
  type Written,
} from "./writes.ts";

/** What the server would answer, given the chance to change request or answer: one broken rule. */
export type Breakage = (request: Request, answer: (request: Request) => Promise<Response>) => Promise<Response>;

const FHIR_JSON = "application/fhir+json; fhirVersion=4.0";

/** Starts a FHIR server in memory that keeps the rules, or breaks the one given. */
export async function startSmallServer(breakage?: Breakage): Promise<{ base: string; stop: () => Promise<void> }> {
  // The base holds the port, which is known only once the server listens.
  let answer = async (_request: Request): Promise<Response> => new Response(null, { status: 503 });
  const fetch = (request: Request) => (breakage === undefined ? answer(request) : breakage(request, answer));
  const running = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => running.once("listening", () => resolve()));
  const address = running.address();
  const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/fhir`;
  const search: Search = { base, store: new SmallStore(), walks: new Map() };
  answer = (request) => respond(search, request);
  const stop = () =>
    new Promise<void>((resolve) => {
      running.close(() => resolve());
      if ("closeAllConnections" in running) running.closeAllConnections();
    });
  return { base, stop };
}

async function respond(search: Search, request: Request): Promise<Response> {
  const common = {
    "content-type": FHIR_JSON,
    "x-request-id": request.headers.get("x-request-id") ?? crypto.randomUUID(),
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Location, Content-Location, Last-Modified",
  };
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: common });
  const { status, headers, body } = await replyTo(search, request);
  const shown = request.method === "HEAD" || body === undefined ? null : body;
  return new Response(shown, { status, headers: { ...common, ...headers } });
}

async function replyTo(search: Search, request: Request): Promise<Reply> {
  const body = await request.text();
  try {
    return dispatch(search, request, body);
  } catch (error) {
    const known = error instanceof Refusal ? error : new Refusal(500, "exception", "unexpected");
    return reply(known.status, outcomeOf(known), known.headers);
  }
}

function dispatch(search: Search, request: Request, body: string): Reply {
  const url = new URL(request.url);
  const path = url.pathname
    .split("/")
    .slice(2)
    .map(decoded)
    .filter((part) => part !== "");
  const header = (name: string) => request.headers.get(name) ?? undefined;
  requireFormat(header("accept"), url.searchParams.get("_format") ?? undefined);
  const { method } = request;
  const [type = "", id, ...more] = path;
  const operated = type === "Patient" ? personOperation(search, id ?? "", url.searchParams, body) : undefined;
  if (operated !== undefined) return operated;
  if (method === "GET" || method === "HEAD") return get(search, path, url.searchParams, header);
  if (method === "POST" && path.at(-1) === "_search") return searchByForm(search, path, url, body, header);
  if (more.length > 0 || type === "metadata" || id?.startsWith("_")) return wrongMethod("GET, HEAD");
  const ask: Ask = {
    body,
    contentType: header("content-type") ?? "",
    ifMatch: header("if-match"),
    ifNoneExist: header("if-none-exist"),
  };
  const prefer = header("prefer") ?? "";
  if (path.length === 0) return method === "POST" ? postBundle(search, body, prefer) : wrongMethod("GET, HEAD, POST");
  requireType(type);
  return written(search, write(search, method, type, id, url.search.slice(1), ask), prefer);
}

function write(
  search: Search,
  method: string,
  type: string,
  id: string | undefined,
  criteria: string,
  ask: Ask,
): Written {
  if (id === undefined) {
    if (method === "POST") return create(search, type, ask);
    if (method === "PUT") return conditionalUpdate(search, type, criteria, ask);
    if (method === "PATCH") return conditionalPatch(search, type, criteria, ask);
    return method === "DELETE"
      ? conditionalDelete(search, type, criteria)
      : wrongMethod("GET, HEAD, POST, PUT, PATCH, DELETE");
  }
  if (method === "PUT") return update(search, type, id, ask);
  if (method === "PATCH") return patch(search, type, id, ask);
  return method === "DELETE" ? remove(search, type, id, ask.ifMatch) : wrongMethod("GET, HEAD, PUT, PATCH, DELETE");
}

function wrongMethod(allow: string): never {
  return refuse(405, "not-supported", "this method is not for this address", { headers: { allow } });
}

function written({ base }: Search, { status, version }: Written, prefer: string): Reply {
  if (version === undefined) return { status, headers: {} };
  const location = status === 201 ? { location: `${base}/${version.address}/_history/${version.version}` } : {};
  const headers = { ...versionHeaders(version), ...location };
  if (version.text === undefined || /return=minimal/.test(prefer)) return { status, headers };
  if (!/return=OperationOutcome/.test(prefer)) return reply(status, version.text, headers);
  const issue = [{ severity: "information", code: "informational", diagnostics: "stored" }];
  return reply(status, { resourceType: "OperationOutcome", issue }, headers);
}

function searchByForm(
  search: Search,
  path: readonly string[],
  url: URL,
  body: string,
  header: (name: string) => string | undefined,
): Reply {
  const isForm = header("content-type")?.startsWith("application/x-www-form-urlencoded");
  if (!isForm && !(body === "" && header("content-type") === undefined))
    return refuse(415, "not-supported", "a form was expected");
  const both = new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)]);
  const [type = ""] = path;
  if (type === "_search") return reply(200, searchSystem(search, both, header("prefer") ?? ""));
  if (path.length > 2) return get(search, path.slice(0, -1), both, header);
  requireType(type);
  return reply(200, searchset(search, type, [type], both, header("prefer") ?? ""));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return refuse(400, "value", "an address that is not UTF-8");
  }
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
