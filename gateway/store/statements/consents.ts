import { isDeepStrictEqual } from "node:util";
import type { ConsentPlace } from "../disclosure-verbs.ts";
import type { RecordKey } from "../record.ts";
import { bodyOf, loadWords } from "../words/body-words.ts";
import { endDisclosureDecision } from "./disclosure.ts";
import { LIMIT } from "./limit.ts";
import { filled, marks } from "./lists.ts";
import { arrays, row, rows, type Steps, write } from "./steps.ts";
import { integer, text } from "./values.ts";
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
export function* followConsent(
  work: Work,
  before: StandingConsent,
  now: { readonly record: RecordKey; readonly body: Buffer } | undefined,
): Steps<void> {
  const decisions = yield* rows(
    "SELECT id FROM disclosure_decision WHERE consent = ? AND record = ?",
    before.id,
    before.record,
  );
  if (decisions.length === 0) return;
  const told = yield* row("SELECT body FROM resource WHERE record = ? AND slot = ?", before.record, before.slot);
  yield* loadWords(work.context, [told?.body]);
  const isSame = now !== undefined && isDeepStrictEqual(toTerms(bodyOf(work.context, told?.body)()), toTerms(now.body));
  for (const { id } of decisions) {
    if (!isSame) {
      const reason = now === undefined ? "The Consent was ended." : "The Consent was changed.";
      yield* endDisclosureDecision(work, integer(id), { author: GATEWAY, reason, at_ms: work.clock() });
    }
    if (now !== undefined && now.record !== before.record) {
      yield* write("UPDATE disclosure_decision SET record = ? WHERE id = ?", now.record, integer(id));
    }
  }
}

/** What a Consent says, whoever it is about. */
function toTerms(body: Buffer): unknown {
  const { meta: _meta, patient: _patient, ...terms } = JSON.parse(body.toString());
  return terms;
}

export function* readConsentPlaces(
  sources: readonly string[],
  { after, limit }: { readonly after: number; readonly limit: number },
): Steps<readonly ConsentPlace[]> {
  const wanted = filled(sources);
  if (wanted === undefined) return [];
  const origins = yield* rows(`SELECT id, source FROM origin WHERE source IN (${marks(wanted.length)})`, ...wanted);
  const named = new Map(origins.map((one) => [integer(one.id), text(one.source)]));
  const ids = filled([...named.keys()]);
  if (ids === undefined) return [];
  const found = yield* arrays(
    `SELECT r.slot, r.record, r.id, r.origin FROM resource r CROSS JOIN record c ON c.key = r.record
     WHERE ${IS_CONSENT} AND r.slot > ? AND c.kind = 'child' AND r.origin IN (${marks(ids.length)})
     ORDER BY r.slot ${LIMIT}`,
    after,
    ...ids,
    limit,
  );
  return found.map(([place, record, id, origin]) => ({
    place: integer(place),
    record: integer(record),
    id: text(id),
    source: named.get(integer(origin)) ?? "",
  }));
}

/** As the index of Consents says it, since it serves no other words. */
const IS_CONSENT = "r.type BETWEEN 'Consent' AND 'Consent'";
