import type { Resolution } from "../identity/resolve-child.ts";
import {
  type Lineage,
  type RecordKey,
  SHARED_ID_SPACE,
  type UnitLineage,
  type WriteTransaction,
} from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import { toChildUnit } from "./prepared.ts";
import type { Unit } from "./unit.ts";

/** Hash in the lineage of a name that is no more: of no record. */
export const NO_CONTENT = "";

/** Stands in the link that makes a child's former name follow its new one. */
const AUTHOR = "source-merge-1";

interface Survivor {
  /** Record of the child under the name that stays. */
  readonly record: RecordKey;
  /** The record that says so. */
  readonly unit: Unit;
  readonly resolution: Resolution;
  readonly context: CommitContext;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A source says that children whom it told of under these local ids are the one it tells of now: what it said of them
 * ends, and whatever it tells of them later is told of that child. Where they had another record, a person must see:
 * other sources may tell of them there, and nothing of those is moved. Answers with the types of what ended.
 */
export async function endReplaced(
  transaction: WriteTransaction,
  localIds: readonly string[],
  survivor: Survivor,
): Promise<readonly string[]> {
  const ended: string[] = [];
  const own = survivor.resolution.identity.localId;
  for (const localId of new Set(localIds)) {
    if (localId !== own) ended.push(...(await endOne(transaction, localId, survivor)));
  }
  return ended;
}

async function endOne(transaction: WriteTransaction, localId: string, survivor: Survivor): Promise<readonly string[]> {
  const { record, resolution, context, now } = survivor;
  const { source } = context.source;
  const link = await transaction.linkOf(source, localId);
  const told = await transaction.lineage(source, localId);
  if (told !== undefined && isWrittenLater(told, survivor)) {
    // The merge comes late. What was written of the name after it stays, and a person must say whose it is.
    if (link !== undefined && link.record !== record && told.hash !== NO_CONTENT) {
      await askWhose(transaction, localId, { from: record, to: link.record, survivor });
    }
    return [];
  }
  const ended = link === undefined ? [] : await endUnits(transaction, localId, { record: link.record, survivor });
  if (link !== undefined) await transaction.removeContribution(link.record, source, localId, now);
  await outdate(transaction, localId, { localId, survivor });
  await transaction.removeSourceIdentity(source, localId);
  await transaction.closeReview(source, localId);
  if (link !== undefined) await bringFollowers(transaction, localId, { record: link.record, survivor });
  if (link?.record === record) return ended;
  await follow(transaction, localId, { into: resolution.identity.localId, survivor });
  if (link !== undefined) await askWhose(transaction, localId, { from: link.record, to: record, survivor });
  return ended;
}

function isWrittenLater({ writtenAt }: Lineage, { unit }: Survivor): boolean {
  return writtenAt !== undefined && unit.writtenAt !== undefined && writtenAt > unit.writtenAt;
}

const SAME_CHILD = "the source says that it knows one child under two names";

/** The name is of the survivor's child from now on. */
async function follow(
  transaction: WriteTransaction,
  localId: string,
  { into, survivor }: { readonly into: string; readonly survivor: Survivor },
): Promise<void> {
  const { record, context, now } = survivor;
  const evidence = [SAME_CHILD, toMergedInto(into)];
  await transaction.appendLink({
    source: context.source.source,
    localId,
    record,
    author: AUTHOR,
    evidence,
    decidedAt: now,
  });
}

function toMergedInto(localId: string): string {
  return `merged into ${localId}`;
}

/** Names that were merged into this one before go with it. */
async function bringFollowers(
  transaction: WriteTransaction,
  localId: string,
  { record, survivor }: { readonly record: RecordKey; readonly survivor: Survivor },
): Promise<void> {
  const { source } = survivor.context.source;
  const into = survivor.resolution.identity.localId;
  for (const lineage of await transaction.lineagesOf(record)) {
    const { unit: follower, source: teller, ...kept } = lineage;
    if (teller !== source || kept.hash !== NO_CONTENT || follower === localId || follower === into) continue;
    const link = await transaction.linkOf(source, follower);
    if (link?.author !== AUTHOR || !link.evidence.includes(toMergedInto(localId))) continue;
    await follow(transaction, follower, { into, survivor });
    await transaction.putLineage(source, follower, { ...kept, record: survivor.record });
  }
}

function askWhose(
  transaction: WriteTransaction,
  localId: string,
  { from, to, survivor }: { readonly from: RecordKey; readonly to: RecordKey; readonly survivor: Survivor },
): Promise<void> {
  const { source } = survivor.context.source;
  const candidates = [from];
  const asked = { kind: "ambiguous", source, localId, record: to, candidates, evidence: [SAME_CHILD] } as const;
  return transaction.openReview({ ...asked, createdAt: survivor.now });
}

async function endUnits(
  transaction: WriteTransaction,
  localId: string,
  { record, survivor }: { readonly record: RecordKey; readonly survivor: Survivor },
): Promise<readonly string[]> {
  const { context, now } = survivor;
  const { source } = context.source;
  const ended: string[] = [];
  for (const lineage of await transaction.lineagesOf(record)) {
    if (lineage.source !== source || !isOf(localId, lineage)) continue;
    for (const { type, id } of lineage.made) {
      await transaction.remove(type, id, SHARED_ID_SPACE, now);
      ended.push(type);
    }
    await transaction.putRelationships(record, source, lineage.unit, []);
    const { unit, delivery, line, receivedAt } = lineage;
    if (line > 0) {
      await transaction.noteState({ source, unit, delivery, line, receivedAt, state: "replaced", at: now });
    }
    await transaction.removeLineage(source, unit);
    // A merge into this name that is sent once more must not end what the name that it ended is told of by now.
    if (unit !== localId) await outdate(transaction, unit, { localId, survivor });
  }
  return ended;
}

/** What the source wrote of this name or record before it said so, and which comes late, is out of date. */
async function outdate(
  transaction: WriteTransaction,
  name: string,
  { localId, survivor }: { readonly localId: string; readonly survivor: Survivor },
): Promise<void> {
  const { record, unit, context } = survivor;
  const { writtenAt } = unit;
  if (writtenAt === undefined) return;
  const { delivery, receivedAt, mapping } = context;
  const nothing = { hash: NO_CONTENT, made: [], line: 0 };
  await transaction.putLineage(context.source.source, name, {
    ...nothing,
    record,
    localId,
    delivery,
    receivedAt,
    mapping,
    writtenAt,
  });
}

/** Records of a child are named by its local id, alone or before a slash. */
function isOf(localId: string, { unit }: UnitLineage): boolean {
  return unit === localId || unit.startsWith(`${localId}/`) || unit === toChildUnit(localId);
}
