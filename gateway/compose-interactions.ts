import { randomUUID } from "node:crypto";
import { readPublished } from "#profiles/published.ts";
import type { ClientUsage } from "./access/client-usage.ts";
import { createLivingMap } from "./access/living-map.ts";
import type { Register } from "./access/register.ts";
import { later } from "./at-first-use.ts";
import type { AuditIndex, AuditLog } from "./audit/audit.ts";
import type { Labelling } from "./disclosure/labels/labels.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import type { Decisions } from "./identity/decisions/decisions.ts";
import type { IdentityCache } from "./identity/identity-cache.ts";
import type { Matcher } from "./identity/matcher/matcher.ts";
import type { ChildResolver } from "./identity/resolve-child.ts";
import { createIdentifierResolver } from "./identity/resolve-identifier.ts";
import type { Result } from "./interactions/answer.ts";
import { createAuditEvents } from "./interactions/audit-events.ts";
import type { createBatch } from "./interactions/batch.ts";
import { createCanonicals } from "./interactions/canonicals.ts";
import { createCoverageNotice } from "./interactions/coverage-notice.ts";
import type { createHistorySystem } from "./interactions/history-system.ts";
import { createRead } from "./interactions/read.ts";
import { createRecordReader } from "./interactions/record-reader.ts";
import { createSearchFlow, type SearchFlow } from "./interactions/search-flow.ts";
import { createSearchType } from "./interactions/search-type.ts";
import type { createTransaction } from "./interactions/transaction.ts";
import { createWalks } from "./interactions/walks.ts";
import { createIds } from "./interactions/write/draw-ids.ts";
import { createSeenChildren } from "./interactions/write/seen-children.ts";
import type { createExpand } from "./operations/expand.ts";
import type { ExplainAccessPorts } from "./operations/explain-access.ts";
import type { createIHEPix } from "./operations/ihe-pix.ts";
import type { MatchPorts } from "./operations/match.ts";
import type { Tracing } from "./operations/match-tracing.ts";
import type { SeenByPorts } from "./operations/seen-by.ts";
import type { createValidate } from "./operations/validate.ts";
import { checkScope, createDispatch, createEntrance, type DispatchPorts } from "./routes/dispatch.ts";
import { FHIR_PATH, toRouteIssue } from "./routes/route-issue.ts";
import { createPageTokens } from "./search/page-token.ts";
import { createQueryCache } from "./search/query-cache.ts";
import type { Store } from "./store/store.ts";
import { createTerminology } from "./terminology/terminology.ts";

export interface InteractionRooms {
  readonly store: Store;
  readonly cache: IdentityCache;
  readonly audit: AuditLog;
  readonly auditIndex: AuditIndex;
  readonly register: Register;
  /** How much the clients may ask. */
  readonly usage: ClientUsage;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** The lists by which resources are labelled now. */
  readonly labelling?: () => Labelling;
  /** Origin of the gateway. */
  readonly baseUrl: string;
  readonly fhirBase: string;
  readonly cache_bytes: number;
  /** What page tokens are sealed under. */
  readonly secret: Buffer;
  readonly clock: () => number;
  /** The same as decides on what comes in. */
  readonly matcher: Matcher;
  readonly childResolver: ChildResolver;
  /** How families are told who has seen their child's record. */
  readonly familyView: SeenByPorts["familyView"];
  /** Absent where nobody may decide who is one child. */
  readonly decisions?: (() => Promise<Decisions>) | undefined;
  /** A national register of people, where one is configured. */
  readonly tracing?: Tracing | undefined;
  /** What the gateway says it can do, as JSON. */
  capabilityStatement(): string;
  onFault(error: unknown, interaction: string): void;
}

/** Every interaction and operation over the rooms that they are composed of, behind one dispatch. */
export function composeInteractions(rooms: InteractionRooms) {
  const { store, audit, fhirBase, sources, register, clock } = rooms;
  const policyVersion = () => register.version;
  const resolver = createIdentifierResolver({ ...rooms, scope: register });
  const canonicals = createCanonicals(fhirBase, readPublished);
  const terminology = createTerminology(readPublished);
  const organizationOf = (client: string) => register.client(client)?.organization;
  const auditEvents = createAuditEvents({
    index: rooms.auditIndex,
    fhirBase,
    observer: { display: "Early Years FHIR Gateway", url: rooms.baseUrl },
    organizationOf,
    clientsOf: (authorities) =>
      register.clients.flatMap(({ id, organization }) => (authorities.includes(organization.authority) ? [id] : [])),
  });
  const ports = {
    store,
    audit,
    register,
    sources,
    fhirBase,
    resolver,
    auditEvents,
    terminology,
    readQuery: createQueryCache(),
    clock,
    reader: createRecordReader({
      store,
      sources,
      labelling: rooms.labelling,
      policyVersion,
      fhirBase,
      cache_bytes: rooms.cache_bytes,
    }),
    canonicals: canonicals.view,
    pageTokens: createPageTokens(rooms.secret),
    walks: createWalks(),
    coverageNotice: createCoverageNotice(store, sources, policyVersion),
    writtenSources: createLivingMap(
      policyVersion,
      () => new Map(register.writtenSources.map((source) => [source.source, source])),
    ),
    seenChildren: createSeenChildren(policyVersion),
    issuers: () => register.issuers.map(({ issuer }) => issuer),
    childResolver: rooms.childResolver,
    ids: createIds(randomUUID),
    matcher: rooms.matcher,
    tracing: rooms.tracing,
    decisions: rooms.decisions,
    checkScope,
    routeIssue: (method: string, path: string) => toRouteIssue(method, `${FHIR_PATH}${path}`),
    auditEvent: auditEvents.read,
    canonical: canonicals.read,
    auditIndex: rooms.auditIndex,
    familyView: rooms.familyView,
    organizationOf,
    dispatch: (request: Parameters<typeof dispatch>[0]) => dispatch(request),
  };
  const flow = createSearchFlow(ports);
  const dispatch = createDispatch({
    interactions: {
      ...toInteractions(ports, flow),
      // By its own address it is open to all; here it is asked for as an entry of a Bundle.
      capabilities: async () => answerOf(rooms.capabilityStatement()),
    },
    operations: toOperations(ports, flow),
    audit,
    usage: rooms.usage,
    onFault: rooms.onFault,
  });
  return { dispatch: createEntrance(dispatch, rooms), resolver, reader: ports.reader };
}

function answerOf(json: string): Result {
  return { ok: true, answer: { status: 200, headers: {}, body: Buffer.from(json) } };
}

type Ports = Parameters<typeof createTransaction>[0] &
  Parameters<typeof createBatch>[0] &
  Parameters<typeof createRead>[0] &
  Parameters<typeof createHistorySystem>[0] &
  Parameters<typeof createSearchFlow>[0] &
  Parameters<typeof createExpand>[0] &
  Parameters<typeof createValidate>[0] &
  MatchPorts &
  SeenByPorts &
  ExplainAccessPorts &
  Parameters<typeof createIHEPix>[0] & { readonly decisions: (() => Promise<Decisions>) | undefined };

/** What a practice asks all day is there from the start; all else is loaded when it is first asked. */
function toInteractions(ports: Ports, flow: SearchFlow): Omit<DispatchPorts["interactions"], "capabilities"> {
  return {
    read: createRead(ports),
    vread: later(async () => (await import("./interactions/vread.ts")).createVread(ports)),
    "history-instance": later(async () =>
      (await import("./interactions/history-instance.ts")).createHistoryInstance(ports),
    ),
    "history-type": later(async () => (await import("./interactions/history-type.ts")).createHistoryType(ports)),
    "history-system": later(async () => (await import("./interactions/history-system.ts")).createHistorySystem(ports)),
    "search-type": createSearchType(ports, flow),
    "search-compartment": later(async () =>
      (await import("./interactions/search-compartment.ts")).createSearchCompartment(ports, flow),
    ),
    "search-system": later(async () =>
      (await import("./interactions/search-system.ts")).createSearchSystem(ports, flow),
    ),
    create: later(async () => (await import("./interactions/create.ts")).createCreate(ports)),
    update: later(async () => (await import("./interactions/update.ts")).createUpdate(ports)),
    patch: later(async () => (await import("./interactions/patch.ts")).createPatch(ports)),
    delete: later(async () => (await import("./interactions/delete.ts")).createDelete(ports)),
    batch: later(async () => (await import("./interactions/batch.ts")).createBatch(ports)),
    transaction: later(async () => (await import("./interactions/transaction.ts")).createTransaction(ports)),
  };
}

function toOperations(ports: Ports, flow: SearchFlow): DispatchPorts["operations"] {
  const { decisions } = ports;
  return {
    "Patient/$match": later(async () => (await import("./operations/match.ts")).createMatch(ports)),
    "Patient/$ihe-pix": later(async () => (await import("./operations/ihe-pix.ts")).createIHEPix(ports)),
    ...(decisions && {
      "Patient/$merge": later(async () =>
        (await import("./operations/merge.ts")).createMerge({ ...ports, decisions: await decisions() }),
      ),
      "Patient/$unmerge": later(async () =>
        (await import("./operations/unmerge.ts")).createUnmerge({ ...ports, decisions: await decisions() }),
      ),
    }),
    "*/$explain-access": later(async () => (await import("./operations/explain-access.ts")).createExplainAccess(ports)),
    "Patient/$seen-by": later(async () => (await import("./operations/seen-by.ts")).createSeenBy(ports)),
    "Patient/$everything": later(async () =>
      (await import("./operations/everything.ts")).createEverything(ports, flow),
    ),
    "Observation/$lastn": later(async () => (await import("./operations/lastn.ts")).createLastn(ports, flow)),
    "*/$validate": later(async () => (await import("./operations/validate.ts")).createValidate(ports)),
    "ValueSet/$expand": later(async () => (await import("./operations/expand.ts")).createExpand(ports)),
    "ValueSet/$validate-code": later(async () =>
      (await import("./operations/validate-code.ts")).createValidateCodeInValueSet(ports),
    ),
    "CodeSystem/$lookup": later(async () => (await import("./operations/lookup.ts")).createLookup(ports)),
    "CodeSystem/$validate-code": later(async () =>
      (await import("./operations/validate-code.ts")).createValidateCodeInCodeSystem(ports),
    ),
    "ConceptMap/$translate": later(async () => (await import("./operations/translate.ts")).createTranslate(ports)),
  };
}
