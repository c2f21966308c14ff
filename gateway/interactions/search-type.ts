/**
 * search-type: https://hl7.org/fhir/R4/http.html#search
 *
 * One straight line: query → candidates → visible records → matches → page → Bundle → audit → answer.
 */
import { LRUCache } from "lru-cache";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import { hasToken, meetsConditions } from "../search/match.ts";
import { createOrder, type Order, TopMatches } from "../search/page.ts";
import type { Cursor, PageTokens } from "../search/page-token.ts";
import { type Condition, parseQuery, type SearchQuery } from "../search/query.ts";
import { type Answer, type Result, refused } from "./answer.ts";
import { toSearchset } from "./bundle.ts";
import { leadRecords, scanRequesterRecords } from "./candidates.ts";
import { guardRelease } from "./guard.ts";
import { includedEntries } from "./include.ts";
import type { Moment, VisibleRecord } from "./record-reader.ts";
import type { FoundMatch, ReleasedEntry, SearchPorts, SearchRequest } from "./search-request.ts";
import { ukDate } from "./uk-date.ts";

export function createSearchType(ports: SearchPorts) {
  const nextLink = createNextLink(ports);
  return async function searchType(request: SearchRequest): Promise<Result> {
    const page = readPage(request, ports.pageTokens);
    if (!page.ok) return page;
    const parsed = parseQuery(request.type, page.parameters, {
      handling: request.handling,
      fhirBase: ports.fhirBase,
    });
    if (!parsed.ok) return refused(...parsed.issues);
    const { query } = parsed;
    const order = createOrder(query.sort);
    const at = { changes: await ports.reader.changes(), today: ukDate(request.now_ms) };
    const found = await findMatches({ query, order, cursor: page.cursor, at }, request.requester, ports);
    const included = await includedEntries({ query, matched: found.page, at }, request.requester, ports);
    const released = [...found.page, ...included];
    guardRelease(released, request.requester, ports.sources);
    const body = toSearchset({
      total: found.total,
      self: `${ports.fhirBase}/${request.type}${page.self ?? suffix(query.self)}`,
      next: found.hasMore ? nextLink(request, query, found.page.at(-1)) : undefined,
      matched: found.page,
      included,
      notice: await ports.coverageNotice(request.requester, at.changes),
    });
    try {
      await ports.audit.append(toAuditRecord(request, query, released));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: toAnswer(body) };
  };
}

const ANSWER_HEADERS = {};

function toAnswer(body: Buffer): Answer {
  return { status: 200, headers: ANSWER_HEADERS, body };
}

function suffix(query: string): string {
  return query === "" ? "" : `?${query}`;
}

type Page =
  | { readonly ok: true; readonly parameters: URLSearchParams; readonly cursor?: Cursor; readonly self?: string }
  | Extract<Result, { ok: false }>;

/** The parameters as sent, or those that a next link stands for. */
function readPage({ parameters, requester, type, now_ms }: SearchRequest, pageTokens: PageTokens): Page {
  const text = parameters.get("_page");
  if (text === null) return { ok: true, parameters };
  const token = pageTokens.open(text);
  const isUsable =
    token !== undefined &&
    token.type === type &&
    token.requester === pageOwner(requester) &&
    token.expires_s * 1_000 > now_ms &&
    parameters.size === 1;
  if (!isUsable) return { ok: false, issues: [{ kind: "stale-page" }] };
  return {
    ok: true,
    parameters: new URLSearchParams(token.query),
    cursor: token.cursor,
    self: `?_page=${text}`,
  };
}

function pageOwner({ client, purpose, agreement }: Requester): string {
  return `${client} ${purpose} ${agreement.id}/${agreement.version}`;
}

interface Found {
  readonly page: readonly FoundMatch[];
  readonly hasMore: boolean;
  readonly total: number | undefined;
}

interface Search {
  readonly query: SearchQuery;
  readonly order: Order;
  readonly cursor: Cursor | undefined;
  readonly at: Moment;
}

async function findMatches(
  { query, order, cursor, at }: Search,
  requester: Requester,
  ports: SearchPorts,
): Promise<Found> {
  const lead = await candidateRecords(query, requester, at.changes, ports);
  // By the query alone: whether a look-up found too much tells of what is hidden.
  const wantsTotal = query.count === 0 || (query.total === undefined ? isNarrow(query) : query.total !== "none");
  const isInOrder = order.isRecordOrder || (order.isPackOrder && lead?.length === 1);
  const mayStopEarly = isInOrder && !wantsTotal;
  const kept = new TopMatches<FoundMatch>(order, query.count + 1, isInOrder);
  let total = 0;
  const take = (view: VisibleRecord): void => {
    for (const match of recordMatches(view, query, order)) {
      total++;
      if (!cursor || order.compare(match, cursor) > 0) kept.offer(match);
    }
  };
  if (lead) {
    for (const key of lead) {
      const view = await ports.reader.view(key, requester, at);
      if (view) take(view);
    }
  } else {
    const after = mayStopEarly && cursor ? cursor.record - 1 : 0;
    await ports.walks.run(async (breathe) => {
      for await (const key of scanRequesterRecords(requester, after, ports.store)) {
        if (mayStopEarly && kept.isFull) break;
        const view = await ports.reader.view(key, requester, at);
        if (view) take(view);
        await breathe();
      }
    });
  }
  const first = kept.first();
  return {
    page: first.slice(0, query.count),
    hasMore: query.count > 0 && first.length > query.count,
    total: wantsTotal ? total : undefined,
  };
}

/** Whether the query itself names a child, or words that few children share; only then is counting cheap. */
function isNarrow({ type, lead }: SearchQuery): boolean {
  return lead !== undefined || type === "Organization";
}

async function candidateRecords(
  query: SearchQuery,
  requester: Requester,
  changes: number,
  ports: SearchPorts,
): Promise<readonly number[] | undefined> {
  if (query.type === "Organization") {
    return ports.store.sharedRecords("Organization", requester.agreement.authorities);
  }
  return leadRecords(query, changes, ports);
}

/** Everything visible in one record that meets the query, in pack order. */
function recordMatches(view: VisibleRecord, query: SearchQuery, order: Order): readonly FoundMatch[] {
  if (!meetsChildConditions(view, query.conditions)) return [];
  const isPatient = query.type === "Patient";
  const pack = isPatient ? view.patient : view.pack;
  const matches: FoundMatch[] = [];
  for (let entry = 0; entry < pack.size; entry++) {
    if (pack.types[entry] !== query.type || !meetsConditions(pack, entry, query.conditions)) continue;
    if (!isPatient && !view.isVisible(entry)) continue;
    matches.push({ view, record: view.key, pack, entry, values: order.valuesOf(pack, entry) });
  }
  return matches;
}

/** `patient.identifier`: against the identifiers of the child as this requester sees them. */
function meetsChildConditions(view: VisibleRecord, conditions: readonly Condition[]): boolean {
  return conditions.every(
    (condition) =>
      condition.kind !== "child-identifier" ||
      (view.patient.size > 0 &&
        hasToken(
          view.patient,
          0,
          condition.identifiers.map(({ hash }) => hash),
        )),
  );
}

/** A client that asks the same again, as a screen that is opened anew does, is spared the encryption. */
const SEALED_MAX = 1_000;

/** The next link of a page. Tokens of one minute expire together, so that within it the same place has the same link. */
function createNextLink({ pageTokens, fhirBase }: SearchPorts) {
  const sealed = new LRUCache<string, string>({ max: SEALED_MAX });
  return ({ type, requester, now_ms }: SearchRequest, query: SearchQuery, last: FoundMatch | undefined) => {
    if (!last) return undefined;
    const { record, values, pack, entry } = last;
    const id = pack.ids[entry] ?? "";
    const owner = pageOwner(requester);
    const minute = Math.floor(now_ms / 60_000);
    const place = `${owner} ${minute} ${type} ${record} ${id} ${values.join(" ")} ${query.self}`;
    const known = sealed.get(place);
    if (known !== undefined) return known;
    const token = pageTokens.seal({
      type,
      query: query.self,
      cursor: { values, record, id },
      requester: owner,
      expires_s: minute * 60 + LIMITS.page_token_life_s,
    });
    const link = `${fhirBase}/${type}?_page=${token}`;
    sealed.set(place, link);
    return link;
  };
}

function toAuditRecord(
  { requester, requestId, parameters }: SearchRequest,
  query: SearchQuery,
  released: readonly ReleasedEntry[],
) {
  const views = new Set(released.map(({ view }) => view));
  const { agreement } = requester;
  return {
    interaction: "search-type",
    outcome: "success",
    requestId,
    client: requester.client,
    organization: requester.organization.value,
    purpose: requester.purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: agreement.legalBasis.article6,
    tokenId: requester.tokenId,
    query: `${query.type}?${parameters}`,
    patients: [...views].map(({ patientId }) => patientId).filter((id) => id !== ""),
    released: released.map(({ pack, entry }) => `${pack.types[entry]}/${pack.ids[entry]}/${pack.versions[entry]}`),
  } as const;
}
