import type { SourceIdentity } from "#mappers/mapper.ts";
import { identityKeysOf, linkingNhsNumber, toIdentityKey } from "../identity/numbers.ts";
import type { AlikeAhead, KnownAhead, RecordKey, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { Unit } from "./unit.ts";

/** Records looked up together: few enough that queries are not kept waiting by an engine that answers on this thread. */
export const AHEAD_RECORDS = 16;

/** Reads together what is looked up of each of these records to see whether it is known, and whose it is. */
export function readKnown(
  transaction: WriteTransaction,
  source: string,
  asked: readonly { readonly key: string; readonly identity: SourceIdentity }[],
): Promise<void> {
  return transaction.readAhead({
    source,
    units: asked.map(({ key }) => key),
    localIds: asked.map(({ identity }) => identity.localId),
    identityKeys: asked.flatMap(({ identity }) => identityKeysOf(identity)),
  });
}

/**
 * The same; of children whom the source has not told of yet, who resembles them, and by which numbers these are found; of
 * others, and of the one whom such a child resembles, what is held of them.
 */
export async function readAhead(
  transaction: WriteTransaction,
  units: readonly Unit[],
  { source: { source }, resolver, dataClass }: Pick<CommitContext, "source" | "resolver" | "dataClass">,
): Promise<void> {
  if (units.length === 0) return;
  await readKnown(transaction, source, units);
  const describesChild = dataClass !== "sharing";
  const alike: Alike[] = [];
  const known: KnownAhead[] = [];
  for (const { identity, key, hash, writtenAt } of units) {
    const { localId } = identity;
    const told = { localId, unit: key, withUnits: writtenAt !== undefined };
    const link = await transaction.linkOf(source, localId);
    if (link === undefined) {
      alike.push({ told, asked: resolver.alikeOf(source, identity, { describesChild }) });
      // Whoever holds one of its numbers is most likely the same child.
      for (const number of identityKeysOf(identity)) {
        for (const record of await transaction.identityKeyHolders(number)) known.push({ ...told, record });
      }
    } else if ((await transaction.lineage(source, key))?.hash !== hash) {
      known.push({ ...told, record: link.record });
    }
  }
  await transaction.readAhead({ source, alike: alike.map(({ asked }) => asked), known });
  await readResembling(transaction, alike, source);
}

/** A child that may be one of those who resemble it. */
interface Alike {
  readonly told: Omit<KnownAhead, "record">;
  readonly asked: AlikeAhead;
}

async function readResembling(transaction: WriteTransaction, alike: readonly Alike[], source: string): Promise<void> {
  const known: KnownAhead[] = [];
  const records = new Set<RecordKey>();
  const keys = new Set<string>();
  for (const { told, asked } of alike) {
    const { keys: blockingKeys, limit, ...bounds } = asked;
    const { children } = await transaction.findAlike(blockingKeys, limit, bounds);
    const [record, another] = new Set(children.map((child) => child.record));
    for (const child of children) {
      if (another !== undefined) records.add(child.record);
      const number = linkingNhsNumber(child.identity);
      if (number !== undefined) keys.add(toIdentityKey("nhs-number", number));
    }
    if (record !== undefined && another === undefined) known.push({ ...told, record });
  }
  await transaction.readAhead({ source, known, tellersOf: [...records], identityKeys: [...keys] });
}
