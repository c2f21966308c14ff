import type { Organization } from "@medplum/fhirtypes";
import type { WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import { type Identified, toContent, toStoredResource } from "./stored-resource.ts";

/** Name of the lineage units of organisations, apart from all keys of source records. */
const UNIT = "organization";

/** The organisation that sends, as the register names it. */
export function toSender({ source, organizationId }: CommitContext): Organization {
  const { system, value, name } = source.organization;
  return {
    resourceType: "Organization",
    id: organizationId(source.authority, { system, value }),
    meta: { profile: ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"] },
    identifier: [{ system, value }],
    name,
  };
}

/** Makes the organisation that sends known, so that every Provenance can refer to it. */
export async function commitSender(transaction: WriteTransaction, context: CommitContext): Promise<void> {
  await commitOne(transaction, toSender(context), context);
}

/**
 * Stores organisations in the shared record of the authority. Several sources may tell of the same one in words of
 * their own; the first keeps it, or their files would overwrite each other for ever. For the same reason what the
 * register says of the sender stands against what is in its own records.
 */
export async function commitOrganizations(
  transaction: WriteTransaction,
  organizations: readonly Organization[],
  context: CommitContext,
): Promise<void> {
  const { source, organizationId } = context;
  const sender = organizationId(source.authority, source.organization);
  for (const organization of organizations) {
    if (organization.id !== sender) await commitOne(transaction, organization, context);
  }
}

async function commitOne(
  transaction: WriteTransaction,
  organization: Organization,
  context: CommitContext,
): Promise<void> {
  if (!hasId(organization)) return;
  const { source, authority } = context.source;
  const content = toContent(organization, source);
  if (context.organizations.get(organization.id) === content.hash) return;
  context.organizations.set(organization.id, content.hash);
  const unit = `${UNIT}/${organization.id}`;
  const own = await transaction.lineage(source, unit);
  if (own?.hash === content.hash) return;
  const current = await transaction.current("Organization", organization.id);
  if (current !== undefined && own === undefined) return;
  const record = current?.record ?? (await transaction.sharedRecord("Organization", authority));
  const version = (current?.version ?? 0) + 1;
  const now = context.clock();
  await transaction.put(record, toStoredResource(content, { source, dataClass: context.dataClass, version, now }));
  await transaction.putLineage(source, unit, {
    hash: content.hash,
    record,
    made: [{ slot: UNIT, type: "Organization", id: organization.id }],
  });
}

function hasId(organization: Organization): organization is Identified<Organization> {
  return organization.id !== undefined;
}
