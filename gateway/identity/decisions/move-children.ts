import {
  type RecordKey,
  SHARED_ID_SPACE,
  type SourceChildName,
  type StoredRecord,
  type UnitLineage,
  type WriteTransaction,
} from "../../store/store.ts";
import { identifiersOf } from "./contribution-identifiers.ts";
import { DECISION_SOURCE, type MovingPorts, type TouchedIdentifier } from "./ports.ts";

/** Sources' children that leave one record for another, with all that is theirs. */
export interface Move {
  readonly children: readonly SourceChildName[];
  /** `Type/id` of resources that go along although no source record of these children made them; all, in a merge. */
  readonly others: readonly string[] | "all";
  readonly from: RecordKey;
  readonly to: RecordKey;
  /** Whether what was told in the record that they leave was told of the child, and stays its history. */
  readonly isPastShown: boolean;
  readonly author: string;
  readonly evidence: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Moved {
  /** `Type/id` of every resource that changed its subject. */
  readonly resources: readonly string[];
  /** Those of them that no source record made. */
  readonly others: readonly string[];
  readonly identifiers: readonly TouchedIdentifier[];
}

export async function moveChildren(transaction: WriteTransaction, move: Move, ports: MovingPorts): Promise<Moved> {
  const { from, to } = move;
  const before = await knownRecord(transaction, from);
  const after = await knownRecord(transaction, to);
  const lineages = await ownLineages(transaction, move);
  const made = new Set(lineages.flatMap((unit) => unit.made.map(({ type, id }) => `${type}/${id}`)));
  const goes = move.others === "all" ? undefined : new Set([...made, ...move.others]);
  const resources: string[] = [];
  for (const resource of before.resources) {
    const name = `${resource.type}/${resource.id}`;
    if (goes?.has(name) === false) continue;
    const pointing = { from: before.patientId, to: after.patientId, now: move.at };
    await transaction.put(to, ports.repoint(resource, pointing));
    resources.push(name);
  }
  const identifiers: TouchedIdentifier[] = [];
  for (const child of move.children) {
    identifiers.push(...(await moveContribution(transaction, child, { move, before, ports })));
    await transaction.appendLink({
      ...child,
      record: to,
      author: move.author,
      evidence: move.evidence,
      decidedAt: move.at,
    });
    await transaction.moveChild({ ...child, from, to, isPastShown: move.isPastShown });
  }
  return { resources, others: resources.filter((name) => !made.has(name)), identifiers };
}

async function knownRecord(transaction: WriteTransaction, key: RecordKey): Promise<StoredRecord> {
  const record = await transaction.record(key);
  if (record === undefined) throw new Error("A decision named a record that the store does not hold.");
  return record;
}

/**
 * The units of these children. One of an earlier store may not know whose it is: where all of a record goes, it is taken
 * for that of the first child of its source.
 */
async function ownLineages(transaction: WriteTransaction, move: Move): Promise<readonly UnitLineage[]> {
  const own: UnitLineage[] = [];
  for (const unit of await transaction.lineagesOf(move.from)) {
    if (unit.localId === undefined && move.others === "all") {
      const child = move.children.find(({ source }) => source === unit.source);
      if (child === undefined) continue;
      const { source, unit: key, ...lineage } = unit;
      await transaction.putLineage(source, key, { ...lineage, localId: child.localId });
      own.push(unit);
    } else if (move.children.some((child) => child.source === unit.source && child.localId === unit.localId)) {
      own.push(unit);
    }
  }
  return own;
}

/** What the source says of the child keeps the time at which it was told, and begins to hold here now. */
async function moveContribution(
  transaction: WriteTransaction,
  { source, localId }: SourceChildName,
  told: { readonly move: Move; readonly before: StoredRecord; readonly ports: MovingPorts },
): Promise<readonly TouchedIdentifier[]> {
  const { move, before, ports } = told;
  const contribution = before.contributions.find((one) => one.source === source && one.localId === localId);
  if (contribution === undefined) return [];
  const moved = { ...contribution, since: move.at };
  await transaction.removeContribution(move.from, source, localId, move.at);
  await transaction.putContribution(move.to, ports.authorityOf(source), moved, ports.keysOf(moved));
  return identifiersOf(contribution);
}

/** The authorities in which a child stands follow from whoever still tells of it, or rightly told of it before. */
export async function settleStanding(
  transaction: WriteTransaction,
  key: RecordKey,
  ports: Pick<MovingPorts, "authorityOf">,
): Promise<void> {
  const record = await knownRecord(transaction, key);
  const told = [...record.contributions, ...record.pastContributions, ...record.resources];
  const past = await transaction.recordHistory(key);
  const sources = new Set(record.mergedInto === undefined ? [...told, ...past].map(({ source }) => source) : []);
  sources.delete(DECISION_SOURCE);
  await transaction.setStanding(key, [...new Set([...sources].map((source) => ports.authorityOf(source)))]);
}

/** The Provenance of a decision, of which only what is undone is ended. */
export async function endProvenance(transaction: WriteTransaction, name: string, at: number): Promise<void> {
  const [type = "", id = ""] = name.split("/");
  await transaction.remove(type, id, SHARED_ID_SPACE, at);
}
