import type { SourceIdentity } from "#mappers/mapper.ts";
import { identityKeysOf } from "../identity/numbers.ts";
import type { WriteTransaction } from "../store/store.ts";
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

/** The same; of children whom the source has not told of yet, who resembles them, and of others what is held of them. */
export async function readAhead(
  transaction: WriteTransaction,
  units: readonly Unit[],
  { source: { source }, resolver, dataClass }: Pick<CommitContext, "source" | "resolver" | "dataClass">,
): Promise<void> {
  if (units.length === 0) return;
  await readKnown(transaction, source, units);
  const describesChild = dataClass !== "sharing";
  const alike = [];
  const known = [];
  for (const { identity, key, hash } of units) {
    const { localId } = identity;
    const link = await transaction.linkOf(source, localId);
    if (link === undefined) {
      alike.push(resolver.alikeOf(source, identity, { describesChild }));
      // Whoever holds one of its numbers is most likely the same child.
      for (const number of identityKeysOf(identity)) {
        for (const record of await transaction.identityKeyHolders(number)) known.push({ record, localId, unit: key });
      }
    } else if ((await transaction.lineage(source, key))?.hash !== hash) {
      known.push({ record: link.record, localId, unit: key });
    }
  }
  await transaction.readAhead({ source, alike, known });
}
