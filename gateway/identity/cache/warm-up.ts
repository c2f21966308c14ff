import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "../../limits.ts";
import { type RecordChange, SHARED_ID_SPACE, type Store } from "../../store/store.ts";
import type { IdentifierResolver } from "../resolve-identifier.ts";

/** Records whose identifiers are asked for before queries get their turn again, and for how long they get it. */
const BATCH_RECORDS = 8;
const REST_MS = 10;

interface Identifier {
  readonly system: string;
  readonly value: string;
}

export interface WarmUpOptions {
  readonly store: Pick<Store, "recordsByChange" | "person" | "changeCounter">;
  readonly resolver: Pick<IdentifierResolver, "resolve">;
  /** Ends it before its end. */
  readonly signal: AbortSignal;
  /** `warm_up_records` when absent. */
  readonly records_max?: number;
}

/**
 * Asks for the identifiers of the children that changed last, so that the cache knows them before anybody asks: a queue of
 * its own in the background, which never works for longer than a few records. Answers with how many identifiers were asked
 * for. A fault of the store ends it: whoever asks will hear of that.
 */
export async function warmUp(options: WarmUpOptions): Promise<number> {
  const { store, resolver, signal, records_max = LIMITS.warm_up_records } = options;
  let asked = 0;
  let seen = 0;
  let after: RecordChange | undefined;
  while (seen < records_max && !signal.aborted) {
    const order = { direction: "newest-first", ...(after === undefined ? {} : { after }) } as const;
    const batch = await store.recordsByChange({}, order, Math.min(BATCH_RECORDS, records_max - seen));
    if (batch.length === 0) break;
    const changes = await store.changeCounter();
    const identifiers = (await Promise.all(batch.map(({ key }) => identifiersIn(store, key)))).flat();
    // All at once, since what is asked of Redis one after another takes three times as long to ask.
    await Promise.all(
      identifiers.map(async ({ system, value }) => resolver.resolve(system, value, SHARED_ID_SPACE, changes)),
    );
    asked += identifiers.length;
    seen += batch.length;
    after = batch.at(-1);
    await pause(REST_MS, undefined, { ref: false });
  }
  return asked;
}

async function identifiersIn(store: WarmUpOptions["store"], key: number): Promise<readonly Identifier[]> {
  const record = await store.person(key);
  if (record === undefined || record.idSpace !== SHARED_ID_SPACE) return [];
  const told = new Map<string, Identifier>();
  for (const { body, withheld = [] } of record.contributions) {
    const patient: { readonly identifier?: readonly Partial<Identifier>[] } = JSON.parse(body);
    for (const { system, value } of patient.identifier ?? []) {
      if (system === undefined || value === undefined) continue;
      const identifier = `${system}|${value}`;
      if (!withheld.includes(identifier)) told.set(identifier, { system, value });
    }
  }
  return [...told.values()];
}
