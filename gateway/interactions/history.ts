import type { ServedType } from "#profiles/interactions.ts";
import type { AuditRecord } from "../audit/audit.ts";
import { LIMITS } from "../limits.ts";
import type { PageTokens } from "../search/page-token.ts";
import type { ReadVerbs, RecordKey } from "../store/store.ts";
import { type InteractionRequest, type Result, refused } from "./answer.ts";
import { type LeavingVersion, toDisclosedVersions } from "./audit-disclosures.ts";
import { auditFacts } from "./audit-facts.ts";
import { guardLeaving } from "./guard.ts";
import { toHistoryBundle } from "./history-bundle.ts";
import { type HistoryPage, type PlacedVersion, toCursor } from "./history-page.ts";
import { type HistoryQuery, parseHistory } from "./history-parameters.ts";
import { momentOf } from "./moment.ts";
import type { ResourcePorts } from "./read.ts";
import type { VisiblePerson } from "./record-reader.ts";
import { pageOwner, readPage } from "./search-page.ts";
import type { Walks } from "./walks.ts";

/** What the three histories share. */
export interface HistoryPorts extends ResourcePorts {
  readonly store: Pick<ReadVerbs, "locate" | "recordsByChange" | "scanRecords">;
  readonly pageTokens: PageTokens;
  /** Where histories that name no resource queue. */
  readonly walks: Walks;
  /** `http://host/fhir/R4`. */
  readonly fhirBase: string;
}

/** What is asked, once the page that it is about is known. */
export interface AskedHistory {
  readonly ok: true;
  readonly query: HistoryQuery;
  readonly cursor: Parameters<PageTokens["seal"]>[0]["cursor"] | undefined;
  /** Address below the FHIR base, as `Patient/1/_history`. */
  readonly path: string;
  readonly self: string;
}

/** The parameters of a history, or those that a next link stands for. */
export function readHistory(
  request: InteractionRequest,
  path: string,
  pageTokens: PageTokens,
): AskedHistory | Extract<Result, { ok: false }> {
  const read = readPage(request, path, pageTokens);
  if (!read.ok) return read;
  const { parameters, cursor, self } = read.page;
  const type: ServedType | "history" = request.type ?? "history";
  const parsed = parseHistory(parameters, { handling: request.preference.handling, type });
  if (!parsed.ok) return refused(...parsed.issues);
  return { ok: true, query: parsed.query, cursor, path, self: self ?? parsed.query.self };
}

/** Checks, records and puts together what a history found. Nothing goes out before the record of it is durable. */
export async function answerHistory(
  request: InteractionRequest,
  { query, path, self }: AskedHistory,
  { found, isWhole, ports }: { readonly found: HistoryPage; readonly isWhole: boolean; readonly ports: HistoryPorts },
): Promise<Result> {
  const { page, hasMore } = found.entries();
  const versions = page.map(({ version }) => version);
  guardLeaving(versions, request.requester, ports.sources);
  const last = page.at(-1);
  const body = toHistoryBundle({
    total: found.total(isWhole),
    self: `${ports.fhirBase}/${path}${self === "" ? "" : `?${self}`}`,
    next: hasMore && last ? nextLink(request, { query, path, last }, ports) : undefined,
    versions,
    shape: query.shape,
    fhirBase: ports.fhirBase,
  });
  try {
    const leaving = await toLeaving(page, request, ports);
    await ports.audit.append({
      ...toHistoryRecord(request, path),
      ...toDisclosedVersions(leaving, ports.audit),
      answer: body,
    });
  } catch {
    return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
  }
  return { ok: true, answer: { status: 200, headers: {}, body } };
}

function nextLink(
  { requester, now_ms }: InteractionRequest,
  { query, path, last }: { readonly query: HistoryQuery; readonly path: string; readonly last: PlacedVersion },
  { pageTokens, fhirBase }: HistoryPorts,
): string {
  const token = pageTokens.seal({
    type: path,
    query: query.self,
    cursor: toCursor(last),
    requester: pageOwner(requester),
    expires_s: Math.floor(now_ms / 1_000) + LIMITS.page_token_life_s,
  });
  return `${fhirBase}/${path}?_page=${token}`;
}

function toHistoryRecord(request: InteractionRequest, path: string): AuditRecord {
  const { interaction, requester, parameters } = request;
  return {
    interaction,
    outcome: "success",
    ...auditFacts(requester, request),
    query: `${path}?${parameters}`,
  };
}

/** With each child as it is seen now, once a record. */
async function toLeaving(
  page: readonly PlacedVersion[],
  { requester, now_ms }: InteractionRequest,
  { reader }: HistoryPorts,
): Promise<readonly LeavingVersion[]> {
  const at = await momentOf(reader, now_ms);
  const views = new Map<RecordKey, VisiblePerson | undefined>();
  for (const { record, version } of page) {
    if (version.patientId !== "" && !views.has(record)) views.set(record, await reader.person(record, requester, at));
  }
  return page.map(({ record, version: { type, id, versionId, patientId } }) => ({
    patientId,
    name: `${type}/${id}/${versionId}`,
    view: views.get(record),
  }));
}
