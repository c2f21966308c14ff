import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Observation, Patient, Resource } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester } from "./access/requester.ts";
import type { SourceFacts } from "./disclosure/visibility.ts";
import { createDecisions } from "./identity/decisions/create-decisions.ts";
import type { DecisionPorts, TouchedIdentifier } from "./identity/decisions/ports.ts";
import { createDecisionTexts } from "./ingest/decision-texts.ts";
import { toContent, toStoredResource } from "./ingest/stored-resource.ts";
import { FHIR, GP, ODS, OFFICER, TODAY } from "./interactions/read.fixtures.ts";
import { createRecordReader } from "./interactions/record-reader.ts";
import { resourceBytes } from "./search/pack.ts";
import { createSqliteStore } from "./store/sqlite/sqlite.ts";
import type { RecordKey, Store, WriteTransaction } from "./store/store.ts";

const source = (name: string, authority: string, dataClass: DataClass, isWritten = false): [string, SourceFacts] => [
  name,
  { source: name, authority, dataClass, isWritten },
];

/** Leeds and Wirral let their children be linked with each other; Hammersmith & Fulham with nobody's. */
const SOURCES: ReadonlyMap<string, SourceFacts> = new Map([
  source("leeds-csds", "leeds", "health-visiting"),
  source("leeds-eyfsp", "leeds", "education"),
  source("leeds-vendor", "leeds", "health-visiting", true),
  source("wirral-csds", "wirral", "health-visiting"),
  source("hammersmith-csds", "hammersmith", "health-visiting"),
]);
const ALONE = "hammersmith";

const EVERYWHERE = ["leeds", "wirral", "hammersmith"];
/** Sees every child of every authority. */
export const ALL_SEEING: Requester = {
  ...OFFICER,
  // Who sees all sees also what no list of labels knows.
  agreement: { ...OFFICER.agreement, authorities: EVERYWHERE, confidentiality: "V" },
};
/** The practice Z1, with health and education data of its registered children in Leeds. */
export const PRACTICE = GP;

/** What a source says of a child, as far as these cases go. */
export interface Told {
  readonly source: string;
  readonly localId: string;
  readonly given: string;
  readonly nhsNumber?: string;
  readonly isVerified?: boolean;
  /** JSON text of a finding's value. */
  readonly value?: string;
  /** Record of a child that it joins at its first telling. */
  readonly joins?: RecordKey;
  /** ODS code of the practice with which it says the child is registered. */
  readonly practice?: string;
}

export interface Seen {
  readonly patient: Patient | undefined;
  readonly observations: readonly Observation[];
  readonly others: readonly Resource[];
}

export interface World {
  readonly store: Store;
  readonly decisions: ReturnType<typeof createDecisions>;
  /** What caches were told. */
  readonly forgotten: { readonly records: readonly RecordKey[]; readonly identifiers: readonly TouchedIdentifier[] }[];
  tell(told: Told): Promise<RecordKey>;
  /** A finding that a client wrote about the child of a record. */
  write(record: RecordKey, id: string, body: object): Promise<void>;
  see(record: RecordKey, who?: Requester): Promise<Seen | undefined>;
  versions(record: RecordKey, who?: Requester): Promise<readonly { readonly name: string; readonly text: string }[]>;
  patientId(record: RecordKey): Promise<string>;
  /** Time of the next thing that happens, in milliseconds since 1970. */
  tick(): number;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), "decisions-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true });
  let now = 1_000_000;
  const tick = () => (now += 10);
  const forgotten: World["forgotten"] = [];
  const texts = createDecisionTexts({
    fhirBase: FHIR,
    isWritten: (name) => SOURCES.get(name)?.isWritten === true,
  });
  const ports: DecisionPorts = {
    store,
    clock: tick,
    ids: randomUUID,
    matches: doMatch,
    authorityOf: (name) => SOURCES.get(name)?.authority ?? "",
    ...texts,
    async onRecords(records, identifiers) {
      forgotten.push({ records, identifiers });
    },
  };
  const reader = createRecordReader({ store, sources: SOURCES, fhirBase: FHIR, cache_bytes: 1_000_000 });
  const moment = async () => ({
    changes: await reader.changes(),
    now_ms: Date.parse(`${TODAY}T12:00:00Z`),
    today: TODAY,
  });
  const patientId = async (record: RecordKey) => (await store.record(record))?.patientId ?? "";
  return {
    store,
    decisions: createDecisions(ports),
    forgotten,
    patientId,
    tick,
    tell: (told) => store.write((transaction) => tell(transaction, told, { now: tick(), ports })),
    async write(record, id, body) {
      const subject = { reference: `Patient/${await patientId(record)}` };
      const content = toContent(
        { resourceType: "Observation", id, ...finding(subject, "leeds-vendor"), ...body },
        "leeds-vendor",
      );
      const told = { source: "leeds-vendor", dataClass: "health-visiting", version: 1, now: tick() } as const;
      await store.write((transaction) => transaction.put(record, toStoredResource(content, told)));
    },
    async see(record, who = ALL_SEEING) {
      const view = await reader.view(record, who, await moment());
      if (view === undefined) return undefined;
      const bodies: Resource[] = view.pack.ids.flatMap((_, entry) =>
        view.isVisible(entry) ? [JSON.parse(resourceBytes(view.pack, entry).toString())] : [],
      );
      return {
        patient: view.patient.size === 0 ? undefined : JSON.parse(resourceBytes(view.patient, 0).toString()),
        observations: bodies.filter((body) => body.resourceType === "Observation"),
        others: bodies.filter((body) => body.resourceType !== "Observation"),
      };
    },
    async versions(record, who = ALL_SEEING) {
      const versions = await reader.versions(record, who, await moment());
      return versions.map(({ type, id, method, body }) => ({
        name: `${method} ${type}/${id}`,
        text: body?.toString() ?? "",
      }));
    },
    async close() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export function doMatch(one: string, other: string): boolean {
  const [left, right] = [SOURCES.get(one)?.authority, SOURCES.get(other)?.authority];
  return left === right || (left !== ALONE && right !== ALONE);
}

/** As the line of ingest: who the child is was decided before. */
async function tell(
  transaction: WriteTransaction,
  told: Told,
  { now, ports }: { readonly now: number; readonly ports: DecisionPorts },
): Promise<RecordKey> {
  const { source: name, localId, nhsNumber, given } = told;
  const linked = await transaction.linkOf(name, localId);
  const record = linked?.record ?? told.joins ?? (await transaction.createChild(randomUUID(), ""));
  if (linked === undefined) {
    await transaction.appendLink({ source: name, localId, record, author: "rule", evidence: [], decidedAt: now });
  }
  const identity = { localId, given, ...(nhsNumber && { nhsNumber, nhsNumberStatus: told.isVerified ? "01" : "02" }) };
  await transaction.putSourceIdentity(name, localId, identity, [given.length]);
  const withheld = nhsNumber === undefined ? [] : await claim(transaction, { ...told, nhsNumber }, record);
  const stored = await transaction.record(record);
  const patient: Patient = {
    resourceType: "Patient",
    ...(nhsNumber && { identifier: [{ system: NHS_NUMBER, value: nhsNumber }] }),
    name: [{ given: [given], family: "Ashdown" }],
  };
  const contribution = {
    source: name,
    localId,
    dataClass: SOURCES.get(name)?.dataClass ?? "health-visiting",
    lastUpdated: now,
    body: JSON.stringify(patient),
    unit: localId,
    ...(withheld.length === 0 ? {} : { withheld }),
  };
  const before = stored?.contributions.find((one) => one.source === name && one.localId === localId);
  if (before?.body !== contribution.body) {
    await transaction.putContribution(record, ports.authorityOf(name), contribution, ports.keysOf(contribution));
  }
  const made = await putFinding(transaction, told, { record, now });
  const registration = { system: ODS, value: told.practice ?? `Z-${localId}` };
  await transaction.putRelationships(record, name, localId, [
    { kind: "gp-registration", organization: registration, start: "2024-01-01" },
  ]);
  const lineage = { hash: "", record, made, delivery: "d", line: 1, receivedAt: now, mapping: 1, localId };
  await transaction.putLineage(name, localId, lineage);
  return record;
}

async function claim(
  transaction: WriteTransaction,
  { source: name, localId, nhsNumber }: Told & { readonly nhsNumber: string },
  record: RecordKey,
): Promise<readonly string[]> {
  const key = `nhs-number|${nhsNumber}`;
  const claims = await transaction.identityClaims(key);
  const own = claims.find((one) => one.source === name && one.localId === localId && one.record === record);
  const earlier = own === undefined ? claims : claims.slice(0, claims.indexOf(own));
  const isWithheld = earlier.some((one) => !one.isWithheld && one.record !== record && doMatch(one.source, name));
  await transaction.claimIdentityKey({ key, record, source: name, localId, isWithheld });
  return isWithheld ? [`${NHS_NUMBER}|${nhsNumber}`] : [];
}

async function putFinding(
  transaction: WriteTransaction,
  { source: name, localId, value }: Told,
  { record, now }: { readonly record: RecordKey; readonly now: number },
) {
  const id = `o-${name}-${localId}`;
  if (value === undefined) return [];
  const subject = { reference: `Patient/${(await transaction.record(record))?.patientId}` };
  const content = toContent({ resourceType: "Observation", id, ...finding(subject, name), valueString: value }, name);
  const before = await transaction.current("Observation", id, "");
  const facts = SOURCES.get(name);
  if (before?.contentHash !== content.hash) {
    await transaction.put(
      record,
      toStoredResource(content, {
        source: name,
        dataClass: facts?.dataClass ?? "health-visiting",
        version: (before?.version ?? 0) + 1,
        now,
      }),
    );
  }
  return [{ slot: "finding", type: "Observation", id }];
}

function finding(subject: { readonly reference: string }, name: string) {
  return { status: "final", code: { text: `a finding of ${name}` }, subject: { ...subject } } as const;
}
