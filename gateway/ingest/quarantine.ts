import type { Quarantined } from "../store/store.ts";

/** One held source record as `GET /ingest/quarantine` shows it to the officers of its source. */
export interface QuarantineEntry {
  readonly id: string;
  /** Id of the receipt. */
  readonly delivery: string;
  readonly source: string;
  readonly line: number;
  /** Instant. */
  readonly heldSince: string;
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
  return { total: held.length, entries: held.map((one) => toEntry(one, options.withContent)) };
}

function toEntry(
  { id, delivery, source, line, issues, content, createdAt }: Quarantined,
  withContent: boolean,
): QuarantineEntry {
  return {
    id,
    delivery,
    source,
    line,
    heldSince: new Date(createdAt).toISOString(),
    issues: JSON.parse(issues),
    ...(withContent && content !== "" ? { content } : {}),
  };
}
