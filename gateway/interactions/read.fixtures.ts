import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Resource } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { canonical } from "#profiles/canonical.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import { AGREEMENT } from "../disclosure/disclosure.fixtures.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { extractKeys, toIdentifiers } from "../search/keys.ts";
import { createPageTokens } from "../search/page-token.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { RecordKey, Store } from "../store/store.ts";
import type { InteractionRequest } from "./answer.ts";
import { createRecordReader, type Moment, type RecordReader } from "./record-reader.ts";
import { createWalks } from "./walks.ts";

/** A house of a store, a reader and an audit log, with the sources and requesters that its cases speak of. */

export const FHIR = "http://127.0.0.1:8080/fhir/R4";
export const ODS = "https://fhir.nhs.uk/Id/ods-organization-code";
export const TODAY = "2026-09-15";
export const NOW_ms = Date.parse("2026-09-15T12:00:00Z");

function source(name: string, authority: string, dataClass: DataClass, isWritten = false): [string, SourceFacts] {
  return [name, { source: name, authority, dataClass, isWritten }];
}

export const SOURCES: ReadonlyMap<string, SourceFacts> = new Map([
  source("leeds-csds", "leeds", "health-visiting"),
  source("leeds-eyfsp", "leeds", "education"),
  source("leeds-sharing", "leeds", "sharing"),
  source("leeds-vendor", "leeds", "health-visiting", true),
  source("conformance-client", "conformance", "health-visiting", true),
]);

function requester(id: string, agreement: Partial<Agreement>): Requester {
  return {
    client: `${id}-demo`,
    organization: { system: ODS, value: "Z1", authority: "leeds" },
    agreement: { ...AGREEMENT, ...agreement, id },
    purpose: "TREAT",
    scopes: [{ context: "system", type: "*", interactions: "cruds" }],
    tokenId: "t",
  };
}

export const GP = requester("gp", {});
/** The same practice without education data. */
export const HEALTH = requester("gp-health", { dataClasses: ["health-visiting"], statutoryGateways: {} });
export const STRANGER: Requester = { ...GP, organization: { ...GP.organization, value: "Z2" } };
export const OFFICER = requester("officer", {
  dataClasses: ["health-visiting", "education", "sharing"],
  relationship: "authority",
  identifierSystems: [NHS_NUMBER, UPN],
});
export const VENDOR = requester("vendor", {
  relationship: "authority",
  writes: { source: "leeds-vendor", updateCreate: false, unknownSubjects: false },
});
export const CONFORMANCE = requester("conformance", {
  dataClasses: ["health-visiting", "education", "sharing"],
  relationship: "authority",
  authorities: ["conformance"],
  identifierSystems: "any",
  idSpace: "conformance",
  writes: { source: "conformance-client", updateCreate: true, unknownSubjects: true },
});

/** What a source tells, or tells anew. */
export interface Telling {
  readonly source: string;
  readonly version?: number;
  /** Milliseconds since 1970. */
  readonly at?: number;
  readonly idSpace?: string;
}

export interface House {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly audit: AuditLog;
  /** All that was recorded, oldest first. */
  readonly recorded: readonly AuditRecord[];
  moment(): Promise<Moment>;
  /** A child of the practice Z1. */
  child(patientId: string, idSpace?: string): Promise<RecordKey>;
  shared(kind: "Organization" | "Observation" | "Provenance" | "Consent", telling: Telling): Promise<RecordKey>;
  put(record: RecordKey, resource: Resource | string, telling: Telling): Promise<void>;
  end(name: string, at: number, idSpace?: string): Promise<void>;
  /** JSON text of a Patient, or the Patient. */
  tell(record: RecordKey, patient: object | string, telling: Telling): Promise<void>;
  retract(record: RecordKey, telling: Telling): Promise<void>;
  ports(): ReturnType<typeof portsOf>;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), "interactions-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite") });
  const log = await createAuditLog({ directory: join(directory, "audit"), process: "test", clock: Date.now });
  const recorded: AuditRecord[] = [];
  const audit: AuditLog = {
    async append(record) {
      await log.append(record);
      recorded.push(record);
    },
    close: () => log.close(),
  };
  const reader = createRecordReader({ store, sources: SOURCES, fhirBase: FHIR, cache_bytes: 1_000_000 });
  const ports = portsOf({ store, reader, audit });
  return {
    store,
    reader,
    audit,
    recorded,
    moment: async () => ({ changes: await reader.changes(), now_ms: NOW_ms, today: TODAY }),
    child: (patientId, idSpace = "") =>
      store.write(async (transaction) => {
        const key = await transaction.createChild(patientId, idSpace);
        const registration = {
          kind: "gp-registration",
          organization: { system: ODS, value: "Z1" },
          start: "2024-01-01",
        } as const;
        await transaction.putRelationships(key, "leeds-csds", "registration", [registration]);
        return key;
      }),
    shared: (kind, { source: name, idSpace = "" }) =>
      store.write((transaction) => transaction.sharedRecord(kind, SOURCES.get(name)?.authority ?? "", idSpace)),
    put: (record, resource, telling) =>
      store.write((transaction) => transaction.put(record, toStored(resource, telling))),
    end: (name, at, idSpace = "") => {
      const [type = "", id = ""] = name.split("/");
      return store.write((transaction) => transaction.remove(type, id, idSpace, at));
    },
    tell: (record, patient, telling) => {
      const { authority = "", dataClass = "health-visiting" } = SOURCES.get(telling.source) ?? {};
      const body = typeof patient === "string" ? patient : JSON.stringify({ resourceType: "Patient", ...patient });
      const contribution = { source: telling.source, localId: "A1", dataClass, lastUpdated: telling.at ?? 1_000, body };
      return store.write((transaction) => transaction.putContribution(record, authority, contribution, []));
    },
    retract: (record, { source: name, at = 1_000 }) =>
      store.write((transaction) => transaction.removeContribution(record, name, "A1", at)),
    ports: () => ports,
    async close() {
      await Promise.all([store.close(), audit.close()]);
      rmSync(directory, { recursive: true });
    },
  };
}

function portsOf({ store, reader, audit }: Pick<House, "store" | "reader" | "audit">) {
  return {
    store,
    reader,
    audit,
    sources: SOURCES,
    fhirBase: FHIR,
    pageTokens: createPageTokens(randomBytes(32)),
    walks: createWalks(),
    auditEvent: async () => undefined,
    canonical: () => undefined,
  };
}

/** As the line of ingest and the interactions that write store it: what is mapped names its source in `meta.source`. */
function toStored(resource: Resource | string, { source: name, version = 1, at = 1_000 }: Telling) {
  const facts = SOURCES.get(name);
  const parsed: Resource = typeof resource === "string" ? JSON.parse(resource) : resource;
  const { resourceType, id = "", meta, ...others } = parsed;
  const told = facts?.isWritten ? meta : { source: canonical("source", name), ...meta };
  const stamped = { versionId: String(version), lastUpdated: new Date(at).toISOString(), ...told };
  const rest =
    typeof resource === "string"
      ? resource.slice(resource.indexOf(",", resource.indexOf('"id"')) + 1, -1)
      : JSON.stringify(others).slice(1, -1);
  const body = `{"resourceType":"${resourceType}","id":"${id}","meta":${JSON.stringify(stamped)}${rest === "" ? "" : `,${rest}`}}`;
  return {
    type: resourceType,
    id,
    version,
    lastUpdated: at,
    source: name,
    dataClass: facts?.dataClass ?? ("health-visiting" as const),
    body: Buffer.from(body),
    keys: extractKeys(parsed),
    identifiers: toIdentifiers(parsed),
    contentHash: `${version}`,
  };
}

/** A request as the routes hand it on. */
export function asked(
  who: Requester,
  interaction: InteractionRequest["interaction"],
  more: Partial<InteractionRequest> = {},
): InteractionRequest {
  return {
    requestId: "r-1",
    now_ms: NOW_ms,
    requester: who,
    interaction,
    parameters: new URLSearchParams(),
    query: more.parameters?.toString() ?? "",
    preconditions: {},
    preference: { handling: "strict", return: "representation" },
    method: "GET",
    ...more,
  };
}

export function observation(id: string, patientId: string, more: object = {}): Resource {
  return {
    resourceType: "Observation",
    id,
    status: "final",
    code: { text: "a finding" },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: "2026-01-05",
    ...more,
  };
}

export function provenance(id: string, ...targets: readonly string[]): Resource {
  return {
    resourceType: "Provenance",
    id,
    target: targets.map((reference) => ({ reference })),
    recorded: "2026-01-05T00:00:00Z",
    agent: [{ who: { display: "a clinic" } }],
  };
}

export function consent(id: string, patientId: string, more: object = {}): Resource {
  return {
    resourceType: "Consent",
    id,
    status: "active",
    scope: { text: "privacy" },
    category: [{ text: "sharing" }],
    patient: { reference: `Patient/${patientId}` },
    ...more,
  };
}
