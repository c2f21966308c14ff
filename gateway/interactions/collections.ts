import type { RecordKey } from "../store/store.ts";
import { type CandidatePorts, type Candidates, type Looking, scanRequesterRecords } from "./candidates.ts";
import type { VisibleRecord } from "./record-reader.ts";

/** Below every key. */
export const BEFORE_ALL = Number.NEGATIVE_INFINITY;

/** Takes one visible record; answers whether it wants another. */
type Take = (view: VisibleRecord) => boolean;

/**
 * Shows the visible ones of the candidates, ascending by key and each once, until `take` has enough. Where a key is at
 * most `after`, everything of its record came before: it is not even read.
 */
export async function eachVisible(
  candidates: Candidates,
  after: RecordKey,
  take: Take,
  { looking, ports }: { readonly looking: Looking; readonly ports: CandidatePorts },
): Promise<void> {
  const { requester, at } = looking;
  const { known, children, canonicals, auditEvents } = candidates;
  if (canonicals && ports.canonicals.key > after && !take(ports.canonicals)) return;
  if (!children && !auditEvents && !isLong(known)) {
    for (const key of known) {
      if (key <= after) continue;
      const view = await ports.reader.view(key, requester, at);
      if (view && !take(view)) return;
    }
    return;
  }
  const walk = async (breathe: () => Promise<void>): Promise<void> => {
    const keys = children
      ? merged(scanRequesterRecords(requester, after, ports.store), known, after)
      : known.filter((key) => key > after);
    for await (const key of keys) {
      const view = await ports.reader.view(key, requester, at);
      if (view && !take(view)) return;
      await breathe();
    }
    if (!auditEvents) return;
    for await (const view of ports.auditEvents.parts(requester, after)) {
      if (!take(view)) return;
      await breathe();
    }
  };
  await (ports.walks ? ports.walks.run(requester.client, walk) : walk(async () => undefined));
}

/** More records than one request reads without letting others run. */
const LONG_records = 64;

function isLong(known: readonly RecordKey[]): boolean {
  return known.length > LONG_records;
}

/** Two ascending lists as one, each key once. */
async function* merged(
  scanned: AsyncIterable<RecordKey>,
  known: readonly RecordKey[],
  after: RecordKey,
): AsyncGenerator<RecordKey> {
  let index = 0;
  while (index < known.length && (known[index] ?? 0) <= after) index++;
  for await (const key of scanned) {
    for (; index < known.length && (known[index] ?? 0) < key; index++) yield known[index] ?? 0;
    if (known[index] === key) index++;
    yield key;
  }
  yield* known.slice(index);
}
