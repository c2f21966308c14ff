import type { RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { RecordKey, RecordScope } from "../store/store.ts";
import type { InteractionRequest } from "./answer.ts";
import type { AskedHistory, HistoryPorts } from "./history.ts";
import { HistoryPage } from "./history-page.ts";
import { ukDate } from "./uk-date.ts";

/** Types of which every resource stands in a shared record. */
const NO_CHILDS: ReadonlySet<RecordType> = new Set(["Organization", "Practitioner", "PractitionerRole"]);

/** Every version of these types that the requester may see, record by record, so that memory holds one page. */
export async function walkHistory(
  request: InteractionRequest,
  { query, cursor }: AskedHistory,
  { types, ports }: { readonly types: readonly RecordType[]; readonly ports: HistoryPorts },
): Promise<HistoryPage> {
  const { requester } = request;
  const { reader, store, walks } = ports;
  const at = { changes: await reader.changes(), today: ukDate(request.now_ms) };
  const found = new HistoryPage(query, cursor);
  const offer = async (key: RecordKey): Promise<void> => {
    found.offer(key, await reader.versions(key, requester, at, { types }));
  };
  await walks.run(requester.client, async (breathe) => {
    for (const kind of types) {
      // A Patient is always a child's.
      if (kind === "Patient") continue;
      for (const key of await store.sharedRecords(kind, requester.agreement.authorities)) {
        await offer(key);
        await breathe();
      }
    }
    if (types.every((type) => NO_CHILDS.has(type))) return;
    const scope = scopeOf(requester);
    for (let last: RecordKey | undefined = 0; last !== undefined; ) {
      const keys: readonly RecordKey[] = await store.scanRecords(scope, last, LIMITS.scan_batch_records);
      for (const key of keys) {
        await offer(key);
        await breathe();
      }
      last = keys.at(-1);
    }
  });
  return found;
}

/** Whose records could be visible at all; each is decided on by itself. */
function scopeOf({ agreement, organization: { system, value } }: Requester): RecordScope {
  return agreement.relationship === "authority"
    ? { authorities: agreement.authorities }
    : { organizations: [{ system, value }] };
}
