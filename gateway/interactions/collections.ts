import type { ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { RecordKey, RecordScope } from "../store/store.ts";
import type { CandidatePorts, Candidates, Looking } from "./candidates.ts";
import type { VisibleRecord } from "./record-reader.ts";

/** Below every key. */
export const BEFORE_ALL = Number.NEGATIVE_INFINITY;

interface Seeing {
  readonly looking: Looking;
  readonly ports: CandidatePorts;
  /** What is looked for: of a child more is not read. */
  readonly types: readonly ServedType[];
  /** Set where nothing but Patients is looked at: then nothing else of their records is read. */
  readonly isOfPatients?: boolean;
}

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
  { looking, ports, types, isOfPatients = false }: Seeing,
): Promise<void> {
  const { requester, at } = looking;
  const { reader } = ports;
  const seeOthers = types.includes("Provenance") ? reader.view : reader.findings;
  const see = isOfPatients ? reader.person : seeOthers;
  const { known, children, canonicals, auditEvents } = candidates;
  if (canonicals && ports.canonicals.key > after && !take(ports.canonicals)) return;
  if (!children && !auditEvents && !isLong(known)) {
    for (const key of known) {
      if (key <= after) continue;
      const found = see(key, requester, at);
      const view = found instanceof Promise ? await found : found;
      if (view && !take(view)) return;
    }
    return;
  }
  const walk = async (breathe: () => Promise<void>): Promise<void> => {
    const keys = children
      ? merged(scanRequesterRecords(requester, after, ports.store), known, after)
      : known.filter((key) => key > after);
    for await (const key of keys) {
      const view = await see(key, requester, at);
      if (view && !take(view)) return;
      await breathe();
    }
    if (!auditEvents) return;
    for await (const view of ports.auditEvents.parts(requester, after, auditEvents)) {
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

/** Goes through all children's records that could be visible to a requester, ascending, a batch at a time. */
async function* scanRequesterRecords(
  { agreement, organization }: Requester,
  after: RecordKey,
  store: CandidatePorts["store"],
): AsyncGenerator<RecordKey> {
  const scope: RecordScope =
    agreement.relationship === "authority"
      ? { authorities: agreement.authorities }
      : { organizations: [{ system: organization.system, value: organization.value }] };
  let last = Math.max(after, 0);
  for (;;) {
    const keys = await store.scanRecords(scope, last, LIMITS.scan_batch_records);
    yield* keys;
    const end = keys.at(-1);
    if (end === undefined || keys.length < LIMITS.scan_batch_records) return;
    last = end;
  }
}
