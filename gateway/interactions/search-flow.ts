/**
 * The one line that every search walks: questions → candidates → visible records → matches → page → what is included
 * → Bundle → audit → answer. https://hl7.org/fhir/R4/search.html
 */
import { isRecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { type Answer, type InteractionRequest, type Result, refused } from "./answer.ts";
import { QuestionRefused } from "./ask.ts";
import { toSearchset } from "./bundle.ts";
import type { Looking } from "./candidates.ts";
import { GuardError, guardRelease } from "./guard.ts";
import { toIdleNotice, toIgnoredNotice } from "./ignored-notice.ts";
import { includedEntries, NOTHING } from "./include.ts";
import { momentOf } from "./moment.ts";
import { createNextLink } from "./next-link.ts";
import { toSearchRecord } from "./search-audit.ts";
import { type Found, findMatches } from "./search-found.ts";
import type { ReleasedEntry, Search, SearchPorts } from "./search-request.ts";

export type SearchFlow = (search: Search, request: InteractionRequest) => Promise<Result>;

export function createSearchFlow(ports: SearchPorts): SearchFlow {
  const nextLink = createNextLink(ports);
  return async function answerSearch(search, request) {
    const { requester, now_ms } = request;
    const { query, path, page } = search;
    const moment = momentOf(ports.reader, now_ms);
    const looking: Looking = { requester, at: moment instanceof Promise ? await moment : moment };
    let found: Found;
    try {
      found = await findMatches(search, looking, ports);
    } catch (error) {
      return toRefusal(error);
    }
    const matched = found.page;
    const { entries: included, outcome } =
      query.inclusions.length === 0 ? NOTHING : await includedEntries(query.inclusions, matched, { looking, ports });
    const released = included.length === 0 ? matched : [...matched, ...included];
    guardRelease(guarded(released, requester), requester, ports.sources);
    // The contract and the audit log hold no findings that could be missing.
    const isOfPeople = search.questions.some(({ type }) => isRecordType(type));
    const told = isOfPeople ? ports.coverageNotice(requester, looking.at.changes) : undefined;
    const notice = told instanceof Promise ? await told : told;
    const isOfAudit = search.questions.some(({ type }) => type === "AuditEvent");
    const missing = isOfAudit ? ports.auditEvents.missing?.(requester) : undefined;
    const last = found.hasMore ? matched.at(-1) : undefined;
    const body = toSearchset({
      total: found.total,
      self: linkTo(ports.fhirBase, path, page.self ?? query.self),
      next: last && nextLink({ path, query: query.self, requester, now_ms, last }),
      matched,
      included,
      shape: query.shape,
      outcomes: [outcome, toIgnoredNotice(query.ignored), toIdleNotice(query.idle), notice, missing],
    });
    const { interaction } = search;
    try {
      const searched = { interaction, path, released, withheld: found.withheld, body };
      await ports.audit.append(toSearchRecord(request, searched, ports.audit));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: toAnswer(body) };
  };
}

const NO_HEADERS = {};

function toAnswer(body: Answer["body"]): Answer {
  return { status: 200, headers: NO_HEADERS, body };
}

function linkTo(fhirBase: string, path: string, query: string): string {
  return `${fhirBase}/${path}${query === "" ? "" : `?${query}`}`;
}

/** Artefacts and AuditEvents are the gateway's own: no agreement on sources is about them. */
function guarded(released: readonly ReleasedEntry[], { agreement }: Requester): readonly ReleasedEntry[] {
  if (released.every(isOfRecord)) return released;
  if (!agreement.audit && released.some(({ pack, entry }) => pack.types[entry] === "AuditEvent")) {
    throw new GuardError("an AuditEvent beyond the agreement");
  }
  return released.filter(isOfRecord);
}

function isOfRecord({ pack, entry }: ReleasedEntry): boolean {
  return isRecordType(pack.types[entry] ?? "");
}

function toRefusal(error: unknown): Extract<Result, { ok: false }> {
  if (error instanceof QuestionRefused) return refused(error.issue);
  throw error;
}
