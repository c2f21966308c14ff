import type { Organization } from "@medplum/fhirtypes";
import { ORGANIZATION_PROFILES } from "#mappers/datatypes/organization.ts";
import { SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
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
    meta: { profile: [...ORGANIZATION_PROFILES] },
    identifier: [{ system, value }],
    name,
  };
}

/** Makes the organisation that sends known, so that every Provenance can refer to it. */
export async function commitSender(transaction: WriteTransaction, context: CommitContext): Promise<void> {
  const sender = toSender(context);
  await commitOne(transaction, sender, { context, merge: (stored) => ({ ...join(stored, sender), ...named(sender) }) });
}

/**
 * Stores organisations in the shared records of the authority. Several sources may tell of the same one in words of
 * their own; the first keeps it, so that nobody who may not see that source learns of it. Records of one source are
 * joined: one that knows less takes nothing away, and the first name stays, or two records would overwrite each other
 * for ever. The name of the sender is the register's.
 */
export async function commitOrganizations(
  transaction: WriteTransaction,
  organizations: readonly Organization[],
  context: CommitContext,
): Promise<void> {
  for (const organization of organizations) {
    await commitOne(transaction, organization, { context, merge: (stored) => join(stored, organization) });
  }
}

/** What is stored with what is told anew. Keys keep their order, so that nothing new gives the same text. */
function join(stored: Organization, told: Organization): Organization {
  const known = new Set(stored.identifier?.map(({ system, value }) => `${system}|${value}`));
  const identifier = [
    ...(stored.identifier ?? []),
    ...(told.identifier ?? []).filter(({ system, value }) => !known.has(`${system}|${value}`)),
  ];
  return { ...stored, ...(identifier.length === 0 ? {} : { identifier }), ...(stored.name ? {} : named(told)) };
}

function named({ name }: Organization): Pick<Organization, "name"> {
  return name === undefined ? {} : { name };
}

interface ToMerge {
  readonly context: CommitContext;
  readonly merge: (stored: Organization) => Organization;
}

async function commitOne(
  transaction: WriteTransaction,
  organization: Organization,
  { context, merge }: ToMerge,
): Promise<void> {
  if (!hasId(organization)) return;
  const { id } = organization;
  const { source, authority } = context.source;
  const told = toContent(organization, source).hash;
  // Records of one file may take turns in how they tell of the same organisation.
  const seen = `${id} ${told}`;
  if (context.organizations.has(seen)) return;
  context.organizations.set(seen, told);
  const unit = `${UNIT}/${id}`;
  const own = await transaction.lineage(source, unit);
  if (own?.hash === told) return;
  const current = await transaction.current("Organization", id, SHARED_ID_SPACE);
  if (current !== undefined && own === undefined) return;
  const stored = current === undefined ? undefined : await readStored(transaction, id);
  const content = toContent(stored === undefined ? organization : { ...merge(stored), id }, source);
  if (current?.contentHash === content.hash) return;
  const record = current?.record ?? (await transaction.sharedRecord("Organization", authority, SHARED_ID_SPACE));
  const version = (current?.version ?? 0) + 1;
  const now = context.clock();
  await transaction.put(record, toStoredResource(content, { source, dataClass: context.dataClass, version, now }));
  await transaction.putLineage(source, unit, {
    hash: content.hash,
    record,
    made: [{ slot: UNIT, type: "Organization", id }],
    delivery: context.delivery,
    line: 0,
    receivedAt: context.receivedAt,
    mapping: context.mapping,
  });
}

/** The organisation as it is stored, without what belongs to its version. */
async function readStored(transaction: WriteTransaction, id: string): Promise<Organization | undefined> {
  const [newest] = await transaction.history("Organization", id, SHARED_ID_SPACE);
  if (newest?.body === undefined) return undefined;
  const { meta, ...organization }: Organization = JSON.parse(newest.body.toString());
  const { versionId: _, lastUpdated: __, source: ___, ...others } = meta ?? {};
  return { ...organization, meta: others };
}

function hasId(organization: Organization): organization is Identified<Organization> {
  return organization.id !== undefined;
}
