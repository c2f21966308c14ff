import type { AnyMapper } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import { LIMITS } from "../limits.ts";
import {
  type Quarantined,
  type RecordKey,
  SHARED_ID_SPACE,
  type Store,
  type UnitLineage,
  type WriteTransaction,
} from "../store/store.ts";
import type { HeldRecord } from "./kept-records.ts";
import { toChildUnit } from "./prepared.ts";
import { endContribution, type Retold, retell, type Unsaid } from "./retell.ts";

/** What became of records that were to be taken back. */
export interface Withdrawal {
  readonly source: string;
  readonly withdrawn: number;
  /** Resources that ended, by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Names that are no records of the source, or parts of one that can only go as a whole. */
  readonly unknown: readonly string[];
  /** Of all that a source told: its rows that waited for their child, and went. */
  readonly waiting?: number;
  /** Records that were held back, and are discarded. */
  readonly discarded: number;
  /** What became of who the child is where the record that told it went, and the source has others of the child. */
  readonly retold?: Retold;
}

export interface Withdrawing {
  /** Whether nothing of it may be kept at all, not even the versions that history would show. */
  readonly isErasure: boolean;
  readonly store: Store;
  readonly source: string;
  readonly registered: RegisteredSource;
  readonly mapper: AnyMapper;
  /** Takes kept records in again; answers with the id of the receipt. */
  readonly replay: (records: readonly HeldRecord[]) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Takes back single records of a source: what they made ends, and history alone tells of it, unless they are erased. Of
 * tables, a record is the child's own row, which goes with all rows below it. What a source says of who the child is ends
 * with the last record that it has of the child; while it has others, the latest of them tells it anew.
 */
export async function withdrawRecords(names: readonly string[], about: Withdrawing): Promise<Withdrawal> {
  const counts = createCounts();
  const unknown: string[] = [];
  const unsaid: Unsaid[] = [];
  const gone = new Set<string>();
  const records = new Set<RecordKey>();
  for (const part of inParts([...new Set(names)])) {
    const ended = await about.store.write(async (transaction) => {
      const found: (Withdrawn | undefined)[] = [];
      for (const name of part) found.push(await withdrawOne(transaction, toUnit(name, about), about));
      return found;
    });
    for (const [index, withdrawn] of ended.entries()) {
      if (withdrawn === undefined) {
        unknown.push(part[index] ?? "");
        continue;
      }
      counts.add(withdrawn.types);
      unsaid.push(...withdrawn.unsaid);
      records.add(withdrawn.record);
      for (const name of withdrawn.names) gone.add(name);
    }
  }
  const discarded = await discardHeld(about, ({ unit }) => unit !== undefined && gone.has(unit));
  const retold = await retell(unsaid, about);
  for (const part of about.isErasure ? inParts([...records]) : []) await forgetPast(part, about);
  return { source: about.source, ...counts.told(), unknown, discarded, ...(retold === undefined ? {} : { retold }) };
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
    const ended = await store.write(async (transaction) => {
      const found: (Withdrawn | undefined)[] = [];
      for (const { unit } of page) found.push(await withdrawOne(transaction, unit, about));
      return found;
    });
    for (const withdrawn of ended) if (withdrawn !== undefined) counts.add(withdrawn.types);
    after = page.at(-1)?.unit;
  } while (after !== undefined);
  const waiting = await unstageRest(about);
  const discarded = await discardHeld(about);
  if (about.isErasure) await forgetAllPast(about);
  return { source, ...counts.told(), unknown: [], waiting, discarded };
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

interface Withdrawn {
  readonly record: RecordKey;
  /** Of what ended. */
  readonly types: readonly string[];
  /** Of the unit and of its rows, as the quarantine knows them. */
  readonly names: readonly string[];
  readonly unsaid: readonly Unsaid[];
}

/** `undefined` where the source has no such record. An organisation that it named is none: others refer to it. */
async function withdrawOne(
  transaction: WriteTransaction,
  unit: string,
  { source, mapper, clock }: Withdrawing,
): Promise<Withdrawn | undefined> {
  const lineage = await transaction.lineage(source, unit);
  if (lineage === undefined || isOrganization(lineage)) return undefined;
  const now = clock();
  const names = [unit];
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
    const trees = await transaction.stagedTrees(source, mapper.root, [child]);
    for (const row of trees.get(child) ?? []) {
      await unstage(transaction, row, { source, now });
      names.push(`${row.table}/${row.key}`);
    }
  }
  const isWhole = mapper.reader === "staged";
  const unsaid = await endContributions(transaction, record, { source, unit, isWhole, now });
  return { record, types: made.map(({ type }) => type), names, unsaid };
}

function isOrganization({ line, made }: Pick<UnitLineage, "line" | "made">): boolean {
  return line === 0 && made.length > 0 && made.every(({ type }) => type === "Organization");
}

/**
 * With the last record that a source has of a child goes all that it said of who the child is, and with one that was all
 * that is told under its name. Answers with what a record that went has told while others stay.
 */
async function endContributions(
  transaction: WriteTransaction,
  key: RecordKey,
  told: { readonly source: string; readonly unit: string; readonly isWhole: boolean; readonly now: number },
): Promise<readonly Unsaid[]> {
  const { source, unit, isWhole, now } = told;
  const isLast = !(await transaction.lineagesOf(key)).some((lineage) => lineage.source === source);
  const unsaid: Unsaid[] = [];
  for (const contribution of (await transaction.record(key))?.contributions ?? []) {
    const { localId } = contribution;
    const isTold = contribution.unit === undefined || contribution.unit === unit;
    if (contribution.source !== source || !(isLast || isTold)) continue;
    if (isLast || isWhole) await endContribution(transaction, { record: key, localId }, { source, now });
    else unsaid.push({ record: key, localId });
  }
  return unsaid;
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
async function unstageRest({ store, source, mapper, clock }: Withdrawing): Promise<number> {
  let rows = 0;
  if (mapper.reader !== "staged") return rows;
  for (const { name: table } of mapper.tables) {
    let after: string | undefined;
    do {
      const keys: readonly string[] = await store.stagedKeys(source, table, LIMITS.ingest_batch_records, after);
      await store.write(async (transaction) => {
        for (const key of keys) await unstage(transaction, { table, key }, { source, now: clock() });
      });
      rows += keys.length;
      after = keys.at(-1);
    } while (after !== undefined);
  }
  return rows;
}

/** What is held back of records that went is discarded with them. */
async function discardHeld(
  { store, source, clock }: Withdrawing,
  isGone: (held: Quarantined) => boolean = () => true,
): Promise<number> {
  let discarded = 0;
  let after: string | undefined;
  do {
    const from = after === undefined ? {} : { after };
    const page = await store.quarantined({ sources: [source], ...from }, LIMITS.ingest_batch_records);
    const gone = page.filter(isGone);
    await store.write(async (transaction) => {
      for (const { id } of gone) await transaction.closeQuarantine(id, "discarded", clock());
    });
    discarded += gone.length;
    after = page.at(-1)?.id;
  } while (after !== undefined);
  return discarded;
}

async function forgetPast(records: readonly RecordKey[], { store, source }: Withdrawing): Promise<void> {
  await store.write(async (transaction) => {
    for (const record of records) await transaction.forgetPast(record, source);
  });
}

/** Of every child, for what the source took back before has left no other trace of whose it was. */
async function forgetAllPast(about: Withdrawing): Promise<void> {
  const scope = { authorities: [about.registered.authority] };
  let after: RecordKey | undefined = 0;
  do {
    const records: readonly RecordKey[] = await about.store.scanRecords(scope, after, LIMITS.ingest_batch_records);
    await forgetPast(records, about);
    after = records.at(-1);
  } while (after !== undefined);
}

function* inParts<T>(names: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < names.length; from += LIMITS.ingest_batch_records) {
    yield names.slice(from, from + LIMITS.ingest_batch_records);
  }
}
