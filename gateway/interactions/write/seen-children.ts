import { LRUCache } from "lru-cache";
import type { Requester } from "../../access/requester.ts";
import { LIMITS, upToEntries } from "../../limits.ts";
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
  /** Until when the child is seen though nothing is written (milliseconds since 1970); `undefined`: not known to be. */
  seenUntil_ms(record: RecordKey, asking: Asking): Promise<number | undefined>;
  /**
   * Notes that a record is seen at the version which the transaction gives it, for when the transaction is durable.
   * Only after a write that cannot change who sees the child.
   */
  note(record: RecordKey, asking: Asking, until_ms: number): Promise<() => void>;
}

interface Seen {
  readonly version: number;
  /** Milliseconds since 1970, the end exclusive. */
  readonly from_ms: number;
  readonly until_ms: number;
}

export function createSeenChildren(policyVersion = () => 0): SeenChildren {
  const nameOf = (record: RecordKey, asking: Asking): string => `${policyVersion()} ${toName(record, asking)}`;
  const versions = new LRUCache<string, Seen>(upToEntries(LIMITS.seen_children_max));
  return {
    async seenUntil_ms(record, asking) {
      const known = versions.get(nameOf(record, asking));
      if (known === undefined || asking.at.now_ms < known.from_ms || asking.at.now_ms >= known.until_ms)
        return undefined;
      return known.version === (await asking.transaction.recordVersion(record)) ? known.until_ms : undefined;
    },
    async note(record, asking, until_ms) {
      const from_ms = asking.at.now_ms;
      const version = await asking.transaction.recordVersion(record);
      return () => {
        if (version !== undefined) versions.set(nameOf(record, asking), { version, from_ms, until_ms });
      };
    },
  };
}

/** Everything that a decision on visibility looks at beside the record itself. */
function toName(record: RecordKey, { requester, at }: Asking): string {
  const { client, user, purpose, organization, agreement } = requester;
  return `${record} ${at.today} ${client} ${user?.id ?? ""} ${purpose} ${organization.value} ${agreement.id}/${agreement.version}`;
}
