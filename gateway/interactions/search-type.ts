/**
 * search-type: https://hl7.org/fhir/R4/http.html#search
 *
 * One straight line: query → candidates → visible records → matches → page → Bundle → audit → answer.
 */
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import { hasToken, meetsConditions } from "../search/match.ts";
import { createOrder, type Match, type Order, TopMatches } from "../search/page.ts";
import type { Cursor, PageTokens } from "../search/page-token.ts";
import { type Condition, parseQuery, type SearchQuery } from "../search/query.ts";
import { type Answer, type Result, refused } from "./answer.ts";
import { toSearchset } from "./bundle.ts";
import { leadRecords, scanRequesterRecords } from "./candidates.ts";
import { guardRelease } from "./guard.ts";
import { includedEntries } from "./include.ts";
import type { Moment, VisibleRecord } from "./record-reader.ts";
import type { Released, SearchPorts, SearchRequest } from "./search-request.ts";
import { ukDate } from "./uk-date.ts";

export function createSearchType(ports: SearchPorts) {
  return async function searchType(request: SearchRequest): Promise<Result> {
    const page = readPage(request, ports.pageTokens);
    if (!page.ok) return page;
    const parsed = parseQuery(request.type, page.parameters, request.handling);
    if (!parsed.ok) return refused(...parsed.issues);
    const { query } = parsed;
    const order = createOrder(query.sort);
    const at = { changes: await ports.reader.changes(), today: ukDate(request.now_ms) };
    const found = await findMatches({ query, order, cursor: page.cursor, at }, request.requester, ports);
    const matched = found.page.map((match): Released => ({ ...match, mode: "match" }));
    const included = await includedEntries({ query, matched, at }, request.requester, ports);
    const released = [...matched, ...included];
    guardRelease(
      released.map(({ match }) => match),
      request.requester,
      ports.sources,
    );
    const body = toSearchset({
      total: found.total,
      self: `${ports.fhirBase}/${request.type}${page.self ?? suffix(query.self)}`,
      next: found.hasMore ? nextLink(request, query, matched.at(-1), ports) : undefined,
      released,
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

interface FoundMatch {
  readonly view: VisibleRecord;
  readonly match: Match;
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
  const wantsTotal = query.count === 0 || (query.total === undefined ? lead !== undefined : query.total !== "none");
  const isEarlyEnough = order.isRecordOrder && !wantsTotal;
  const after = isEarlyEnough ? (cursor?.record ?? 1) - 1 : 0;
  const kept = new TopMatches(order, query.count + 1);
  const views = new Map<number, VisibleRecord>();
  let total = 0;
  for await (const key of lead ?? scanRequesterRecords(requester, after, ports.store)) {
    if (isEarlyEnough && kept.length > query.count) break;
    const view = await ports.reader.view(key, requester, at);
    if (!view) continue;
    for (const match of recordMatches(view, query, order)) {
      total++;
      if (cursor && order.compare(match, cursor) <= 0) continue;
      views.set(key, view);
      kept.offer(match);
    }
    forgetUnused(views, kept);
  }
  const sorted = kept.sorted();
  return {
    page: sorted.slice(0, query.count).flatMap((match) => {
      const view = views.get(match.record);
      return view ? [{ view, match }] : [];
    }),
    hasMore: query.count > 0 && sorted.length > query.count,
    total: wantsTotal ? total : undefined,
  };
}

/** Keeps a walk over a whole population within bounds: only records of kept matches stay referenced. */
function forgetUnused(views: Map<number, VisibleRecord>, kept: TopMatches): void {
  if (views.size < LIMITS.views_held_max) return;
  const used = new Set(kept.sorted().map(({ record }) => record));
  for (const key of views.keys()) if (!used.has(key)) views.delete(key);
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
function recordMatches(view: VisibleRecord, query: SearchQuery, order: Order): readonly Match[] {
  if (!meetsChildConditions(view, query.conditions)) return [];
  const pack = query.type === "Patient" ? view.patient : view.pack;
  const matches: Match[] = [];
  for (let entry = 0; entry < pack.size; entry++) {
    if (pack.types[entry] !== query.type || !meetsConditions(pack, entry, query.conditions)) continue;
    if (query.type === "Patient" || view.isVisible(entry)) matches.push(order.toMatch(view.key, pack, entry));
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

function nextLink(
  { type, requester, now_ms }: SearchRequest,
  query: SearchQuery,
  last: Released | undefined,
  { pageTokens, fhirBase }: SearchPorts,
): string | undefined {
  if (!last) return undefined;
  const { record, values, pack, entry } = last.match;
  const token = pageTokens.seal({
    type,
    query: query.self,
    cursor: { values, record, id: pack.ids[entry] ?? "" },
    requester: pageOwner(requester),
    expires_s: Math.floor(now_ms / 1_000) + LIMITS.page_token_life_s,
  });
  return `${fhirBase}/${type}?_page=${token}`;
}

function toAuditRecord(
  { requester, requestId, parameters }: SearchRequest,
  query: SearchQuery,
  released: readonly Released[],
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
    released: released.map(
      ({ match: { pack, entry } }) => `${pack.types[entry]}/${pack.ids[entry]}/${pack.versions[entry]}`,
    ),
  } as const;
}
