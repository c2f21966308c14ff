import { LRUCache } from "lru-cache";
import { LIMITS, upToEntries } from "../../limits.ts";
import type { RecordKey } from "../../store/store.ts";

interface Entry {
  readonly records: readonly RecordKey[];
  /** What it depends on; any of them dropped takes the entry with it. */
  readonly tokens: readonly string[];
}

/** An entry on its way. What is dropped of what it watches while it is under way keeps it from being kept. */
export interface Load {
  watch(token: string): void;
  keep(records: readonly RecordKey[], life_s: number): void;
  /** To be called in any case. */
  end(): void;
}

/** What this process remembers by itself: bounded, the least recently used goes first. */
export interface NearEntries {
  get(identifier: string): readonly RecordKey[] | undefined;
  begin(identifier: string): Load;
  drop(token: string): void;
  clear(): void;
  size(): number;
}

export function createNearEntries(): NearEntries {
  const dependants = new Map<string, Set<string>>();
  const loads = new Map<string, Set<{ isDropped: boolean }>>();
  let generation = 0;
  const entries = new LRUCache<string, Entry>({
    ...upToEntries(LIMITS.identity_cache_entries_max),
    dispose: (entry, identifier) => {
      for (const token of entry.tokens) removeFrom(dependants, token, identifier);
    },
  });
  return {
    get: (identifier) => entries.get(identifier)?.records,
    begin(identifier) {
      const begun = generation;
      const load = { isDropped: false };
      const tokens: string[] = [];
      return {
        watch(token) {
          tokens.push(token);
          addTo(loads, token, load);
        },
        keep(records, life_s) {
          if (load.isDropped || begun !== generation) return;
          entries.set(identifier, { records, tokens }, { ttl: life_s * 1_000 });
          for (const token of tokens) addTo(dependants, token, identifier);
        },
        end() {
          for (const token of tokens) removeFrom(loads, token, load);
        },
      };
    },
    drop(token) {
      for (const load of loads.get(token) ?? []) load.isDropped = true;
      for (const identifier of [...(dependants.get(token) ?? [])]) entries.delete(identifier);
    },
    clear() {
      generation += 1;
      entries.clear();
    },
    size: () => entries.size,
  };
}

function addTo<T>(sets: Map<string, Set<T>>, token: string, member: T): void {
  const set = sets.get(token);
  if (set === undefined) sets.set(token, new Set([member]));
  else set.add(member);
}

function removeFrom<T>(sets: Map<string, Set<T>>, token: string, member: T): void {
  const set = sets.get(token);
  if (set?.delete(member) && set.size === 0) sets.delete(token);
}
