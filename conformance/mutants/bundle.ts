import { isRecord, list, text } from "../json.ts";
import { parseLossless } from "./parse.ts";
import { get, type Reply, reply, versionHeaders } from "./reads.ts";
import { outcomeOf, Refusal, refuse } from "./refusal.ts";
import { resolveConditional, rewritten } from "./rewrite.ts";
import type { Search } from "./searchset.ts";
import type { Version } from "./store.ts";
import {
  type Ask,
  conditionalDelete,
  conditionalPatch,
  conditionalUpdate,
  create,
  patch,
  remove,
  update,
  type Written,
} from "./writes.ts";

interface Entry {
  readonly position: number;
  readonly fullUrl: string | undefined;
  readonly method: string;
  readonly path: readonly string[];
  readonly criteria: string;
  readonly request: unknown;
  readonly resource: unknown;
}

type Result = Readonly<Record<string, unknown>>;

const ORDER = ["DELETE", "POST", "PUT", "PATCH", "GET", "HEAD"];
const REASONS: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified" };

/** POST of a Bundle to the base. */
export function postBundle(search: Search, body: string, prefer: string): Reply {
  const bundle = parseLossless(body);
  if (text(bundle, "resourceType") !== "Bundle") return refuse(400, "invalid", "a Bundle was expected");
  const type = text(bundle, "type");
  const entries = list(bundle, "entry");
  if (type === "batch")
    return answered(
      "batch-response",
      entries.map((each, position) => inBatch(search, each, position, prefer)),
    );
  if (type === "transaction") return answered("transaction-response", transaction(search, entries, prefer));
  return refuse(400, "invalid", "a batch or a transaction was expected");
}

function answered(type: string, entry: readonly Result[]): Reply {
  return reply(200, { resourceType: "Bundle", type, ...(entry.length === 0 ? {} : { entry }) });
}

function parseEntry({ base }: Search, entry: unknown, position: number): Entry {
  const method = text(entry, "request", "method") ?? "";
  const url = text(entry, "request", "url");
  if (url === undefined || !ORDER.includes(method))
    return refuse(400, "required", "an entry needs a request with method and url");
  const relative = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  const [path = "", criteria = ""] = relative.split("?");
  const resource = isRecord(entry) ? entry.resource : undefined;
  if (["POST", "PUT", "PATCH"].includes(method) && resource === undefined)
    return refuse(400, "required", "an entry that writes needs a resource");
  const request = isRecord(entry) ? entry.request : undefined;
  return {
    position,
    fullUrl: text(entry, "fullUrl"),
    method,
    path: path.split("/").filter(Boolean),
    criteria,
    request,
    resource,
  };
}

function inBatch(search: Search, raw: unknown, position: number, prefer: string): Result {
  try {
    return perform(search, parseEntry(search, raw, position), prefer).result;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { response: { status: `${error.status}`, outcome: outcomeOf(error) } };
  }
}

function transaction(search: Search, raw: readonly unknown[], prefer: string): readonly Result[] {
  const before = search.store.snapshot();
  const results: Result[] = [];
  let position = 0;
  try {
    const entries = raw.map((each, at) => {
      position = at;
      return parseEntry(search, each, at);
    });
    const ordered = [...entries].sort((one, other) => ORDER.indexOf(one.method) - ORDER.indexOf(other.method));
    const written: Version[] = [];
    const addresses = new Map<string, string>();
    const ids = new Map<number, string>();
    const deleting = ordered.filter(({ method }) => method === "DELETE");
    const writing = ordered.filter(({ method }) => !["DELETE", "GET", "HEAD"].includes(method));
    for (const entry of [...deleting, ...writing]) {
      position = entry.position;
      const address = addressOf(search, entry, ids);
      // Gone before the criteria of the others are looked at.
      if (entry.method === "DELETE") results[entry.position] = perform(search, entry, prefer).result;
      if (address !== undefined && [...addresses.values()].includes(address))
        refuse(400, "invalid", "two entries act on one resource");
      if (address !== undefined) addresses.set(entry.fullUrl ?? `#${entry.position}`, address);
    }
    for (const entry of writing) {
      position = entry.position;
      const resource = entry.resource === undefined ? undefined : rewritten(entry.resource, addresses);
      const done = perform(search, { ...entry, resource }, prefer, ids.get(entry.position));
      if (done.version !== undefined) written.push(done.version);
      results[entry.position] = done.result;
    }
    for (const version of written) resolveConditional(search, version);
    for (const entry of ordered.filter(({ method }) => ["GET", "HEAD"].includes(method))) {
      position = entry.position;
      results[entry.position] = perform(search, entry, prefer).result;
    }
    return results;
  } catch (error) {
    search.store.restore(before);
    if (!(error instanceof Refusal)) throw error;
    const { status, code, message } = error;
    return refuse(status, code, message, { expression: `Bundle.entry[${position}]` });
  }
}

/** Where the resource of an entry will lie, before anything is written. */
function addressOf(search: Search, entry: Entry, ids: Map<number, string>): string | undefined {
  const { method, path, criteria, request } = entry;
  const [type = "", id] = path;
  if (method === "POST") {
    const match = matchOf(search, type, text(request, "ifNoneExist"));
    if (match === undefined) ids.set(entry.position, crypto.randomUUID());
    return `${type}/${match ?? ids.get(entry.position)}`;
  }
  if (id !== undefined) return `${type}/${id}`;
  const match = matchOf(search, type, criteria);
  return match === undefined ? undefined : `${type}/${match}`;
}

function matchOf(search: Search, type: string, criteria: string | undefined): string | undefined {
  if (criteria === undefined) return undefined;
  const found = get(search, [type], new URLSearchParams(criteria), () => "handling=strict");
  const entries = list(JSON.parse(found.body ?? "{}"), "entry");
  return entries.length === 1 ? text(entries[0], "resource", "id") : undefined;
}

function perform(search: Search, entry: Entry, prefer: string, newId?: string): { result: Result; version?: Version } {
  const { method, path, criteria, request } = entry;
  const [type = "", id] = path;
  if (method === "GET" || method === "HEAD") return { result: readResult(search, entry) };
  const ask: Ask = {
    body: JSON.stringify(patchBody(entry)),
    contentType: isBinary(entry) ? "application/json-patch+json" : "application/fhir+json",
    ifMatch: text(request, "ifMatch"),
    ifNoneExist: text(request, "ifNoneExist"),
  };
  const acts: Readonly<Record<string, () => Written>> = {
    POST: () => create(search, type, ask, newId === undefined ? undefined : () => newId),
    PUT: () => (id === undefined ? conditionalUpdate(search, type, criteria, ask) : update(search, type, id, ask)),
    PATCH: () => (id === undefined ? conditionalPatch(search, type, criteria, ask) : patch(search, type, id, ask)),
    DELETE: () =>
      id === undefined ? conditionalDelete(search, type, criteria) : remove(search, type, id, ask.ifMatch),
  };
  const done = acts[method]?.() ?? refuse(400, "invalid", "an unknown method");
  return {
    result: writeResult(search, done, prefer),
    ...(done.version === undefined ? {} : { version: done.version }),
  };
}

function isBinary({ resource }: Entry): boolean {
  return text(resource, "resourceType") === "Binary";
}

/** A JSON Patch travels in a Bundle as a Binary. */
function patchBody(entry: Entry): unknown {
  if (!isBinary(entry)) return entry.resource;
  return JSON.parse(atob(text(entry.resource, "data") ?? ""));
}

function writeResult({ base }: Search, { status, version }: Written, prefer: string): Result {
  const response = { status: `${status} ${REASONS[status] ?? ""}`.trim() };
  if (version === undefined) return { response };
  const { etag } = versionHeaders(version);
  const location = `${base}/${version.address}/_history/${version.version}`;
  const shown =
    /return=representation/.test(prefer) && version.resource !== undefined ? { resource: version.resource } : {};
  return { ...shown, response: { ...response, location, etag, lastModified: version.at } };
}

function readResult(search: Search, { path, criteria, request }: Entry): Result {
  const header = (name: string) => {
    const member = name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
    return text(request, member);
  };
  const { status, body, headers } = get(search, path, new URLSearchParams(criteria), header);
  const response = {
    status: `${status} ${REASONS[status] ?? ""}`.trim(),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
  };
  return body === undefined ? { response } : { resource: JSON.parse(body), response };
}
