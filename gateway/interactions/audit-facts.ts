import type { Requester } from "../access/requester.ts";
import type { AuditRecord } from "../audit/audit.ts";

/** What every audit record says of the request: who asked, for whom, why, when, under which agreement and token. */
export type AuditFacts = Pick<
  AuditRecord,
  | "requestId"
  | "client"
  | "correlationId"
  | "user"
  | "binding"
  | "askedAt_ms"
  | "organization"
  | "purpose"
  | "agreement"
  | "legalBasis"
  | "tokenId"
>;

/** What is known of one request: an InteractionRequest, or what a route made of its headers. */
export interface Asked {
  readonly requestId: string;
  readonly correlationId?: string | undefined;
  readonly now_ms?: number;
}

export function auditFacts(requester: Requester, { requestId, correlationId, now_ms }: Asked): AuditFacts {
  return { ...standingFacts(requester), requestId, correlationId, askedAt_ms: now_ms };
}

type StandingFacts = Omit<AuditFacts, "requestId" | "correlationId" | "askedAt_ms">;

const STANDING = new WeakMap<Requester, StandingFacts>();

/** A requester is the same object for all requests of its token. */
function standingFacts(requester: Requester): StandingFacts {
  const known = STANDING.get(requester);
  if (known !== undefined) return known;
  const { client, organization, purpose, agreement, tokenId, user, binding } = requester;
  const { article6, article9, confidence } = agreement.legalBasis;
  const facts: StandingFacts = {
    client,
    organization: organization.value,
    purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: `${article6} ${article9} ${confidence}`,
    tokenId,
    user: user && { id: user.id, role: user.role, group: user.group },
    binding: binding?.thumbprint,
  };
  STANDING.set(requester, facts);
  return facts;
}
