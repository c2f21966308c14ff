import { LRUCache } from "lru-cache";
import type { Requester } from "../../access/requester.ts";
import { LIMITS } from "../../limits.ts";
import type { RecordKey, WriteTransaction } from "../../store/store.ts";
import type { Moment } from "../record-reader.ts";

/** What is asked of it within one transaction. */
interface Asking {
  readonly transaction: WriteTransaction;
  readonly requester: Requester;
  readonly at: Moment;
}

/**
 * Which children a writer was found to see, by the version of the record at which that was found: a client that tells
 * one finding after another of the same child need not have the whole record read each time.
 */
export interface SeenChildren {
  isSeen(record: RecordKey, asking: Asking): Promise<boolean>;
  /**
   * Notes that a record is seen at the version which the transaction gives it, for when the transaction is durable.
   * Only after a write that cannot change who sees the child.
   */
  note(record: RecordKey, asking: Asking): Promise<() => void>;
}

export function createSeenChildren(policyVersion = () => 0): SeenChildren {
  const nameOf = (record: RecordKey, asking: Asking): string => `${policyVersion()} ${toName(record, asking)}`;
  const versions = new LRUCache<string, number>({ max: LIMITS.seen_children_max });
  return {
    async isSeen(record, asking) {
      const known = versions.get(nameOf(record, asking));
      return known !== undefined && known === (await asking.transaction.recordVersion(record));
    },
    async note(record, asking) {
      const version = await asking.transaction.recordVersion(record);
      return () => {
        if (version !== undefined) versions.set(nameOf(record, asking), version);
      };
    },
  };
}

/** Everything that a decision on visibility looks at beside the record itself. */
function toName(record: RecordKey, { requester, at }: Asking): string {
  const { client, purpose, organization, agreement } = requester;
  return `${record} ${at.today} ${client} ${purpose} ${organization.value} ${agreement.id}/${agreement.version}`;
}
