import { isDeepStrictEqual } from "node:util";
import type { ConsentPlace } from "../disclosure-verbs.ts";
import type { RecordKey } from "../record.ts";
import type { Connection } from "../sqlite/connection.ts";
import { endDisclosureDecision } from "./disclosure.ts";
import { RECORD_SLOTS, recordOfSlot } from "./read.ts";
import { bytes, integer, text } from "./values.ts";
import type { Work } from "./work.ts";

interface StandingConsent {
  readonly id: string;
  readonly record: RecordKey;
  readonly slot: number;
}

/** Who ends a decision on what has become another Consent. */
const GATEWAY = "gateway";

/**
 * A decision on an objection holds for the Consent as it was decided on, and goes where that goes. One that says
 * something else now, or nothing any more, is to be decided anew.
 */
export function followConsent(
  work: Work,
  before: StandingConsent,
  now: { readonly record: RecordKey; readonly body: Buffer } | undefined,
): void {
  const { statement } = work.connection;
  const rows = statement("SELECT id FROM disclosure_decision WHERE consent = ? AND record = ?").all(
    before.id,
    before.record,
  );
  if (rows.length === 0) return;
  const row = statement("SELECT body FROM resource WHERE slot = ?").get(before.slot);
  const isSame = now !== undefined && isDeepStrictEqual(toTerms(bytes(row?.body)), toTerms(now.body));
  for (const { id } of rows) {
    if (!isSame) {
      const reason = now === undefined ? "The Consent was ended." : "The Consent was changed.";
      endDisclosureDecision(work, integer(id), { author: GATEWAY, reason, at_ms: work.clock() });
    }
    if (now !== undefined && now.record !== before.record) {
      statement("UPDATE disclosure_decision SET record = ? WHERE id = ?").run(now.record, integer(id));
    }
  }
}

/** What a Consent says, whoever it is about. */
function toTerms(body: Buffer): unknown {
  const { meta: _meta, patient: _patient, ...terms } = JSON.parse(body.toString());
  return terms;
}

export function readConsentPlaces(
  { statement, arrays }: Connection,
  sources: readonly string[],
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly ConsentPlace[] {
  const origins = statement("SELECT id, source FROM origin WHERE source IN (SELECT value FROM json_each(?))").all(
    JSON.stringify(sources),
  );
  const named = new Map(origins.map((row) => [integer(row.id), text(row.source)]));
  const rows = arrays(
    `SELECT r.slot, r.id, r.origin FROM resource r CROSS JOIN record c ON c.key = r.slot / ${RECORD_SLOTS}
     WHERE r.type GLOB 'Consent' AND r.slot > ? AND c.kind = 'child'
       AND r.origin IN (SELECT value FROM json_each(?)) ORDER BY r.slot LIMIT ?`,
  ).all(after, JSON.stringify([...named.keys()]), limit);
  return rows.map((row) => {
    const place = integer(row[0]);
    return { place, record: recordOfSlot(place), id: text(row[1]), source: named.get(integer(row[2])) ?? "" };
  });
}
