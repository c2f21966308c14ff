import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import {
  DECISION,
  DECISION_FORM,
  type DecisionAsked,
  QUESTION,
  QUESTION_FORM,
  UNDO,
  UNDO_FORM,
} from "../review/decision-request.ts";
import { type Answered, isIssue } from "../review/done.ts";
import { LIST_PARAMETERS } from "../review/list.ts";
import type { Review } from "../review/review.ts";
import { parseJson } from "../validation/parse-resource.ts";
import type { Authenticated, RequestLine } from "./fhir.ts";
import { CONTENT_SECURITY } from "./home.ts";
import { readIngestQuery } from "./ingest-query.ts";
import { isUnencoded, readJsonText } from "./negotiate.ts";
import { type RequestIds, respondWithIssues } from "./respond.ts";
import { recordReview } from "./review-recorded.ts";

export interface ReviewRoutePorts {
  authenticate(headers: Headers, about: RequestLine): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
  readonly review: Review;
}

interface Asking<Name extends string> {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly interaction: string;
  readonly parameters: readonly Name[];
}

type Work<Name extends string, T> = (
  requester: Requester,
  query: { readonly [N in Name]?: string },
) => Promise<Answered<T>>;

/**
 * A steward's API: JSON as `gateway/review/shapes.ts` has it, failures as OperationOutcomes. Every address needs a token
 * with the scope `identity/review`, and every answer is recorded as a disclosure before it leaves.
 */
export function createReviewRoutes(ports: ReviewRoutePorts) {
  return {
    ...createItemRoutes(ports),
    ...createDecisionRoutes(ports),
    /** Any other address below `/identity`: whoever asks is recorded before the answer. */
    unrouted: (request: Request, ids: RequestIds, issue: Issue) =>
      answer(plain(request, ids, "review"), ports, async () => issue),
  };
}

function plain(request: Request, ids: RequestIds, interaction: string) {
  return { request, ids, interaction, parameters: [] };
}

function createItemRoutes(ports: ReviewRoutePorts) {
  const { review } = ports;
  return {
    /** `GET /identity/items?kind=&authority=&source=&opened-since=&opened-before=&state=&order=&count=&page=` */
    list: (request: Request, ids: RequestIds) =>
      answer({ request, ids, interaction: "review-list", parameters: LIST_PARAMETERS }, ports, (requester, query) =>
        review.list(requester, query),
      ),

    /** `POST /identity/items`: opens a question by hand, or finds the one that is open; answers as a reading of it. */
    open: (request: Request, ids: RequestIds) =>
      answer(
        plain(request, ids, "review-open"),
        ports,
        async (requester) => {
          const json = await readBody(request, QUESTION_FORM);
          if ("kind" in json) return json;
          const parsed = QUESTION.safeParse(json.value);
          if (!parsed.success) return { kind: "bad-request-body", expected: QUESTION_FORM };
          const { child, beside } = parsed.data;
          return review.open(requester, { child, ...(beside === undefined ? {} : { beside }) });
        },
        ({ id, version }) => ({ ETag: `"${version}"`, Location: `/identity/items/${id}` }),
      ),

    /** `GET /identity/items/{id}`; its ETag is what a decision must name. */
    item: (request: Request, ids: RequestIds, id: string) =>
      answer(
        plain(request, ids, "review-item"),
        ports,
        (requester) => review.item(requester, toNumber(id)),
        ({ version }) => ({ ETag: `"${version}"` }),
      ),

    /** `POST /identity/items/{id}/preview`, with a decision as the body; nothing is written. */
    preview: (request: Request, ids: RequestIds, id: string) =>
      answer(plain(request, ids, "review-preview"), ports, async (requester) => {
        const asked = await readDecision(request);
        return "kind" in asked ? asked : review.preview(requester, toNumber(id), asked);
      }),

    /** `POST /identity/items/{id}/decision`, with `If-Match` and a decision as the body. */
    decide: (request: Request, ids: RequestIds, id: string) =>
      answer(plain(request, ids, "review-decide"), ports, async (requester) => {
        const version = readVersion(request.headers.get("if-match"));
        if (version === undefined) return { kind: "item-version-needed" };
        const asked = await readDecision(request);
        return "kind" in asked ? asked : review.decide(requester, toNumber(id), { asked, version });
      }),
  };
}

function createDecisionRoutes(ports: ReviewRoutePorts) {
  const { review } = ports;
  return {
    /** `GET /identity/decisions?child=&before=` */
    decisions: (request: Request, ids: RequestIds) =>
      answer(
        { request, ids, interaction: "review-decisions", parameters: ["child", "before"] },
        ports,
        async (requester, { child, before }) => {
          if (before !== undefined && !/^\d{1,15}$/.test(before)) {
            return { kind: "bad-parameter-value", parameter: "before", expected: "the number of a decision" };
          }
          return review.decisions(requester, {
            ...(child === undefined ? {} : { child }),
            ...(before === undefined ? {} : { before: Number(before) }),
          });
        },
      ),

    /** `GET /identity/decisions/{n}` */
    decision: (request: Request, ids: RequestIds, id: string) =>
      answer(plain(request, ids, "review-decision"), ports, (requester) => review.decision(requester, toNumber(id))),

    /** `POST /identity/decisions/{n}/preview`, with `{ "reason": … }`: what undoing would move; nothing is written. */
    previewUndo: (request: Request, ids: RequestIds, id: string) =>
      answer(plain(request, ids, "review-preview"), ports, async (requester) => {
        const reason = await readReason(request);
        return typeof reason === "string" ? review.previewUndo(requester, toNumber(id), reason) : reason;
      }),

    /** `POST /identity/decisions/{n}/undo`, with `{ "reason": … }` */
    undo: (request: Request, ids: RequestIds, id: string) =>
      answer(plain(request, ids, "review-undo"), ports, async (requester) => {
        const reason = await readReason(request);
        return typeof reason === "string" ? review.undo(requester, toNumber(id), reason) : reason;
      }),

    /** `GET /identity/decisions/{n}/served?page=`: who was served what under the link. */
    served: (request: Request, ids: RequestIds, id: string) =>
      answer({ request, ids, interaction: "review-served", parameters: ["page"] }, ports, (requester, { page }) =>
        review.served(requester, { decision: toNumber(id), ...(page === undefined ? {} : { page }) }),
      ),
  };
}

async function answer<T, const Name extends string = never>(
  { request, ids, interaction, parameters }: Asking<Name>,
  { authenticate, audit }: ReviewRoutePorts,
  work: Work<Name, T>,
  headersOf: (value: T) => Readonly<Record<string, string>> = () => ({}),
): Promise<Response> {
  const authenticated = await authenticate(request.headers, request);
  const asking = authenticated.ok ? authenticated.requester : authenticated.issue;
  const answered = await recordReview<T>({ request, ids, interaction }, { asking, audit }, async (requester) => {
    const read = readIngestQuery(request, parameters);
    return read.ok ? work(requester, read.query) : read.issue;
  });
  if (isIssue(answered)) return respondWithIssues([answered], ids);
  return new Response(JSON.stringify(answered.value), {
    headers: {
      "Content-Type": "application/json",
      "Cache-Control": "no-store, private",
      "Content-Security-Policy": CONTENT_SECURITY,
      "X-Content-Type-Options": "nosniff",
      "X-Request-ID": ids.requestId,
      ...headersOf(answered.value),
    },
  });
}

async function readDecision(request: Request): Promise<DecisionAsked | Issue> {
  const json = await readBody(request, DECISION_FORM);
  if ("kind" in json) return json;
  const parsed = DECISION.safeParse(json.value);
  return parsed.success ? parsed.data : { kind: "bad-request-body", expected: DECISION_FORM };
}

async function readReason(request: Request): Promise<string | Issue> {
  const json = await readBody(request, UNDO_FORM);
  if ("kind" in json) return json;
  const parsed = UNDO.safeParse(json.value);
  return parsed.success ? parsed.data.reason : { kind: "bad-request-body", expected: UNDO_FORM };
}

async function readBody(request: Request, expected: string): Promise<{ readonly value: unknown } | Issue> {
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const text = await readJsonText(request, LIMITS.review_request_bytes_max);
  if (typeof text !== "string") return text;
  const json = parseJson(text);
  return json.ok ? { value: json.value } : (json.issues[0] ?? { kind: "bad-request-body", expected });
}

/** `"version"`; a weak one names the same. */
export function readVersion(ifMatch: string | null): string | undefined {
  return /^\s*(?:W\/)?"([\w-]{1,64})"\s*$/.exec(ifMatch ?? "")?.[1];
}

/** Items and decisions are numbered from 1; whatever is no number names none. */
export function toNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
