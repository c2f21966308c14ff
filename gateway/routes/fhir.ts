import type { Interaction } from "#profiles/interactions.ts";
import type { Route } from "#profiles/routes.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import {
  type Answering,
  type InteractionRequest,
  type Preconditions,
  type Result,
  wholeBody,
} from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { Soon } from "../interactions/soon.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { mayHold } from "../search/query-text.ts";
import { AskedRequest } from "./asked-request.ts";
import type { HeaderReader, HttpAnswer, HttpRequest } from "./http-request.ts";
import {
  FHIR_JSON,
  isAcceptable,
  isMediaType,
  isSaidUtf8,
  isSaidVersion4,
  isUnencoded,
  readJsonText,
  readText,
  toPreference,
} from "./negotiate.ts";
import { fhirHeaders, prettyBody, type RequestIds, toFailureParts, toResponse } from "./respond.ts";

export type Authenticated =
  | { readonly ok: true; readonly requester: Requester }
  /** `requester`: whose token it is, where the request is refused all the same. */
  | { readonly ok: false; readonly issue: Issue; readonly requester?: Requester };

/** What a proof of possession must be about: method and address of the request. */
export type RequestLine = Pick<HttpRequest, "method" | "url">;

export interface FhirPorts {
  authenticate(headers: HeaderReader, about: RequestLine): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
  readonly dispatch: Answering;
  now(): number;
  /** False while data are still being brought in: an answer would be incomplete and not say so. */
  isReady(): boolean;
}

/** One request below /fhir/R4, and what its path says. */
export interface FhirRequest {
  readonly request: HttpRequest;
  readonly ids: RequestIds;
  readonly route: Route;
  readonly id?: string;
  readonly versionId?: string;
}

export function createFhirRoutes(ports: FhirPorts) {
  return {
    async answer(fhir: FhirRequest): Promise<HttpAnswer> {
      const { request, ids, route } = fhir;
      const form: FormKept = {};
      const making = toInteractionRequest(fhir, form, ports);
      const made = making instanceof Promise ? await making : making;
      if ("kind" in made) return refuse([made], { request, ids, interaction: route.interaction, ...form }, ports);
      const result = await ports.dispatch(made);
      return toAnswer(result, made, ids);
    },

    /** An open document of FHIR, for any caller who takes JSON. */
    async document(request: Request, ids: RequestIds, text: () => string): Promise<Response> {
      const { search } = new URL(request.url);
      if (!isAcceptable(request.headers.get("accept"), parameterOf("_format", search))) {
        return toResponse(
          await refuse([{ kind: "not-acceptable" }], { request, ids, interaction: "capabilities" }, ports),
        );
      }
      const body = Buffer.from(text());
      return toResponse({ status: 200, headers: fhirHeaders(ids), body: isPretty(search) ? prettyBody(body) : body });
    },

    unrouted: async (request: Request, ids: RequestIds, issue: Issue): Promise<Response> =>
      toResponse(await refuse([issue], { request, ids, interaction: issue.kind }, ports)),
  };
}

function toAnswer(result: Result, { query }: InteractionRequest, ids: RequestIds): HttpAnswer {
  if (!result.ok) return toFailureParts(result.issues, ids);
  const { body, status, headers } = result.answer;
  return {
    status,
    headers: Object.assign(fhirHeaders(ids), headers),
    body: isPretty(query) ? prettyBody(wholeBody(body)) : body,
  };
}

function isPretty(query: string): boolean {
  return parameterOf("_pretty", query) === "true";
}

/** Who was refused before it was clear what is asked for, as the audit log keeps it. */
interface Refused {
  readonly request: HttpRequest;
  readonly ids: RequestIds;
  readonly interaction: Interaction | Issue["kind"];
  /** Parameters of a form, once they were read. */
  readonly form?: string;
  /** Absent while the token was not looked at. */
  readonly authenticated?: Authenticated;
}

/** No refusal goes out before the record of it is durable. */
async function refuse(issues: readonly Issue[], refused: Refused, ports: FhirPorts): Promise<HttpAnswer> {
  try {
    await ports.audit.append(await toRefusalRecord(issues, refused, ports));
  } catch {
    return toFailureParts([{ kind: "unavailable", what: "audit", retryAfter_s: 5 }], refused.ids);
  }
  return toFailureParts(issues, refused.ids);
}

/** What is asked for, once it is known by whom; or why it is not looked at. */
function toInteractionRequest(fhir: FhirRequest, form: FormKept, ports: FhirPorts): Soon<InteractionRequest | Issue> {
  const { request } = fhir;
  const { url, headers } = request;
  if (url.length > LIMITS.url_bytes_max) return { kind: "url-too-long", max: LIMITS.url_bytes_max };
  if (!ports.isReady()) return { kind: "not-ready", retryAfter_s: 2 };
  const mark = url.indexOf("?");
  const urlQuery = mark < 0 ? "" : url.slice(mark + 1);
  if (!isAcceptable(headers.get("accept"), parameterOf("_format", urlQuery))) return { kind: "not-acceptable" };
  const authenticated = ports.authenticate(headers, request);
  const askedBy = (known: Authenticated): Soon<InteractionRequest | Issue> => {
    form.authenticated = known;
    return known.ok ? readRest({ fhir, requester: known.requester, urlQuery, form, ports }) : known.issue;
  };
  return authenticated instanceof Promise ? authenticated.then(askedBy) : askedBy(authenticated);
}

interface Reading {
  readonly fhir: FhirRequest;
  readonly requester: Requester;
  readonly urlQuery: string;
  readonly form: FormKept;
  readonly ports: FhirPorts;
}

/** What has no body is there at once. */
function readRest(reading: Reading): Soon<InteractionRequest | Issue> {
  const { request, route } = reading.fhir;
  if (route.path.endsWith("/_search")) return readAskedByForm(reading);
  if (!BODILESS.has(request.method)) return readAskedByBody(reading);
  return toAsked(reading, reading.urlQuery, toPreconditions(request.headers));
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

async function readAskedByForm(reading: Reading): Promise<InteractionRequest | Issue> {
  const { fhir, urlQuery, form } = reading;
  const query = await readForm(fhir.request, urlQuery, form);
  if (typeof query !== "string") return query;
  if (!isAcceptable(null, parameterOf("_format", query))) return { kind: "not-acceptable" };
  return toAsked(reading, query, NO_PRECONDITIONS);
}

async function readAskedByBody(reading: Reading): Promise<InteractionRequest | Issue> {
  const { request, route } = reading.fhir;
  const body = await readBody(request, route);
  return "kind" in body ? body : toAsked(reading, reading.urlQuery, toPreconditions(request.headers), body);
}

function toAsked(
  { fhir, requester, ports }: Reading,
  query: string,
  preconditions: Preconditions,
  sent?: Body,
): InteractionRequest {
  const preference = toPreference(fhir.request.headers.get("prefer"));
  return new AskedRequest({ fhir, requester, now_ms: ports.now(), query, preconditions, preference, sent });
}

/** What is kept for the record of a refusal: the form of a search, and who asks, since a proof of it is good once. */
interface FormKept {
  form?: string;
  authenticated?: Authenticated;
}

function parameterOf(name: string, query: string): string | null {
  return mayHold(query, name) ? new URLSearchParams(query).get(name) : null;
}

/** The form that is the body of a search, and the query of its URL, as one. Where there is no body there is no type. */
async function readForm(request: HttpRequest, urlQuery: string, kept: FormKept): Promise<string | Issue> {
  const said = request.headers.get("content-type");
  if (said !== null && !isMediaType(said, FORM)) return { kind: "unsupported-media-type", expected: FORM };
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const body = await readText(request, LIMITS.form_bytes_max);
  if (typeof body !== "string") return body;
  if (said === null && body !== "") return { kind: "unsupported-media-type", expected: FORM };
  kept.form = body;
  return urlQuery === "" ? body : `${body}&${urlQuery}`;
}

const FORM = "application/x-www-form-urlencoded";

type Body = Pick<InteractionRequest, "body" | "contentType">;

async function readBody(request: HttpRequest, { interaction }: Route): Promise<Body | Issue> {
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const said = request.headers.get("content-type");
  if (!isSaidUtf8(said)) return { kind: "unsupported-media-type", expected: "application/fhir+json in UTF-8" };
  if (!isSaidVersion4(said)) return { kind: "unsupported-media-type", expected: FHIR_JSON };
  const isBundle = interaction === "transaction" || interaction === "batch";
  const body = await readJsonText(request, isBundle ? LIMITS.bundle_bytes_max : LIMITS.resource_bytes_max);
  if (typeof body !== "string") return body;
  const contentType = said?.split(";", 1)[0]?.trim().toLowerCase();
  return { ...(body !== "" && { body }), ...(contentType && { contentType }) };
}

const NO_PRECONDITIONS: Preconditions = {};

function toPreconditions(headers: HeaderReader): Preconditions {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  const ifModifiedSince = headers.get("if-modified-since");
  const ifNoneExist = headers.get("if-none-exist");
  // Left empty by a mistake, none of them may turn into a request without a condition.
  return {
    ...(ifMatch !== null && { ifMatch }),
    ...(ifNoneMatch !== null && { ifNoneMatch }),
    ...(ifModifiedSince && { ifModifiedSince }),
    ...(ifNoneExist !== null && { ifNoneExist }),
  };
}

/** Who was refused what, and why. The query stays as it was asked, so that an attack stays visible. */
async function toRefusalRecord(
  issues: readonly Issue[],
  { request, ids, interaction, form, authenticated: looked }: Refused,
  { authenticate }: FhirPorts,
): Promise<AuditRecord> {
  const { headers, method, url } = request;
  // Some are refused before their token is looked at, and some because a header contradicts it: all have a requester.
  const { requester } = looked ?? (await authenticate(headers, request));
  const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  return {
    interaction,
    outcome: "refused",
    requestId: ids.requestId,
    client: "unknown",
    ...(requester && auditFacts(requester, ids)),
    query: `${method} ${path}${form === undefined ? "" : ` ${form}`}`,
    detail: [...new Set(issues.map(({ kind }) => kind))].join(" "),
  };
}
