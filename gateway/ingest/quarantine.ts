import type { Quarantined } from "../store/store.ts";

/** One held source record as `GET /ingest/quarantine` shows it to the officers of its source. */
export interface QuarantineEntry {
  readonly id: string;
  /** Id of the receipt. */
  readonly delivery: string;
  readonly source: string;
  readonly line: number;
  /** Table of a row. */
  readonly table?: string;
  /** What the source calls the record, when it could be read so far; for officers alone, as the content. */
  readonly unit?: string;
  /** Instant. */
  readonly heldSince: string;
  readonly state: Quarantined["state"];
  /** Instant at which it was held no more. */
  readonly closedAt?: string;
  /** How far it came: what it was when something was found wrong. */
  readonly reached: Quarantined["reached"];
  readonly issues: readonly unknown[];
  /** The record as it came; absent when nothing of it could be kept, and for whoever may not see it. */
  readonly content?: string;
}

export interface QuarantineListing {
  readonly total: number;
  readonly entries: readonly QuarantineEntry[];
}

/** The listing of what is held back. `withContent` only for an officer of the source: the content is personal data. */
export function toQuarantineListing(
  held: readonly Quarantined[],
  options: { readonly withContent: boolean },
): QuarantineListing {
  return { total: held.length, entries: held.map((one) => toQuarantineEntry(one, options)) };
}

export function toQuarantineEntry(
  { id, delivery, source, line, table, unit, state, closedAt, reached, issues, content, createdAt }: Quarantined,
  { withContent }: { readonly withContent: boolean },
): QuarantineEntry {
  return {
    id,
    delivery,
    source,
    line,
    ...(table === undefined ? {} : { table }),
    ...(withContent && unit !== undefined ? { unit } : {}),
    heldSince: new Date(createdAt).toISOString(),
    state,
    ...(closedAt === undefined ? {} : { closedAt: new Date(closedAt).toISOString() }),
    reached,
    issues: JSON.parse(issues),
    ...(withContent && content !== "" ? { content } : {}),
  };
}
