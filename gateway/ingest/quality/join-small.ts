import type { FieldCounts, QualityBody, TableCounts } from "./quality-counts.ts";

/** A delivery of fewer records says nothing by itself once small numbers are suppressed: messages come one by one. */
const RECORDS_MIN = 20;

/** The counts of one delivery, or of all small ones of a day. */
export interface JoinedBody extends QualityBody {
  readonly deliveries: number;
}

/** Newest first, as they came. Small deliveries of one calendar day (UTC) are told as one, in the place of the newest. */
export function joinSmall(bodies: readonly QualityBody[]): readonly JoinedBody[] {
  const joined = new Map<string, JoinedBody>();
  for (const body of bodies) {
    const isSmall = recordsOf(body) < RECORDS_MIN;
    const key = isSmall ? `day ${new Date(body.receivedAt).toISOString().slice(0, 10)}` : body.delivery;
    const known = joined.get(key);
    joined.set(key, known === undefined ? { ...body, deliveries: 1 } : join(known, body));
  }
  return [...joined.values()];
}

function recordsOf({ tables }: QualityBody): number {
  return Object.values(tables).reduce((sum, { received }) => sum + received, 0);
}

function join(newest: JoinedBody, older: QualityBody): JoinedBody {
  return {
    ...newest,
    deliveries: newest.deliveries + 1,
    tables: merged(newest.tables, older.tables, joinTables),
    ages: newest.ages.map((count, index) => count + (older.ages[index] ?? 0)),
    undated: newest.undated + older.undated,
  };
}

function joinTables(one: TableCounts, other: TableCounts): TableCounts {
  return {
    received: one.received + other.received,
    committed: one.committed + other.committed,
    unchanged: one.unchanged + other.unchanged,
    quarantined: one.quarantined + other.quarantined,
    again: one.again + other.again,
    childAgain: one.childAgain + other.childAgain,
    fields: merged(one.fields, other.fields, joinFields),
    unmapped: merged(one.unmapped, other.unmapped, (codes, more) => merged(codes, more, add)),
  };
}

function joinFields(one: FieldCounts, other: FieldCounts): FieldCounts {
  return {
    filled: one.filled + other.filled,
    errors: one.errors + other.errors,
    warnings: one.warnings + other.warnings,
    misfits: one.misfits + other.misfits,
  };
}

function add(one: number, other: number): number {
  return one + other;
}

function merged<T>(
  one: Readonly<Record<string, T>>,
  other: Readonly<Record<string, T>>,
  put: (left: T, right: T) => T,
): Record<string, T> {
  const all = new Map(Object.entries(one));
  for (const [name, value] of Object.entries(other)) {
    const known = all.get(name);
    all.set(name, known === undefined ? value : put(known, value));
  }
  return Object.fromEntries(all);
}
