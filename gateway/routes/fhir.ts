import type { Interaction, ServedType } from "#profiles/interactions.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { Result } from "../interactions/answer.ts";
import type { createRead } from "../interactions/read.ts";
import type { createSearchType } from "../interactions/search-type.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import { isAcceptable, readText, toHandling } from "./negotiate.ts";
import { fhirHeaders, type RequestIds, respondWithIssues } from "./respond.ts";

export type Authenticated =
  | { readonly ok: true; readonly requester: Requester }
  | { readonly ok: false; readonly issue: Issue };

export interface FhirPorts {
  authenticate(headers: Headers): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
  readonly read: ReturnType<typeof createRead>;
  readonly searchType: ReturnType<typeof createSearchType>;
  now(): number;
  /** False while data are still being brought in: an answer would be incomplete and not say so. */
  isReady(): boolean;
}

/** One request below /fhir/R4, its type and id taken from the path. */
export interface FhirRequest {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly interaction: Interaction;
  readonly type: ServedType;
  readonly id?: string;
}

/** The letter of a SMART scope that an interaction needs. */
const SCOPE_LETTER: Readonly<Record<Interaction, string>> = { capabilities: "", read: "r", "search-type": "s" };

export function createFhirRoutes(ports: FhirPorts) {
  async function answer(fhir: FhirRequest): Promise<Response> {
    const result = await toResult(fhir, ports);
    if (!result.ok) return respondWithIssues(result.issues, fhir.ids);
    const headers = Object.assign(fhirHeaders(fhir.ids), result.answer.headers);
    return new Response(
      new Uint8Array(result.answer.body.buffer, result.answer.body.byteOffset, result.answer.body.length),
      {
        status: result.answer.status,
        headers,
      },
    );
  }
  return { answer };
}

function refuse(issue: Issue): Result {
  return { ok: false, issues: [issue] };
}

/** authenticate → scope → the interaction. */
async function toResult(fhir: FhirRequest, ports: FhirPorts): Promise<Result> {
  const { request, interaction, type, ids } = fhir;
  const { url, headers } = request;
  if (url.length > LIMITS.url_bytes_max) return refuse({ kind: "url-too-long", max: LIMITS.url_bytes_max });
  if (!ports.isReady()) return refuse({ kind: "unavailable", what: "store", retryAfter_s: 2 });
  const mark = url.indexOf("?");
  const query = mark < 0 ? undefined : new URLSearchParams(url.slice(mark + 1));
  if (!isAcceptable(headers.get("accept"), query?.get("_format") ?? null)) return refuse({ kind: "not-acceptable" });
  const authenticated = await ports.authenticate(headers);
  if (!authenticated.ok) return auditRefusal(fhir, authenticated.issue, undefined, ports);
  const { requester } = authenticated;
  const letter = SCOPE_LETTER[interaction];
  if (!hasScope(requester.scopes, type, letter)) {
    const needed = `system/${type}.${letter}`;
    return auditRefusal(fhir, { kind: "insufficient-scope", needed }, requester, ports);
  }
  const facts = { requestId: ids.requestId, now_ms: ports.now(), type, requester };
  if (interaction === "read") return ports.read({ ...facts, id: fhir.id ?? "" });
  const parameters = await readParameters(request, query);
  if ("kind" in parameters) return refuse(parameters);
  return ports.searchType({ ...facts, parameters, handling: toHandling(headers.get("prefer")) });
}

/** The parameters of the URL and, for POST `_search`, of the form that is its body. */
async function readParameters(request: Request, query: URLSearchParams | undefined): Promise<URLSearchParams | Issue> {
  if (request.method !== "POST") return query ?? new URLSearchParams();
  const contentType = request.headers.get("content-type") ?? "";
  if (!contentType.startsWith("application/x-www-form-urlencoded")) {
    return { kind: "unsupported-media-type", expected: "application/x-www-form-urlencoded" };
  }
  const body = await readText(request, LIMITS.form_bytes_max);
  if (typeof body !== "string") return body;
  const parameters = new URLSearchParams(body);
  for (const [name, value] of query ?? []) parameters.append(name, value);
  return parameters;
}

/** Who was turned away at the door is recorded too; when that is not possible nobody is let in either. */
async function auditRefusal(
  { ids, interaction }: FhirRequest,
  issue: Issue,
  requester: Requester | undefined,
  { audit }: FhirPorts,
): Promise<Result> {
  try {
    await audit.append({
      interaction,
      outcome: "refused",
      requestId: ids.requestId,
      client: requester?.client ?? "unknown",
      detail: issue.kind,
    });
    return refuse(issue);
  } catch {
    return refuse({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
  }
}

const TYPES = SERVED_RESOURCES.map(({ type }) => type as string);

/** What a path below /fhir/R4 that no route of the table takes is told. */
export function toRouteIssue(method: string, path: string): Issue {
  const [type = "", second, ...rest] = path.split("/").filter((part) => part !== "");
  if (type === "" || type.startsWith("_") || type.startsWith("$") || type === "metadata") {
    return type === "metadata"
      ? { kind: "interaction-not-served", interaction: method, allow: ["GET", "HEAD"] }
      : { kind: "unknown-route" };
  }
  if (!TYPES.includes(type)) {
    const closest = nearest(type, TYPES);
    return closest === undefined ? { kind: "unknown-type", type } : { kind: "unknown-type", type, nearest: closest };
  }
  if (rest.length > 0 || second?.startsWith("_history") || second?.startsWith("$")) return { kind: "unknown-route" };
  const allow = second === "_search" ? ["POST"] : ["GET", "HEAD"];
  return { kind: "interaction-not-served", interaction: toInteraction(method, second), allow };
}

function toInteraction(method: string, second: string | undefined): string {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return "delete";
    default:
      return second === "_search" ? "search-type" : method.toLowerCase();
  }
}
