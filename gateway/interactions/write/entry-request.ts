import { ROUTES, type Route } from "#profiles/routes.ts";
import { LIMITS } from "../../limits.ts";
import type { Issue } from "../../outcome/issue.ts";
import type { InteractionRequest, Preconditions } from "../answer.ts";
import type { BundlePorts } from "./bundle.ts";
import type { Read } from "./reading.ts";
import { flawed } from "./refusal.ts";
import { isTree, type Tree } from "./tree.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

type Method = (typeof METHODS)[number];

/** One entry as the request that it stands for, or every reason why it stands for none. */
export function toEntryRequest(
  entry: Tree,
  base: InteractionRequest,
  { ports, fhirBase }: { readonly ports: BundlePorts; readonly fhirBase: string },
): Read<InteractionRequest> {
  const { request } = entry;
  const misplaced = oddEntry(entry);
  if (misplaced !== undefined) return misplaced;
  if (!isTree(request)) return wrong("entry.request", "Expected a request, with method and url.");
  const method = METHODS.find((known) => known === request.method);
  if (method === undefined) return wrong("entry.request.method", `Expected one of ${METHODS.join(", ")}.`);
  const { url } = request;
  if (typeof url !== "string" || url === "") return wrong("entry.request.url", "Expected an address below the base.");
  const odd = oddMember(request);
  if (odd !== undefined) return odd;
  if (url.length > LIMITS.url_bytes_max)
    return { ok: false, issues: [{ kind: "url-too-long", max: LIMITS.url_bytes_max }] };
  const [path = "", query = ""] = splitOnce(withoutBase(url, fhirBase), "?");
  const found = findRoute(method, `/${path}`);
  if (found === undefined) return { ok: false, issues: [ports.routeIssue(method, `/${path}`)] };
  if (found.route.interaction === "transaction")
    return wrong("entry.request.url", "A Bundle is not sent within a Bundle.");
  const body = bodyOf(method, found.route, entry.resource);
  if ("kind" in body) return { ok: false, issues: [body] };
  const { requestId, now_ms, requester, preference } = base;
  return {
    ok: true,
    value: {
      requestId,
      now_ms,
      requester,
      preference,
      method,
      parameters: new URLSearchParams(query),
      query,
      preconditions: toPreconditions(request),
      ...found.place,
      ...body,
    },
  };
}

function wrong(expression: string, message: string): Extract<Read<never>, { ok: false }> {
  return { ok: false, issues: [flawed("base", { code: "structure", expression, message })] };
}

const ENTRY: ReadonlySet<string> = new Set(["fullUrl", "resource", "request", "link", "modifierExtension"]);
const VERSIONED = /\/_history\/[^/]*$/;

/** What R4 has nowhere in an entry, or not in one that asks (bdl-2, bdl-4, bdl-8). */
function oddEntry(entry: Tree): Extract<Read<never>, { ok: false }> | undefined {
  const { fullUrl } = entry;
  if (fullUrl !== undefined && (typeof fullUrl !== "string" || fullUrl === "" || VERSIONED.test(fullUrl))) {
    return wrong("entry.fullUrl", "Expected an absolute address or a URN, of no version.");
  }
  const isKnown = Object.keys(entry).every((name) => ENTRY.has(name) || BESIDE.test(name));
  return isKnown
    ? undefined
    : wrong("entry", "Expected fullUrl, resource and request: one of its elements is none here.");
}

/** What a request may say beside method and url, all of it text. What is not understood may be a condition. */
const CONDITIONS: ReadonlySet<string> = new Set(["ifNoneMatch", "ifModifiedSince", "ifMatch", "ifNoneExist"]);
const BESIDE = /^(?:id|extension|_[a-zA-Z]+)$/;

function oddMember(request: Tree): Extract<Read<never>, { ok: false }> | undefined {
  for (const [name, member] of Object.entries(request)) {
    if (name === "method" || name === "url" || BESIDE.test(name)) continue;
    if (!CONDITIONS.has(name)) return wrong("entry.request", "An element of the request is not defined here.");
    if (typeof member !== "string") return wrong(`entry.request.${name}`, "Expected text.");
  }
  return undefined;
}

function withoutBase(url: string, fhirBase: string): string {
  if (url === fhirBase || url.startsWith(`${fhirBase}/`) || url.startsWith(`${fhirBase}?`)) {
    return url.slice(fhirBase.length).replace(/^\//, "");
  }
  return url.replace(/^\//, "");
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

type Place = Pick<InteractionRequest, "interaction" | "type" | "id" | "versionId" | "patientId" | "operation">;

function findRoute(method: Method, path: string): { readonly route: Route; readonly place: Place } | undefined {
  const served = method === "HEAD" ? "GET" : method;
  const segments = path.split("/");
  for (const route of ROUTES) {
    const names = route.method === served ? match(route.path.split("/"), segments) : undefined;
    if (names !== undefined) return { route, place: toPlace(route, names) };
  }
  return undefined;
}

/** What the segments of a path give for the names of a template. */
function match(template: readonly string[], segments: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (template.length !== segments.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
    } else if (/^[^_$*]/.test(segment)) names[part.slice(1)] = segment;
    else return undefined;
  }
  return names;
}

function toPlace({ interaction, type, operation }: Route, { id, vid }: Readonly<Record<string, string>>): Place {
  return {
    interaction,
    ...(type !== undefined && { type }),
    ...(operation !== undefined && { operation }),
    ...(id !== undefined && (interaction === "search-compartment" ? { patientId: id } : { id })),
    ...(vid !== undefined && { versionId: vid }),
  };
}

function toPreconditions({ ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist }: Tree): Preconditions {
  const since = typeof ifModifiedSince === "string" ? Date.parse(ifModifiedSince) : Number.NaN;
  return {
    ...(typeof ifMatch === "string" && { ifMatch }),
    ...(typeof ifNoneMatch === "string" && { ifNoneMatch }),
    // An instant in a Bundle, a date of HTTP as a header.
    ...(!Number.isNaN(since) && { ifModifiedSince: new Date(since).toUTCString() }),
    ...(typeof ifNoneExist === "string" && { ifNoneExist }),
  };
}

type Body = Pick<InteractionRequest, "body" | "contentType">;

/** A resource is its own body; a Binary of a patch holds one. https://hl7.org/fhir/R4/http.html#patch */
function bodyOf(method: Method, { path }: Route, resource: unknown): Body | Issue {
  if (method === "GET" || method === "HEAD" || method === "DELETE" || path.endsWith("/_search")) return {};
  if (resource === undefined) {
    const message = `Expected a resource: an entry that is a ${method} has one.`;
    return flawed("base", { code: "required", expression: "entry.resource", message });
  }
  if (method === "PATCH" && isTree(resource) && resource.resourceType === "Binary") {
    const { contentType, data } = resource;
    return {
      ...(typeof contentType === "string" && { contentType: contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "" }),
      ...(typeof data === "string" && { body: Buffer.from(data, "base64").toString() }),
    };
  }
  return { contentType: "application/fhir+json", body: JSON.stringify(resource) };
}
