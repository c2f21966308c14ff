import type { Interaction, ServedType } from "#profiles/interactions.ts";
import { ORGANIZATION_HEADER } from "../access/organization-header.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import type { Result } from "../interactions/answer.ts";
import type { createRead } from "../interactions/read.ts";
import type { createSearchType } from "../interactions/search-type.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { toUnexpected } from "../outcome/operation-outcome.ts";
import { isAcceptable, isMediaType, isUnencoded, readText, toHandling } from "./negotiate.ts";
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

/** What a requester asked for that was refused, as the audit log keeps it. */
interface Refused {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly interaction: string;
  /** Parameters of a form, once they were read. */
  readonly form?: string;
}

export function createFhirRoutes(ports: FhirPorts) {
  /** Every refusal below /fhir goes out here, and none before the record of it is durable. */
  async function refuseWith(issues: readonly Issue[], refused: Refused): Promise<Response> {
    try {
      await ports.audit.append(await toRefusalRecord(issues, refused, ports));
    } catch {
      return respondWithIssues([{ kind: "unavailable", what: "audit", retryAfter_s: 5 }], refused.ids);
    }
    return respondWithIssues(issues, refused.ids);
  }

  return {
    async answer(fhir: FhirRequest): Promise<Response> {
      const form: FormKept = {};
      const result = await toResult(fhir, form, ports).catch(async (error: unknown) => {
        const record = await toRefusalRecord([toUnexpected(error)], { ...fhir, ...form }, ports);
        await ports.audit.append({ ...record, outcome: "failed" });
        throw error;
      });
      if (!result.ok) {
        return isRecorded(fhir, result.issues)
          ? respondWithIssues(result.issues, fhir.ids)
          : refuseWith(result.issues, { ...fhir, ...form });
      }
      const { status, headers, body } = result.answer;
      return new Response(new Uint8Array(body.buffer, body.byteOffset, body.length), {
        status,
        headers: Object.assign(fhirHeaders(fhir.ids), headers),
      });
    },

    /** An open document of FHIR, for any caller who takes JSON. */
    async document(request: Request, ids: RequestIds, text: string): Promise<Response> {
      if (!isAcceptable(request.headers.get("accept"), new URL(request.url).searchParams.get("_format"))) {
        return refuseWith([{ kind: "not-acceptable" }], { request, ids, interaction: "capabilities" });
      }
      return new Response(text, { headers: fhirHeaders(ids) });
    },

    unrouted: (request: Request, ids: RequestIds, issue: Issue): Promise<Response> =>
      refuseWith([issue], { request, ids, interaction: issue.kind }),
  };
}

/** A read records itself what it did not find, just as what it found; without an audit log nothing can be recorded. */
function isRecorded({ interaction }: FhirRequest, issues: readonly Issue[]): boolean {
  return issues.some(
    (issue) =>
      (interaction === "read" && issue.kind === "not-found") ||
      (issue.kind === "unavailable" && issue.what === "audit"),
  );
}

function refuse(issue: Issue): Result {
  return { ok: false, issues: [issue] };
}

/** authenticate → scope → the interaction. */
async function toResult(fhir: FhirRequest, form: FormKept, ports: FhirPorts): Promise<Result> {
  const { request, interaction, type, ids } = fhir;
  const { url, headers } = request;
  if (url.length > LIMITS.url_bytes_max) return refuse({ kind: "url-too-long", max: LIMITS.url_bytes_max });
  if (!ports.isReady()) return refuse({ kind: "unavailable", what: "store", retryAfter_s: 2 });
  const mark = url.indexOf("?");
  const query = mark < 0 ? undefined : new URLSearchParams(url.slice(mark + 1));
  if (!isAcceptable(headers.get("accept"), query?.get("_format") ?? null)) return refuse({ kind: "not-acceptable" });
  const authenticated = await ports.authenticate(headers);
  if (!authenticated.ok) return refuse(authenticated.issue);
  const { requester } = authenticated;
  const letter = SCOPE_LETTER[interaction];
  if (!hasScope(requester.scopes, type, letter)) {
    return refuse({ kind: "insufficient-scope", needed: `system/${type}.${letter}` });
  }
  const facts = { requestId: ids.requestId, now_ms: ports.now(), type, requester };
  if (interaction === "read") return ports.read({ ...facts, id: fhir.id ?? "" });
  const parameters = await readParameters(request, query, form);
  if ("kind" in parameters) return refuse(parameters);
  if (!isAcceptable(null, parameters.get("_format"))) return refuse({ kind: "not-acceptable" });
  return ports.searchType({ ...facts, parameters, handling: toHandling(headers.get("prefer")) });
}

/** Where the form of a search is kept for the record of its refusal. */
interface FormKept {
  form?: string;
}

/** The parameters of the URL and, for POST `_search`, of the form that is its body. */
async function readParameters(
  request: Request,
  query: URLSearchParams | undefined,
  kept: FormKept,
): Promise<URLSearchParams | Issue> {
  if (request.method !== "POST") return query ?? new URLSearchParams();
  if (!isMediaType(request.headers.get("content-type"), FORM)) {
    return { kind: "unsupported-media-type", expected: FORM };
  }
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const body = await readText(request, LIMITS.form_bytes_max);
  if (typeof body !== "string") return body;
  kept.form = body;
  const parameters = new URLSearchParams(body);
  for (const [name, value] of query ?? []) parameters.append(name, value);
  return parameters;
}

const FORM = "application/x-www-form-urlencoded";

/** Who was refused what, and why. The query stays as it was asked, so that an attack stays visible. */
async function toRefusalRecord(
  issues: readonly Issue[],
  { request, ids, interaction, form }: Refused,
  { authenticate }: FhirPorts,
): Promise<AuditRecord> {
  const { headers, method, url } = request;
  // Some are refused before their token is looked at, and some because a header contradicts it: all have a requester.
  const tokenAlone = new Headers(headers);
  tokenAlone.delete(ORGANIZATION_HEADER);
  const authenticated = await authenticate(tokenAlone);
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  return {
    interaction,
    outcome: "refused",
    requestId: ids.requestId,
    client: "unknown",
    ...(authenticated.ok && requesterFacts(authenticated.requester)),
    query: `${method} ${path}${form === undefined ? "" : ` ${form}`}`,
    detail: [...new Set(issues.map(({ kind }) => kind))].join(" "),
  };
}

/** What every record says of an authenticated requester. */
export function requesterFacts({ client, organization, purpose, agreement, tokenId }: Requester) {
  return {
    client,
    organization: organization.value,
    purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: agreement.legalBasis.article6,
    tokenId,
  };
}
