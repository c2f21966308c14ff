import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { ChangeOrder, RecordChange, RecordKey, RecordScope, SharedScope } from "../store/store.ts";
import type { InteractionRequest } from "./answer.ts";
import type { AskedHistory, HistoryPorts } from "./history.ts";
import { HistoryPage } from "./history-page.ts";
import { momentOf } from "./moment.ts";
import type { Moment } from "./record-reader.ts";

/** Types of which every resource stands in a shared record. */
const NO_CHILDS: ReadonlySet<RecordType> = new Set(["Organization", "Practitioner", "PractitionerRole"]);

/**
 * The page that is asked for, of every version of these types that the requester may see. Records come by their last
 * change, so that the walk ends where all that is left is older than the page; memory holds one page.
 */
export async function walkHistory(
  request: InteractionRequest,
  { query, cursor }: AskedHistory,
  { types, ports }: { readonly types: readonly RecordType[]; readonly ports: HistoryPorts },
): Promise<HistoryPage> {
  const { requester } = request;
  const { reader, walks } = ports;
  const at = await momentOf(reader, request.now_ms);
  const found = new HistoryPage(query, cursor);
  await walks.run(requester.client, async (breathe) => {
    const offer = async (key: RecordKey): Promise<void> => {
      found.offer(key, await reader.versions(key, requester, at, { types }));
      await breathe();
    };
    for (const scope of scopesOf(requester, types)) await walkScope(scope, { found, offer, breathe, ports });
    if (types.includes("Patient")) await walkJoined({ found, breathe, ports, offer }, { requester, at });
  });
  return found;
}

interface Walking {
  readonly found: HistoryPage;
  offer(key: RecordKey): Promise<void>;
  breathe(): Promise<void>;
  readonly ports: HistoryPorts;
}

async function walkScope(scope: Scope, walking: Walking): Promise<void> {
  const { found, offer, breathe, ports } = walking;
  const before = await ports.reader.changes();
  const offered = new Set<RecordKey>();
  const take = async (change: RecordChange): Promise<void> => {
    if (offered.has(change.key) || !found.canTake(change)) return;
    offered.add(change.key);
    await offer(change.key);
  };
  let end: RecordChange | undefined;
  for await (const change of byChange(scope, { direction: "newest-first" }, walking)) {
    if (found.isBeyond(change.last)) {
      end = change;
      break;
    }
    await take(change);
  }
  if ((await ports.reader.changes()) === before) return;
  // What changed meanwhile has moved to where the walk had been. Against the order nothing can get past unseen.
  const order = { direction: "oldest-first", ...(end && { after: end }) } as const;
  for await (const change of byChange(scope, order, walking)) {
    await take(change);
    await breathe();
  }
}

/**
 * A child that came onto the requester's list counts as changed then, which the order of changes in the store does not
 * know. Asked of people alone, and of those whose record has changed too long ago for the page.
 */
async function walkJoined(
  { found, offer, breathe, ports: { store, reader } }: Walking,
  { requester, at }: Pick<LookingAt, "requester" | "at">,
): Promise<void> {
  const scope = scopeOf(requester);
  if (scope.organizations === undefined) return;
  let after = 0;
  for (;;) {
    const keys = await store.scanRecords(scope, after, LIMITS.scan_batch_records);
    for (const key of keys) {
      const person = found.isDone(key) ? undefined : await reader.person(key, requester, at);
      const changed_ms = person?.patient.lastUpdated_ms[0];
      if (changed_ms !== undefined && !found.isBeyond(changed_ms)) await offer(key);
      await breathe();
    }
    const last = keys.at(-1);
    if (last === undefined || keys.length < LIMITS.scan_batch_records) return;
    after = last;
  }
}

interface LookingAt {
  readonly requester: Requester;
  readonly at: Moment;
}

async function* byChange(
  scope: Scope,
  { direction, after }: ChangeOrder,
  { ports: { store } }: Walking,
): AsyncGenerator<RecordChange> {
  const limit = LIMITS.scan_batch_records;
  for (let last = after; ; ) {
    const changes = await store.recordsByChange(scope, { direction, ...(last && { after: last }) }, limit);
    yield* changes;
    last = changes.at(-1);
    if (changes.length < limit) return;
  }
}

type Scope = RecordScope | SharedScope;

function scopesOf(requester: Requester, types: readonly RecordType[]): readonly Scope[] {
  const { authorities } = requester.agreement;
  // A Patient is always a child's.
  const shared = types.flatMap((kind) => (kind === "Patient" ? [] : { kind, authorities }));
  return types.every((type) => NO_CHILDS.has(type)) ? shared : [...shared, scopeOf(requester)];
}

/** Whose records could be visible at all; each is decided on by itself. */
function scopeOf({ agreement, organization: { system, value } }: Requester): RecordScope {
  return agreement.relationship === "authority"
    ? { authorities: agreement.authorities }
    : { organizations: [{ system, value }] };
}
