import type { RecordKey } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";
import { holdersLife_s } from "./life.ts";
import { createNearEntries, type Load } from "./near-entries.ts";

/** The cache of a gateway that is one process: nobody else can change what it knows. */
export function createInProcessIdentityCache(): IdentityCache {
  const near = createNearEntries();
  const underWay = new Map<string, Promise<readonly RecordKey[]>>();
  const counted = { nearHits: 0, misses: 0, purges: 0 };
  /** What is said of a child has changed so often: who asks from then on joins nobody who asked before. */
  let changes = 0;

  const load = async (identifier: string, find: () => Promise<readonly RecordKey[]>) => {
    const begun = changes;
    const entry: Load = near.begin(identifier);
    try {
      entry.watch(identifier);
      const records = await find();
      for (const record of records) entry.watch(tokenOf(record));
      if (begun === changes) entry.keep(records, holdersLife_s(records));
      return records;
    } finally {
      entry.end();
    }
  };

  return {
    async resolve(identifier, find) {
      const known = near.get(identifier);
      if (known !== undefined) {
        counted.nearHits += 1;
        return known;
      }
      const name = `${changes}|${identifier}`;
      const already = underWay.get(name);
      if (already !== undefined) return already;
      counted.misses += 1;
      const found = load(identifier, find).finally(() => underWay.delete(name));
      underWay.set(name, found);
      return found;
    },
    generation: () => changes,
    async purge({ records = [], identifiers = [] }) {
      changes += 1;
      counted.purges += 1;
      for (const identifier of identifiers) near.drop(identifier);
      for (const record of records) near.drop(tokenOf(record));
    },
    state: () => "in-process",
    counts: () => ({ ...counted, farHits: 0, voided: 0, entries: near.size() }),
    async close() {
      near.clear();
    },
  };
}

/** No identifier looks like it: they have a system, and a system has no blank. */
function tokenOf(record: RecordKey): string {
  return `record ${record}`;
}
