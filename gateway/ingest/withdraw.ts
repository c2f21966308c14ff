import type { AnyMapper } from "#mappers/mapper.ts";
import { LIMITS } from "../limits.ts";
import { type RecordKey, SHARED_ID_SPACE, type Store, type WriteTransaction } from "../store/store.ts";
import { toChildUnit } from "./prepared.ts";

/** What became of records that were to be taken back. */
export interface Withdrawal {
  readonly source: string;
  readonly withdrawn: number;
  /** Resources that ended, by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Names that are no records of the source, or parts of one that can only go as a whole. */
  readonly unknown: readonly string[];
}

interface Withdrawing {
  readonly store: Store;
  readonly source: string;
  readonly mapper: AnyMapper;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Takes back single records of a source: what they made ends, and nothing of them is kept but that they were there. Of
 * tables, a record is the child's own row, which goes with all rows below it. What a source says of a child who the
 * child is ends with the last record that it has of the child.
 */
export async function withdrawRecords(names: readonly string[], about: Withdrawing): Promise<Withdrawal> {
  const counts = createCounts();
  const unknown: string[] = [];
  for (const part of inParts(names)) {
    const ended = await about.store.write(async (transaction) => {
      const found: (readonly string[] | undefined)[] = [];
      for (const name of part) found.push(await withdrawOne(transaction, toUnit(name, about), about));
      return found;
    });
    for (const [index, types] of ended.entries()) {
      if (types === undefined) unknown.push(part[index] ?? "");
      else counts.add(types);
    }
  }
  return { source: about.source, ...counts.told(), unknown };
}

/**
 * Takes back everything that a source has told: its records, its rows that wait, and what is held back of it. The
 * organisations that it named stay, since others refer to them.
 */
export async function withdrawSource(about: Withdrawing): Promise<Withdrawal> {
  const { store, source } = about;
  const counts = createCounts();
  let after: string | undefined;
  do {
    const page = await store.unitsOf(source, LIMITS.ingest_batch_records, after);
    const units = page.filter(({ line, made }) => line > 0 || made.some(({ type }) => type !== "Organization"));
    const ended = await store.write(async (transaction) => {
      const types: (readonly string[] | undefined)[] = [];
      for (const { unit } of units) types.push(await withdrawOne(transaction, unit, about));
      return types;
    });
    for (const types of ended) if (types !== undefined) counts.add(types);
    after = page.at(-1)?.unit;
  } while (after !== undefined);
  await unstageRest(about);
  await discardHeld(about);
  return { source, ...counts.told(), unknown: [] };
}

function createCounts() {
  const resources = new Map<string, number>();
  let withdrawn = 0;
  return {
    add(types: readonly string[]): void {
      withdrawn += 1;
      for (const type of types) resources.set(type, (resources.get(type) ?? 0) + 1);
    },
    told: () => ({ withdrawn, resources: Object.fromEntries([...resources].sort()) }),
  };
}

/** What the lineage calls a record that an officer names. */
function toUnit(name: string, { mapper }: Withdrawing): string {
  if (mapper.reader !== "staged") return name;
  const root = `${mapper.root}/`;
  return name.startsWith(root) ? toChildUnit(name.slice(root.length)) : name;
}

/** Types of what ended, or `undefined` where the source has no such record. */
async function withdrawOne(
  transaction: WriteTransaction,
  unit: string,
  { source, mapper, clock }: Withdrawing,
): Promise<readonly string[] | undefined> {
  const lineage = await transaction.lineage(source, unit);
  if (lineage === undefined) return undefined;
  const now = clock();
  const { record, made, delivery, line, receivedAt } = lineage;
  for (const { type, id } of made) await transaction.remove(type, id, SHARED_ID_SPACE, now);
  await transaction.putRelationships(record, source, unit, []);
  if (line > 0) {
    await transaction.noteState({ source, unit, delivery, line, receivedAt, state: "withdrawn", at: now });
  }
  await transaction.removeLineage(source, unit);
  await transaction.forgetRaw(source, unit);
  if (mapper.reader === "staged") {
    const child = unit.slice(toChildUnit("").length);
    for (const row of await transaction.stagedTree(source, mapper.root, child)) {
      await unstage(transaction, row, { source, now });
    }
  }
  await endContributions(transaction, record, { source, now });
  return made.map(({ type }) => type);
}

/** With the last record that a source has of a child goes all that it said of who the child is. */
async function endContributions(
  transaction: WriteTransaction,
  key: RecordKey,
  { source, now }: { readonly source: string; readonly now: number },
): Promise<void> {
  if ((await transaction.lineagesOf(key)).some((lineage) => lineage.source === source)) return;
  const record = await transaction.record(key);
  for (const { source: told, localId } of record?.contributions ?? []) {
    if (told !== source) continue;
    await transaction.removeContribution(key, source, localId, now);
    await transaction.removeSourceIdentity(source, localId);
    await transaction.closeReview(source, localId);
  }
}

async function unstage(
  transaction: WriteTransaction,
  { table, key }: { readonly table: string; readonly key: string },
  { source, now }: { readonly source: string; readonly now: number },
): Promise<void> {
  const unit = `${table}/${key}`;
  const [state] = await transaction.recordStates({ source, unit }, 1);
  await transaction.unstage(source, table, key);
  if (state === undefined) return;
  const { delivery, line, at } = state;
  await transaction.noteState({ source, unit, delivery, line, receivedAt: at, state: "withdrawn", at: now });
}

/** Rows whose child never came. */
async function unstageRest({ store, source, mapper, clock }: Withdrawing): Promise<void> {
  if (mapper.reader !== "staged") return;
  for (const { name: table } of mapper.tables) {
    let after: string | undefined;
    do {
      const keys: readonly string[] = await store.stagedKeys(source, table, LIMITS.ingest_batch_records, after);
      await store.write(async (transaction) => {
        for (const key of keys) await unstage(transaction, { table, key }, { source, now: clock() });
      });
      after = keys.at(-1);
    } while (after !== undefined);
  }
}

async function discardHeld({ store, source, clock }: Withdrawing): Promise<void> {
  while (true) {
    const held = await store.quarantined({ sources: [source] }, LIMITS.ingest_batch_records);
    if (held.length === 0) return;
    await store.write(async (transaction) => {
      for (const { id } of held) await transaction.closeQuarantine(id, "discarded", clock());
    });
  }
}

function* inParts(names: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < names.length; from += LIMITS.ingest_batch_records) {
    yield names.slice(from, from + LIMITS.ingest_batch_records);
  }
}
