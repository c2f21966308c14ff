import type { Requester } from "../access/requester.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Authenticated, RequestLine } from "./fhir.ts";
import { CONTENT_SECURITY } from "./home.ts";
import { type IngestQuery, readIngestQuery } from "./ingest-query.ts";
import { type RequestIds, respondWithIssues } from "./respond.ts";

export interface IngestAnswerPorts {
  authenticate(headers: Headers, about: RequestLine): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
}

/** The answer, and what the record of it says was handed out: names and counts, never content. */
export interface Handed {
  readonly body: string;
  /** `application/json` when absent. */
  readonly contentType?: string;
  readonly released: readonly string[];
  /** Ids of the Patients whose data are in it, where it is about single children. */
  readonly patients?: readonly string[];
  readonly detail: string;
}

export type IngestAnswer = Handed | Issue;

export interface IngestCall<Name extends string> {
  readonly request: Request;
  readonly ids: RequestIds;
  /** What the audit record calls it. */
  readonly interaction: string;
  /** Names that may stand behind the question mark. */
  readonly parameters: readonly Name[];
}

type IngestWork<Name extends string> = (requester: Requester, query: IngestQuery<Name>) => Promise<IngestAnswer>;

/**
 * Authenticates, does the work, records it and answers: every address below `/ingest`.
 * @throws what the work threw, once it is recorded: a part of it may have been done
 */
export async function answerIngest<const Name extends string = never>(
  { request, ids, interaction, parameters }: IngestCall<Name>,
  ports: IngestAnswerPorts,
  work: IngestWork<Name>,
): Promise<Response> {
  const authenticated = await ports.authenticate(request.headers, request);
  const requester = authenticated.ok ? authenticated.requester : undefined;
  let answered: IngestAnswer;
  try {
    answered = authenticated.ok
      ? await workOn(authenticated.requester, request, { parameters, work })
      : authenticated.issue;
  } catch (error) {
    const failed = toAuditRecord(interaction, { request, ids, requester }, { kind: "unexpected" });
    await ports.audit.append({ ...failed, outcome: "failed" }).catch(() => {});
    throw error;
  }
  try {
    await ports.audit.append(toAuditRecord(interaction, { request, ids, requester }, answered));
  } catch {
    return respondWithIssues([{ kind: "unavailable", what: "audit", retryAfter_s: 5 }], ids);
  }
  if ("kind" in answered) return respondWithIssues([answered], ids);
  return new Response(answered.body, {
    headers: {
      "Content-Type": answered.contentType ?? "application/json",
      "Cache-Control": "no-store, private",
      "Content-Security-Policy": CONTENT_SECURITY,
      "X-Content-Type-Options": "nosniff",
      "X-Request-ID": ids.requestId,
    },
  });
}

async function workOn<Name extends string>(
  requester: Requester,
  request: Request,
  { parameters, work }: { readonly parameters: readonly Name[]; readonly work: IngestWork<Name> },
): Promise<IngestAnswer> {
  const read = readIngestQuery(request, parameters);
  return read.ok ? work(requester, read.query) : read.issue;
}

interface Asked {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly requester: Requester | undefined;
}

function toAuditRecord(interaction: string, { request, ids, requester }: Asked, answered: IngestAnswer): AuditRecord {
  const { pathname, search } = new URL(request.url);
  return {
    interaction,
    outcome: "kind" in answered ? "refused" : "success",
    requestId: ids.requestId,
    client: "unknown",
    ...(requester && auditFacts(requester, ids)),
    query: `${request.method} ${pathname}${search}`,
    ...("kind" in answered ? { detail: answered.kind } : toFacts(answered)),
  };
}

function toFacts({ released, patients, detail }: Handed): Partial<AuditRecord> {
  return { released, detail, ...(patients === undefined ? {} : { patients }) };
}
