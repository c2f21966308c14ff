import type { Provenance, Resource } from "@medplum/fhirtypes";
import type { AnyMapper } from "#mappers/mapper.ts";
import type { Requester } from "../../access/requester.ts";
import { hasIngestScope } from "../../access/scope.ts";
import type { RegisteredSource } from "../../access/source.ts";
import type { ReadVerbs, StoredRecord, StoredResource, UnitLineage } from "../../store/store.ts";
import type { MapperOf } from "../mappers.ts";
import { toElements } from "./explained.ts";
import {
  AS_WRITTEN,
  type IdentityOrigin,
  type LineageAnswer,
  type Origin,
  type RecordOrigin,
} from "./lineage-answer.ts";
import { toPatientElements } from "./patient-elements.ts";

export interface LineagePorts {
  readonly store: Pick<
    ReadVerbs,
    "locate" | "linkOf" | "record" | "lineagesOf" | "history" | "receipt" | "recordStates"
  >;
  readonly mapperOf: MapperOf;
  source(name: string): RegisteredSource | undefined;
}

/** `gone`: it was there, and a source that the requester may ask about ended it. */
export type FoundLineage = LineageAnswer | "gone" | "not-found";

/**
 * Where a resource of the requester's id space comes from. One of a source that the requester may not ask about is not
 * found, as one that never was; of a Patient only those sources are told that the requester may ask about.
 */
export async function findLineage(
  at: { readonly type: string; readonly id: string },
  requester: Requester,
  ports: LineagePorts,
): Promise<FoundLineage> {
  const { type, id } = at;
  const { idSpace } = requester.agreement;
  const key = await ports.store.locate(type, id, idSpace);
  const record = key === undefined ? undefined : await ports.store.record(key);
  if (record === undefined) return "not-found";
  if (type === "Patient") return patientLineage(record, requester, ports);
  const resource = record.resources.find((one) => one.type === type && one.id === id);
  if (resource !== undefined) {
    return mayAsk(requester, resource.source) ? resourceLineage(record, resource, ports) : "not-found";
  }
  const [newest] = await ports.store.history(type, id, idSpace);
  return newest !== undefined && mayAsk(requester, newest.source) ? "gone" : "not-found";
}

/** An officer of the source, or the client that writes as it. */
function mayAsk({ scopes, agreement }: Requester, source: string): boolean {
  return hasIngestScope(scopes, source) || agreement.writes?.source === source;
}

async function resourceLineage(
  record: StoredRecord,
  { type, id, source, body }: StoredResource,
  ports: LineagePorts,
): Promise<LineageAnswer> {
  const name = `${type}/${id}`;
  const registered = ports.source(source);
  const units = await unitsOf(record, source, ports);
  const unit = units.find(({ made }) => made.some((one) => one.type === type && one.id === id));
  if (registered === undefined || unit === undefined) {
    const told = { source, told: "as-written", records: [], identity: [], notShown: [] } as const;
    return {
      resource: name,
      origins: [told],
      elements: [{ element: type, source, fields: [], rule: AS_WRITTEN }],
      unexplained: [],
    };
  }
  const mapper = await ports.mapperOf(registered.kind);
  const resource: Resource = JSON.parse(body.toString());
  const provenance = type === "Provenance" ? toKnown(resource) : provenanceOf(record, source, name);
  return {
    resource: name,
    origins: [
      {
        source,
        kind: registered.kind,
        told: "source-record",
        records: [await toRecordOrigin({ unit, provenance, mapper }, ports)],
        identity: await identityOf(record, source, ports),
        notShown: [],
      },
    ],
    ...toElements({
      resource,
      slot: type === "Organization" ? undefined : unit.made.find((one) => one.id === id && one.type === type)?.slot,
      source: registered,
      tables: mapper,
    }),
  };
}

async function patientLineage(record: StoredRecord, requester: Requester, ports: LineagePorts): Promise<FoundLineage> {
  const contributions = record.contributions.filter(({ source }) => mayAsk(requester, source));
  if (contributions.length === 0) {
    return record.pastContributions.some(({ source }) => mayAsk(requester, source)) ? "gone" : "not-found";
  }
  const told = await Promise.all(
    contributions.map(async ({ source, lastUpdated, body }) => {
      const registered = ports.source(source);
      const tables = registered && (await ports.mapperOf(registered.kind));
      return { source, lastUpdated, patient: JSON.parse(body), tables };
    }),
  );
  const { elements, unexplained, notShown } = toPatientElements(told);
  const origins: Origin[] = [];
  for (const source of new Set(contributions.map((contribution) => contribution.source))) {
    origins.push({
      ...(await patientOrigin(record, source, ports)),
      notShown: told.flatMap((one, index) => (one.source === source ? (notShown[index] ?? []) : [])),
    });
  }
  return { resource: `Patient/${record.patientId}`, origins, elements, unexplained };
}

async function patientOrigin(record: StoredRecord, source: string, ports: LineagePorts): Promise<Origin> {
  const registered = ports.source(source);
  if (registered === undefined) return { source, told: "as-written", records: [], identity: [], notShown: [] };
  const mapper = await ports.mapperOf(registered.kind);
  const records: RecordOrigin[] = [];
  const units = await unitsOf(record, source, ports);
  for (const unit of units.toSorted((one, other) => other.receivedAt - one.receivedAt)) {
    const provenance = provenancesOf(record, source, `Patient/${record.patientId}`).find((one) =>
      unit.made.some(({ type, id }) => type === "Provenance" && id === one.id),
    );
    if (provenance !== undefined) records.push(await toRecordOrigin({ unit, provenance, mapper }, ports));
  }
  const identity = await identityOf(record, source, ports);
  return { source, kind: registered.kind, told: "source-record", records, identity, notShown: [] };
}

async function unitsOf({ key }: StoredRecord, source: string, ports: LineagePorts): Promise<readonly UnitLineage[]> {
  return (await ports.store.lineagesOf(key)).filter((unit) => unit.source === source);
}

type Known = Provenance & { readonly id: string };

function toKnown(resource: Resource): Known | undefined {
  return resource.resourceType === "Provenance" && resource.id !== undefined
    ? { ...resource, id: resource.id }
    : undefined;
}

function provenanceOf(record: StoredRecord, source: string, target: string): Known | undefined {
  return provenancesOf(record, source, target)[0];
}

function provenancesOf({ resources }: StoredRecord, source: string, target: string): readonly Known[] {
  const named = `"${target}"`;
  return resources
    .filter((one) => one.type === "Provenance" && one.source === source && one.body.includes(named))
    .flatMap(({ body }) => toKnown(JSON.parse(body.toString())) ?? [])
    .filter((provenance) => provenance.target.some(({ reference }) => reference === target));
}

async function toRecordOrigin(
  told: { readonly unit: UnitLineage; readonly provenance: Known | undefined; readonly mapper: AnyMapper },
  ports: LineagePorts,
): Promise<RecordOrigin> {
  const { unit, provenance, mapper } = told;
  const slot = unit.made.find(({ type, id }) => type === "Provenance" && id === provenance?.id)?.slot;
  const { delivery, line, receivedAt } = await deliveryOf(unit, slot?.slice("Provenance/".length), ports);
  const file = fileOf(await ports.store.receipt(delivery));
  const record = provenance && nameOf(provenance, unit.source);
  return {
    ...(record === undefined ? {} : { record }),
    delivery: {
      receipt: delivery,
      ...(file === undefined ? {} : { file }),
      ...(line === 0 ? {} : { line }),
      receivedAt: new Date(receivedAt).toISOString(),
    },
    mapping: { made: unit.mapping, current: mapper.version },
    ...(provenance === undefined ? {} : { provenance: `Provenance/${provenance.id}` }),
  };
}

/** Of the joined rows of a child each has come by a delivery of its own. */
async function deliveryOf(
  unit: UnitLineage,
  row: string | undefined,
  { store }: LineagePorts,
): Promise<Pick<UnitLineage, "delivery" | "line" | "receivedAt">> {
  if (unit.line > 0 || row === undefined) return unit;
  const states = await store.recordStates({ source: unit.source, unit: row, state: "committed" }, 1);
  const [state] = states;
  return state === undefined ? unit : { delivery: state.delivery, line: state.line, receivedAt: state.at };
}

/** What may be shown of a record's name is what its Provenance shows. */
function nameOf({ entity }: Provenance, source: string): string | undefined {
  const value = entity?.find(({ role }) => role === "source")?.what.identifier?.value;
  return value?.startsWith(`${source}/`) ? value.slice(source.length + 1) : undefined;
}

function fileOf(receipt: string | undefined): string | undefined {
  if (receipt === undefined) return undefined;
  const { fileName }: { readonly fileName?: string } = JSON.parse(receipt);
  return fileName;
}

async function identityOf(
  { contributions }: StoredRecord,
  source: string,
  ports: LineagePorts,
): Promise<readonly IdentityOrigin[]> {
  const identity: IdentityOrigin[] = [];
  for (const contribution of contributions.filter((one) => one.source === source)) {
    const link = await ports.store.linkOf(source, contribution.localId);
    if (link === undefined) continue;
    const { author, decidedAt, evidence } = link;
    identity.push({ author, decidedAt: new Date(decidedAt).toISOString(), evidence });
  }
  return identity;
}
