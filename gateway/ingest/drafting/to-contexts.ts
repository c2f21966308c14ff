import type { DraftContext } from "../draft.ts";
import type { ProvenanceContext } from "../draft-provenances.ts";
import { createOrganizationIds } from "../organization-id.ts";
import type { DraftingTask } from "./messages.ts";

/** What stays the same for all drafts of a file, and for the Provenances that come with them. */
export function toContexts(
  { source: registered, delivery, fileName, receivedAt, mapping }: DraftingTask,
  ids: () => string,
): { readonly draft: DraftContext; readonly provenance: ProvenanceContext } {
  const { source, localAuthority, authority, derives, organization } = registered;
  const organizationId = createOrganizationIds();
  return {
    draft: {
      source,
      localAuthority,
      derives,
      organizationId: (identifier) => organizationId(authority, identifier),
      ids,
      receivedAt,
    },
    provenance: {
      source: registered,
      organizationId: organizationId(authority, organization),
      delivery: { receipt: delivery, file: fileName, receivedAt },
      mapping,
    },
  };
}
