import type { Requester } from "../access/requester.ts";
import type { AuditRecord } from "../audit/audit.ts";

/** What every audit record says of the request: who asked, for whom, why, under which agreement and token. */
export type AuditFacts = Pick<AuditRecord, "requestId" | "client"> &
  Required<Pick<AuditRecord, "organization" | "purpose" | "agreement" | "legalBasis" | "tokenId">>;

export function auditFacts(
  { client, organization, purpose, agreement, tokenId }: Requester,
  requestId: string,
): AuditFacts {
  return {
    requestId,
    client,
    organization: organization.value,
    purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: agreement.legalBasis.article6,
    tokenId,
  };
}
