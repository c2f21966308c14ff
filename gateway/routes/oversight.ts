import type { z } from "zod";
import type { Requester } from "../access/requester.ts";
import { hasOversightScope } from "../access/scope.ts";
import type { AuditLog } from "../audit/audit.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { DECISION_PARAMETERS } from "../oversight/decisions.ts";
import { OBJECTION_PARAMETERS } from "../oversight/objections.ts";
import type { Oversight } from "../oversight/oversight.ts";
import {
  BREAKING,
  BREAKING_FORM,
  DUTY,
  DUTY_FORM,
  ENDING,
  ENDING_FORM,
  OBJECTION,
  OBJECTION_FORM,
  REVIEW,
  REVIEW_FORM,
} from "../oversight/requests.ts";
import { isOverseer } from "../oversight/see-child.ts";
import { type Answered, isIssue } from "../review/done.ts";
import { parseJson } from "../validation/parse-resource.ts";
import type { Authenticated } from "./fhir.ts";
import { CONTENT_SECURITY } from "./home.ts";
import { readIngestQuery } from "./ingest-query.ts";
import { isUnencoded, readJsonText } from "./negotiate.ts";
import { type RequestIds, respondWithIssues } from "./respond.ts";
import { readVersion, toNumber } from "./review.ts";
import { type NeededRight, recordReview } from "./review-recorded.ts";

export interface OversightRoutePorts {
  authenticate(headers: Headers, about: Request): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
  readonly oversight: Oversight;
}

interface Call<Name extends string, T> {
  readonly request: Request;
  readonly ids: RequestIds;
  /** What the audit record calls it. */
  readonly interaction: string;
  readonly parameters?: readonly Name[];
  readonly right?: NeededRight;
  work(requester: Requester, query: { readonly [N in Name]?: string }): Promise<Answered<T>>;
  headersOf?(value: T): Readonly<Record<string, string>>;
}

const DECIDE: NeededRight = {
  scope: "oversight/decide",
  isHeld: ({ scopes }) => hasOversightScope(scopes, "decide"),
};
const BREAK_GLASS: NeededRight = {
  scope: "oversight/break-glass",
  isHeld: ({ scopes }) => hasOversightScope(scopes, "break-glass"),
};

/**
 * Decisions on what is disclosed, as JSON; failures are OperationOutcomes. Every answer, refusals too, is recorded with its
 * author before it leaves, and a reading as a disclosure of the children in it.
 */
export function createOversightRoutes(ports: OversightRoutePorts) {
  const { oversight } = ports;
  return {
    ...createObjectionRoutes(ports),
    ...createDecisionRoutes(ports),

    /** `POST /oversight/duties`: a duty to share, or the judgement not to. */
    decideDuty: (request: Request, ids: RequestIds) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-duty",
          async work(requester) {
            const read = await readBody(request, DUTY, DUTY_FORM);
            return read.ok ? oversight.decideDuty(requester, read.asked) : read.issue;
          },
        },
        ports,
      ),

    /** `POST /oversight/break-glass`: fifteen minutes of one child, for the user of the token. */
    breakGlass: (request: Request, ids: RequestIds) =>
      answer(
        {
          request,
          ids,
          interaction: "break-glass",
          right: BREAK_GLASS,
          async work(requester) {
            const read = await readBody(request, BREAKING, BREAKING_FORM);
            return read.ok ? oversight.breakGlass(requester, read.asked) : read.issue;
          },
        },
        ports,
      ),

    /** Any other address below `/oversight`: whoever asks is recorded before the answer. */
    unrouted: (request: Request, ids: RequestIds, issue: Issue) =>
      answer({ request, ids, interaction: "oversight", work: async () => issue }, ports),
  };
}

function createObjectionRoutes(ports: OversightRoutePorts) {
  const { oversight } = ports;
  const headersOf = ({ version }: { readonly version: string }) => ({ ETag: `"${version}"` });
  return {
    /** `GET /oversight/objections?state=&count=&page=` */
    objections: (request: Request, ids: RequestIds) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-objections",
          parameters: OBJECTION_PARAMETERS,
          work: (requester, query) => oversight.objections(requester, query),
        },
        ports,
      ),

    /** `GET /oversight/objections/{consent}`; its ETag is what a decision must name. */
    objection: (request: Request, ids: RequestIds, consent: string) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-objection",
          work: (requester) => oversight.objection(requester, consent),
          headersOf,
        },
        ports,
      ),

    /** `POST /oversight/objections/{consent}/decision`, with `If-Match`. */
    decideObjection: (request: Request, ids: RequestIds, consent: string) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-decide-objection",
          async work(requester) {
            const version = readVersion(request.headers.get("if-match"));
            if (version === undefined) return { kind: "item-version-needed" };
            const read = await readBody(request, OBJECTION, OBJECTION_FORM);
            return read.ok ? oversight.decideObjection(requester, { consent, version, asked: read.asked }) : read.issue;
          },
          headersOf,
        },
        ports,
      ),
  };
}

function createDecisionRoutes(ports: OversightRoutePorts) {
  const { oversight } = ports;
  return {
    /** `GET /oversight/decisions?child=&kind=&review=&count=&page=` */
    decisions: (request: Request, ids: RequestIds) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-decisions",
          parameters: DECISION_PARAMETERS,
          work: (requester, query) => oversight.decisions(requester, query),
        },
        ports,
      ),

    /** `GET /oversight/decisions/{id}` */
    decision: (request: Request, ids: RequestIds, id: string) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-decision",
          work: (requester) => oversight.decision(requester, toNumber(id)),
        },
        ports,
      ),

    /** `POST /oversight/decisions/{id}/end` */
    end: (request: Request, ids: RequestIds, id: string) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-end",
          async work(requester) {
            const read = await readBody(request, ENDING, ENDING_FORM);
            return read.ok ? oversight.end(requester, { id: toNumber(id), asked: read.asked }) : read.issue;
          },
        },
        ports,
      ),

    /** `POST /oversight/decisions/{id}/review`, by somebody else than its author. */
    review: (request: Request, ids: RequestIds, id: string) =>
      overseen(
        {
          request,
          ids,
          interaction: "oversight-review",
          async work(requester) {
            const read = await readBody(request, REVIEW, REVIEW_FORM);
            return read.ok ? oversight.review(requester, { id: toNumber(id), asked: read.asked }) : read.issue;
          },
        },
        ports,
      ),
  };
}

/** For those alone who answer for the disclosures of whole authorities. */
function overseen<const Name extends string, T>(call: Call<Name, T>, ports: OversightRoutePorts): Promise<Response> {
  return answer(
    {
      ...call,
      work: async (requester, query) =>
        isOverseer(requester) ? call.work(requester, query) : { kind: "oversight-refused", refusal: "no-overseer" },
    },
    ports,
  );
}

async function answer<const Name extends string, T>(
  { request, ids, interaction, parameters = [], right = DECIDE, work, headersOf }: Call<Name, T>,
  { authenticate, audit }: OversightRoutePorts,
): Promise<Response> {
  const authenticated = await authenticate(request.headers, request);
  const asking = authenticated.ok ? authenticated.requester : authenticated.issue;
  const answered = await recordReview<T>({ request, ids, interaction, right }, { asking, audit }, async (requester) => {
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
      ...headersOf?.(answered.value),
    },
  });
}

type Read<T> = { readonly ok: true; readonly asked: T } | { readonly ok: false; readonly issue: Issue };

async function readBody<T>(request: Request, shape: z.ZodType<T>, expected: string): Promise<Read<T>> {
  if (!isUnencoded(request.headers)) return { ok: false, issue: { kind: "unsupported-content-encoding" } };
  const text = await readJsonText(request, LIMITS.review_request_bytes_max);
  if (typeof text !== "string") return { ok: false, issue: text };
  const bad = { kind: "bad-request-body", expected } as const;
  const json = parseJson(text);
  if (!json.ok) return { ok: false, issue: json.issues[0] ?? bad };
  const parsed = shape.safeParse(json.value);
  return parsed.success ? { ok: true, asked: parsed.data } : { ok: false, issue: bad };
}
