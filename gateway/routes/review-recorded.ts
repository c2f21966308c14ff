import type { Requester } from "../access/requester.ts";
import { hasReviewScope } from "../access/scope.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { Issue } from "../outcome/issue.ts";
import { type Answered, type Done, isIssue } from "../review/done.ts";
import type { RequestIds } from "./respond.ts";

/** What is asked, and what the audit record calls it. */
export interface ReviewCall {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly interaction: string;
  /** What the token must hold; a steward's when absent. */
  readonly right?: NeededRight;
}

export interface NeededRight {
  readonly scope: string;
  isHeld(requester: Requester): boolean;
}

const REVIEW_RIGHT: NeededRight = {
  scope: "identity/review",
  isHeld: ({ scopes }) => hasReviewScope(scopes),
};

const RETRY_AFTER_s = 5;

/**
 * Does a steward's work, or an officer's, and records it before anybody is told: what was read is a disclosure of who the
 * children are, and names their Patients; what was refused is recorded as well. `asking` is the issue of whoever could not
 * be authenticated.
 * @throws what the work threw, once it is recorded
 */
export async function recordReview<T>(
  call: ReviewCall,
  { asking, audit }: { readonly asking: Requester | Issue; readonly audit: AuditLog },
  work: (requester: Requester) => Promise<Answered<T>>,
): Promise<Answered<T>> {
  const requester = "kind" in asking ? undefined : asking;
  let answered: Answered<T>;
  try {
    answered = "kind" in asking ? asking : await workOn(asking, call.right ?? REVIEW_RIGHT, work);
  } catch (error) {
    const failed = toRecord(call, requester, { kind: "unexpected" });
    await audit.append({ ...failed, outcome: "failed" }).catch(() => {});
    throw error;
  }
  try {
    await audit.append(toRecord(call, requester, answered));
  } catch {
    return !isIssue(answered) && answered.isDecided === true
      ? { kind: "unrecorded-write", retryAfter_s: RETRY_AFTER_s }
      : { kind: "unavailable", what: "audit", retryAfter_s: RETRY_AFTER_s };
  }
  return answered;
}

async function workOn<T>(
  requester: Requester,
  right: NeededRight,
  work: (requester: Requester) => Promise<Answered<T>>,
): Promise<Answered<T>> {
  if (!right.isHeld(requester)) return { kind: "insufficient-scope", needed: right.scope };
  return work(requester);
}

function toRecord<T>(
  { request, ids, interaction }: ReviewCall,
  requester: Requester | undefined,
  answered: Answered<T>,
): AuditRecord {
  const { pathname, search } = new URL(request.url);
  return {
    interaction,
    outcome: isIssue(answered) ? "refused" : "success",
    requestId: ids.requestId,
    client: "unknown",
    ...(requester && auditFacts(requester, ids)),
    query: `${request.method} ${pathname}${search}`,
    ...(isIssue(answered) ? { detail: toDetail(answered) } : toFacts(answered)),
  };
}

function toDetail(issue: Issue): string {
  if (issue.kind !== "sign-in-refused") return issue.kind;
  const { kind, why, reason } = issue;
  return [kind, why, ...(reason === undefined ? [] : [reason])].join(" ");
}

function toFacts<T>({ patients, released, detail }: Done<T>): Partial<AuditRecord> {
  return { patients, released, detail };
}
