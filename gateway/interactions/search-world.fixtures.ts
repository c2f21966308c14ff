import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle, Observation, Patient, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { RecordType, ServedType } from "#profiles/interactions.ts";
import { readPublished } from "#profiles/published.ts";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import { parseScope } from "../access/scope.ts";
import type { AuditRecord } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import { AGREEMENT } from "../disclosure/disclosure.fixtures.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { createInProcessIdentityCache } from "../identity/cache/in-process.ts";
import { createIdentifierResolver } from "../identity/resolve-identifier.ts";
import { scopeOf } from "../identity/resolver.fixtures.ts";
import { extractKeys, toIdentifiers, toRecordSearchKeys } from "../search/keys.ts";
import { createPageTokens } from "../search/page-token.ts";
import { createQueryCache } from "../search/query-cache.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { RecordKey, Store, WriteTransaction } from "../store/store.ts";
import { type InteractionRequest, type Result, wholeBody } from "./answer.ts";
import type { AuditEvents } from "./candidates.ts";
import { createCanonicals } from "./canonicals.ts";
import { createCoverageNotice } from "./coverage-notice.ts";
import { createRecordReader } from "./record-reader.ts";
import { createSearchCompartment } from "./search-compartment.ts";
import { createSearchFlow, type SearchFlow } from "./search-flow.ts";
import type { SearchPorts } from "./search-request.ts";
import { createSearchSystem } from "./search-system.ts";
import { createSearchType } from "./search-type.ts";
import { createWalks } from "./walks.ts";

/** A small world of children on a real store, and every way of searching it. */

export const FHIR = "http://gateway.example/fhir/R4";
export const NOW_ms = Date.UTC(2026, 10, 20, 12);

const SOURCES: readonly SourceFacts[] = [
  { source: "leeds-csds", authority: "leeds", dataClass: "health-visiting" },
  { source: "leeds-eyfsp", authority: "leeds", dataClass: "education" },
  { source: "leeds-sharing", authority: "leeds", dataClass: "sharing" },
  { source: "laboratory", authority: "conformance", dataClass: "health-visiting", isWritten: true },
];

export function practice(change: Partial<Agreement> = {}, scopes = "system/*.rs"): Requester {
  return {
    client: "practice",
    organization: { system: ODS_ORGANIZATION, value: "Z99101", authority: "leeds" },
    agreement: { ...AGREEMENT, coverageNotice: false, ...change },
    purpose: "TREAT",
    scopes: scopes.split(" ").flatMap((text) => {
      const parsed = parseScope(text);
      return parsed.ok ? [parsed.scope] : [];
    }),
    tokenId: "t",
  };
}

/** Sees and writes everything in a space of its own, where no person is real. */
export function laboratory(scopes = "system/*.cruds"): Requester {
  return {
    ...practice(
      {
        id: "laboratory",
        relationship: "authority",
        authorities: ["conformance"],
        identifierSystems: "any",
        idSpace: "conformance",
        dataClasses: ["health-visiting", "education", "sharing"],
        writes: { source: "laboratory", updateCreate: true, unknownSubjects: true },
      },
      scopes,
    ),
    client: "laboratory",
  };
}

const NO_TERMINOLOGY = { members: () => undefined, descendants: () => undefined, ancestors: () => undefined };
const CANONICALS = createCanonicals(FHIR, readPublished);

export interface SearchWorld extends AsyncDisposable {
  readonly store: Store;
  readonly ports: SearchPorts;
  readonly flow: SearchFlow;
  /** What was recorded, newest last. */
  readonly recorded: AuditRecord[];
  /** A child of whom one source tells, registered with the practice unless said otherwise. */
  child(patient: Patient & { id: string }, where?: Where): Promise<RecordKey>;
  /** Puts resources into a record; a version counts on from the one before. */
  put(record: RecordKey, resources: readonly (Resource & { id: string })[], where?: Where): Promise<void>;
  /** Puts resources into shared records of their types. */
  share(resources: readonly (Resource & { id: string })[], where?: Where): Promise<void>;
  remove(type: RecordType, id: string, where?: Where): Promise<void>;
  /** Asks as an address says it, as `Patient/p1/Observation?code=x`. */
  ask(requester: Requester, address: string, handling?: "strict" | "lenient"): Promise<Result>;
  /** The same where it must succeed. */
  bundle(requester: Requester, address: string): Promise<Bundle>;
}

export interface Where {
  readonly source?: string;
  readonly lastUpdated_ms?: number;
  readonly isRegistered?: boolean;
}

interface Place {
  readonly source: string;
  readonly authority: string;
  readonly idSpace: string;
  readonly lastUpdated: number;
  readonly dataClass: SourceFacts["dataClass"];
}

function placeOf({ source = "leeds-csds", lastUpdated_ms = NOW_ms - 86_400_000 }: Where = {}): Place {
  const facts = SOURCES.find((known) => known.source === source);
  if (!facts) throw new Error(`no source ${source}`);
  const { authority, dataClass, isWritten } = facts;
  return { source, authority, dataClass, idSpace: isWritten ? authority : "", lastUpdated: lastUpdated_ms };
}

export async function createSearchWorld(auditEvents?: AuditEvents): Promise<SearchWorld> {
  const directory = mkdtempSync(join(tmpdir(), "search-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite") });
  const log = await createAuditLog({ directory: join(directory, "audit"), process: "test", clock: () => NOW_ms });
  const recorded: AuditRecord[] = [];
  const sources = new Map(SOURCES.map((facts) => [facts.source, facts]));
  const ports: SearchPorts = {
    store,
    reader: createRecordReader({ store, sources, fhirBase: FHIR, cache_bytes: 10_000_000 }),
    resolver: createIdentifierResolver({ store, cache: createInProcessIdentityCache(), scope: scopeOf() }),
    canonicals: CANONICALS.view,
    auditEvents: auditEvents ?? { async *parts() {} },
    fhirBase: FHIR,
    walks: createWalks(),
    terminology: NO_TERMINOLOGY,
    readQuery: createQueryCache(),
    audit: {
      async append(record) {
        await log.append(record);
        recorded.push(record);
      },
      close: () => log.close(),
    },
    pageTokens: createPageTokens(Buffer.alloc(32, 7)),
    sources,
    coverageNotice: createCoverageNotice(store, sources),
  };
  const flow = createSearchFlow(ports);
  const writes = createWrites(store);
  const ask = createAsking(ports, flow);
  return {
    ...writes,
    store,
    ports,
    flow,
    recorded,
    ask,
    async bundle(requester, address) {
      const result = await ask(requester, address);
      if (!result.ok) throw new Error(`${address}: ${JSON.stringify(result.issues)}`);
      return JSON.parse(wholeBody(result.answer.body).toString());
    },
    async [Symbol.asyncDispose]() {
      await log.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function createWrites(store: Store): Pick<SearchWorld, "child" | "put" | "share" | "remove"> {
  return {
    async child({ id, ...patient }, where = {}) {
      const { source, authority, idSpace, dataClass, lastUpdated } = placeOf(where);
      return store.write(async (transaction) => {
        const key = await transaction.createChild(id, idSpace);
        const body = JSON.stringify(patient);
        const told = { source, localId: id, dataClass, lastUpdated, body };
        await transaction.putContribution(key, authority, told, toRecordSearchKeys(patient));
        if (where.isRegistered ?? true) {
          const organization = { system: ODS_ORGANIZATION, value: "Z99101" };
          await transaction.putRelationships(key, source, "roll", [{ kind: "gp-registration", organization }]);
        }
        return key;
      });
    },
    put: (record, resources, where) =>
      store.write(async (transaction) => {
        for (const resource of resources) await putOne(transaction, record, resource, placeOf(where));
      }),
    share: (resources, where) =>
      store.write(async (transaction) => {
        const place = placeOf(where);
        for (const resource of resources) {
          const kind = toRecordType(resource.resourceType);
          const record = await transaction.sharedRecord(kind, place.authority, place.idSpace);
          await putOne(transaction, record, resource, place);
        }
      }),
    remove: (type, id, where) =>
      store.write((transaction) => transaction.remove(type, id, placeOf(where).idSpace, NOW_ms)),
  };
}

async function putOne(
  transaction: WriteTransaction,
  record: RecordKey,
  { resourceType, id, meta, ...content }: Resource & { id: string },
  { source, idSpace, dataClass, lastUpdated }: Place,
): Promise<void> {
  const before = await transaction.current(resourceType, id, idSpace);
  const version = (before?.version ?? 0) + 1;
  const told = { ...meta, source: canonical("source", source) };
  const released = { ...told, versionId: String(version), lastUpdated: new Date(lastUpdated).toISOString() };
  const resource: Resource = JSON.parse(JSON.stringify({ resourceType, id, meta: released, ...content }));
  await transaction.put(record, {
    type: resourceType,
    id,
    version,
    lastUpdated,
    source,
    dataClass,
    body: Buffer.from(JSON.stringify(resource)),
    keys: extractKeys(resource),
    identifiers: toIdentifiers(resource),
    contentHash: `${resourceType}/${id}/${version}`,
  });
}

function toRecordType(type: string): RecordType {
  switch (type) {
    case "Observation":
    case "Consent":
    case "Organization":
    case "Practitioner":
    case "PractitionerRole":
    case "Provenance":
      return type;
    default:
      throw new Error(`${type} is not kept in shared records`);
  }
}

export function createAsking(ports: SearchPorts, flow: SearchFlow): SearchWorld["ask"] {
  const searchType = createSearchType(ports, flow);
  const searchSystem = createSearchSystem(ports, flow);
  const searchCompartment = createSearchCompartment(ports, flow);
  return (requester, address, handling = "strict") => {
    const text = address.startsWith(`${FHIR}/`) ? address.slice(FHIR.length + 1) : address;
    const [path = "", query = ""] = text.split("?", 2);
    const [first = "", patientId, third] = path.split("/");
    const preference = { handling, return: "representation" } as const;
    const request = { ...toRequest(requester, new URLSearchParams(query)), preference };
    if (first === "") return searchSystem({ ...request, interaction: "search-system" });
    if (patientId === undefined) {
      return searchType({ ...request, interaction: "search-type", type: toServedType(first) });
    }
    const type = third === "*" || third === undefined ? {} : { type: toServedType(third) };
    return searchCompartment({ ...request, interaction: "search-compartment", patientId, ...type });
  };
}

export function toRequest(requester: Requester, parameters: URLSearchParams): InteractionRequest {
  return {
    requestId: "r",
    now_ms: NOW_ms,
    requester,
    interaction: "search-type",
    parameters,
    query: parameters.toString(),
    preconditions: {},
    preference: { handling: "strict", return: "representation" },
    method: "GET",
  };
}

function toServedType(type: string): ServedType {
  const found = SERVED.find((served) => served === type);
  if (!found) throw new Error(`${type} is not served`);
  return found;
}

const SERVED: readonly ServedType[] = [
  "Patient",
  "Observation",
  "Consent",
  "Organization",
  "Practitioner",
  "PractitionerRole",
  "Provenance",
  "AuditEvent",
  "ValueSet",
  "CodeSystem",
];

/** `Type/id` of the entries of a Bundle in order, of one search mode or of all. */
export function names(bundle: Bundle, mode?: "match" | "include" | "outcome"): readonly string[] {
  return (bundle.entry ?? [])
    .filter(({ search }) => mode === undefined || search?.mode === mode)
    .map(({ resource }) => `${resource?.resourceType}/${resource?.id}`);
}

export function nextOf(bundle: Bundle): string | undefined {
  return bundle.link?.find(({ relation }) => relation === "next")?.url;
}

export function observation(id: string, patientId: string, change: Partial<Observation> = {}) {
  return {
    resourceType: "Observation",
    id,
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "8302-2" }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: "2026-03-01",
    ...change,
  } as const satisfies Observation;
}
