import { randomBytes } from "node:crypto";
import { readPublished } from "#profiles/published.ts";
import type { Register } from "../access/register.ts";
import type { AuditLog } from "../audit/audit.ts";
import { toSourceFacts } from "../compose-register.ts";
import { createInProcessIdentityCache } from "../identity/cache/in-process.ts";
import { createIdentifierResolver } from "../identity/resolve-identifier.ts";
import type { Answering } from "../interactions/answer.ts";
import { toSearchset } from "../interactions/bundle.ts";
import { createCanonicals } from "../interactions/canonicals.ts";
import { createCoverageNotice } from "../interactions/coverage-notice.ts";
import { includedEntries } from "../interactions/include.ts";
import { momentOf } from "../interactions/moment.ts";
import { createNextLink } from "../interactions/next-link.ts";
import { createRecordReader, type RecordReader, type VisibleRecord } from "../interactions/record-reader.ts";
import { findMatches } from "../interactions/search-found.ts";
import type { SearchPorts } from "../interactions/search-request.ts";
import { toSearch } from "../interactions/search-type.ts";
import { createWalks } from "../interactions/walks.ts";
import { createPageTokens } from "../search/page-token.ts";
import { createQueryCache } from "../search/query-cache.ts";
import type { RecordKey, Store } from "../store/store.ts";
import { createTerminology } from "../terminology/terminology.ts";

const CACHE_bytes = 64 * 1_048_576;

export interface UnguardedRooms {
  readonly store: Store;
  readonly register: Register;
  readonly fhirBase: string;
  readonly audit: AuditLog;
}

/** The line that a search by type walks, from its words to its Bundle, without what guards it on the way. */
export function createUnguardedSearch(rooms: UnguardedRooms): Answering {
  const ports = toPorts(rooms);
  const { fhirBase } = rooms;
  const nextLink = createNextLink(ports);
  return async function search(request) {
    const { requester, now_ms } = request;
    const asked = toSearch(request, ports);
    if ("ok" in asked) return asked;
    const { path, query, page } = asked;
    const looking = { requester, at: await momentOf(ports.reader, now_ms) };
    const found = await findMatches(asked, looking, ports);
    const { entries: included } = await includedEntries(query.inclusions, found.page, { looking, ports });
    const last = found.hasMore ? found.page.at(-1) : undefined;
    const self = page.self ?? query.self;
    const body = toSearchset({
      total: found.total,
      self: `${fhirBase}/${path}?${self}`,
      next: last && nextLink({ path, query: query.self, requester, now_ms, last }),
      matched: found.page,
      included,
      shape: query.shape,
      outcomes: [await ports.coverageNotice(requester, looking.at.changes)],
    });
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

function toPorts({ store, register, fhirBase, audit }: UnguardedRooms): SearchPorts {
  const sources = toSourceFacts(register);
  const resolver = createIdentifierResolver({ store, cache: createInProcessIdentityCache(), scope: register });
  return {
    store,
    audit,
    sources,
    fhirBase,
    resolver,
    reader: openReader(createRecordReader({ store, sources, fhirBase, cache_bytes: CACHE_bytes })),
    canonicals: createCanonicals(fhirBase, readPublished).view,
    auditEvents: { async *parts() {} },
    terminology: createTerminology(readPublished),
    readQuery: createQueryCache(),
    pageTokens: createPageTokens(randomBytes(32)),
    walks: createWalks(),
    coverageNotice: createCoverageNotice(store, sources),
  };
}

/** Shows all that a record holds: decided for nobody, and kept, since nothing is written here. */
function openReader(reader: RecordReader): RecordReader {
  const open = new Map<RecordKey, VisibleRecord | undefined>();
  return {
    ...reader,
    async view(key, requester, at) {
      if (open.has(key)) return open.get(key);
      const seen = await reader.view(key, requester, at);
      const view = seen && { ...seen, patient: seen.patient, identity: seen.identity, isVisible: () => true };
      open.set(key, view);
      return view;
    },
  };
}
