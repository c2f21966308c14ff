import type { Resolution } from "../identity/resolve-child.ts";
import { type RecordKey, SHARED_ID_SPACE, type UnitLineage, type WriteTransaction } from "../store/store.ts";
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
  const { record, context, now } = survivor;
  const { source } = context.source;
  const link = await transaction.linkOf(source, localId);
  const evidence = ["the source says that it knows one child under two names"];
  const ended = link === undefined ? [] : await endUnits(transaction, { localId, record: link.record, context, now });
  if (link !== undefined) await transaction.removeContribution(link.record, source, localId, now);
  await outdate(transaction, localId, survivor);
  await transaction.removeSourceIdentity(source, localId);
  await transaction.closeReview(source, localId);
  if (link?.record === record) return ended;
  await transaction.appendLink({ source, localId, record, author: AUTHOR, evidence, decidedAt: now });
  if (link !== undefined) {
    const candidates = [link.record];
    await transaction.openReview({ kind: "ambiguous", source, localId, record, candidates, evidence, createdAt: now });
  }
  return ended;
}

async function endUnits(
  transaction: WriteTransaction,
  told: { readonly localId: string; readonly record: RecordKey; readonly context: CommitContext; readonly now: number },
): Promise<readonly string[]> {
  const { source } = told.context.source;
  const ended: string[] = [];
  for (const lineage of await transaction.lineagesOf(told.record)) {
    if (lineage.source !== source || !isOf(told.localId, lineage)) continue;
    for (const { type, id } of lineage.made) {
      await transaction.remove(type, id, SHARED_ID_SPACE, told.now);
      ended.push(type);
    }
    await transaction.putRelationships(told.record, source, lineage.unit, []);
    const { unit, delivery, line, receivedAt } = lineage;
    if (line > 0) {
      await transaction.noteState({ source, unit, delivery, line, receivedAt, state: "replaced", at: told.now });
    }
    await transaction.removeLineage(source, unit);
  }
  return ended;
}

/** What the source wrote of this name before it said so, and which comes late, is out of date. */
async function outdate(
  transaction: WriteTransaction,
  localId: string,
  { record, unit, context }: Survivor,
): Promise<void> {
  const { writtenAt } = unit;
  if (writtenAt === undefined) return;
  const { delivery, receivedAt, mapping } = context;
  const nothing = { hash: NO_CONTENT, made: [], line: 0 };
  await transaction.putLineage(context.source.source, localId, {
    ...nothing,
    record,
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
