import type { RecordKey, Store, WriteTransaction } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";

/** What one transaction changed of whose identifier is whose. */
interface Changed {
  readonly made: Set<RecordKey>;
  readonly records: Set<RecordKey>;
  readonly identifiers: Set<string>;
}

/**
 * From now on whoever writes into the store waits, after the commit, until no process answers any more with what was
 * before it. Here and not with those who write, so that none of them can forget it.
 */
export function purgeOnWrite(store: Store, cache: Pick<IdentityCache, "purge">): void {
  const write = store.write.bind(store);
  store.write = async (work, options) => {
    const changed: Changed = { made: new Set(), records: new Set(), identifiers: new Set() };
    try {
      return await write((transaction) => {
        // Run again, it finds that what it had made is gone, and that the number may be another's by now.
        changed.made.clear();
        watch(transaction, changed);
        return work(transaction);
      }, options);
    } finally {
      // Also when it seems to have failed: what came to an engine's disk is not known then.
      if (changed.records.size > 0 || changed.identifiers.size > 0) {
        await cache.purge({ records: [...changed.records], identifiers: [...changed.identifiers] });
      }
    }
  };
}

/** Its own methods are replaced, since what it keeps to itself is reached through itself alone. */
function watch(transaction: WriteTransaction, { made, records, identifiers }: Changed): void {
  const { createChild, putContribution, removeContribution, moveChild, setMerged } = transaction;
  const touch = (record: RecordKey): void => {
    if (!made.has(record)) records.add(record);
  };
  transaction.createChild = async (...given) => {
    const record = await createChild.apply(transaction, given);
    made.add(record);
    return record;
  };
  transaction.putContribution = (record, authority, contribution, keys) => {
    touch(record);
    for (const { code, value } of keys) if (code === "identifier") identifiers.add(value);
    return putContribution.call(transaction, record, authority, contribution, keys);
  };
  transaction.removeContribution = (record, ...rest) => {
    touch(record);
    return removeContribution.call(transaction, record, ...rest);
  };
  transaction.moveChild = (move) => {
    touch(move.from);
    touch(move.to);
    return moveChild.call(transaction, move);
  };
  transaction.setMerged = (record, merged) => {
    touch(record);
    if (merged !== undefined) touch(merged.into);
    return setMerged.call(transaction, record, merged);
  };
}
