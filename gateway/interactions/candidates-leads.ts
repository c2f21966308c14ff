import type { Patient } from "@medplum/fhirtypes";
import { resourceBytes } from "../search/pack.ts";
import type { IdentifierValue } from "../search/query-values.ts";
import type { Lead } from "../search/search-query.ts";
import type { IdSpace, RecordKey, RecordSearchKey } from "../store/store.ts";
import type { CandidatePorts, Looking } from "./candidates.ts";
import type { Soon } from "./soon.ts";

/** More records than this under one name: going through the requester's own is no dearer. */
const LEAD_RECORDS_max = 2_000;
const NO_RECORDS: readonly RecordKey[] = [];

/** A lead that holds all that can match. */
export type NarrowLead = Exclude<Lead, { readonly kind: "linked" }>;

/** The records that a lead names, ascending; `undefined` when they are too many to be a lead. */
export function leadRecords(
  lead: NarrowLead,
  looking: Looking,
  ports: CandidatePorts,
): Soon<readonly RecordKey[] | undefined> {
  if (lead.kind === "identifier" && lead.identifiers.length === 1 && lead.identifiers[0]) {
    return resolveIdentifier(lead.identifiers[0], looking, ports);
  }
  return joinedLeads(lead, looking, ports);
}

async function joinedLeads(
  lead: NarrowLead,
  looking: Looking,
  ports: CandidatePorts,
): Promise<readonly RecordKey[] | undefined> {
  const found = await Promise.all(lookups(lead, looking, ports));
  if (found.some((keys) => keys.length > LEAD_RECORDS_max)) return undefined;
  return found.reduce(union, NO_RECORDS);
}

function lookups(lead: NarrowLead, looking: Looking, ports: CandidatePorts): readonly Soon<readonly RecordKey[]>[] {
  const { idSpace } = looking.requester.agreement;
  const find = (...keys: (RecordSearchKey & { prefix?: boolean })[]) =>
    ports.store.findRecords(keys, LEAD_RECORDS_max + 1, idSpace);
  switch (lead.kind) {
    case "identifier":
      return lead.identifiers.map((identifier) => resolveIdentifier(identifier, looking, ports));
    case "resource-identifier":
      return lead.identifiers.map(({ system, value }) =>
        ports.store.findResources(lead.type, `${system}|${value}`, idSpace, LEAD_RECORDS_max + 1),
      );
    case "id":
      return [locateAll(lead, idSpace, ports)];
    case "birthdate":
      return lead.dates.map((value) => find({ code: "birthdate", value }));
    case "names":
      return lead.texts.flatMap((value) =>
        (lead.code === "name" ? (["family", "given"] as const) : [lead.code]).map((code) =>
          find({ code, value, prefix: true }),
        ),
      );
  }
}

async function locateAll(
  { type, ids }: Extract<Lead, { kind: "id" }>,
  idSpace: IdSpace,
  { store }: CandidatePorts,
): Promise<readonly RecordKey[]> {
  const keys = await Promise.all(ids.map((id) => store.locate(type, id, idSpace)));
  return [...new Set(keys)].filter((key) => key !== undefined).sort((a, b) => a - b);
}

/**
 * Patients that are linked with one of these by a decision, as far as the requester sees it: the decision is told on both
 * sides, so that either leads to the other.
 */
export async function linkedRecords(
  { ids }: Extract<Lead, { kind: "linked" }>,
  { requester, at }: Looking,
  { store, reader }: CandidatePorts,
): Promise<readonly RecordKey[]> {
  const { idSpace } = requester.agreement;
  const found = new Set<RecordKey>();
  for (const id of ids) {
    const key = await store.locate("Patient", id, idSpace);
    const view = key === undefined ? undefined : await reader.view(key, requester, at);
    if (view === undefined || view.patient.size === 0) continue;
    const { link = [] }: Patient = JSON.parse(resourceBytes(view.patient, 0).toString());
    for (const { other } of link) {
      const [, linked] = LOCAL_PATIENT.exec(other?.reference ?? "") ?? [];
      const record = linked === undefined ? undefined : await store.locate("Patient", linked, idSpace);
      if (record !== undefined) found.add(record);
    }
  }
  return [...found].sort((a, b) => a - b);
}

const LOCAL_PATIENT = /^Patient\/([A-Za-z0-9\-.]{1,64})$/;

/** A resolution that a record does not bear out is dropped and asked of the store again. */
function resolveIdentifier(
  { system, value }: IdentifierValue,
  { requester, at: { changes } }: Looking,
  { reader, resolver }: CandidatePorts,
): Soon<readonly RecordKey[]> {
  const { idSpace } = requester.agreement;
  const resolveAnew = async (): Promise<readonly RecordKey[]> => {
    await resolver.forget(system, value, idSpace);
    return resolver.resolve(system, value, idSpace, changes);
  };
  /** Each record is asked once: what waits for it to be read goes on behind it. */
  const borneOut = (keys: readonly RecordKey[], from: number): Soon<readonly RecordKey[]> => {
    for (const [n, key] of keys.entries()) {
      if (n < from) continue;
      const carries = reader.carries(key, `${system}|${value}`, changes);
      if (carries instanceof Promise) return carries.then((is) => (is ? borneOut(keys, n + 1) : resolveAnew()));
      if (!carries) return resolveAnew();
    }
    return keys;
  };
  const found = resolver.resolve(system, value, idSpace, changes);
  return found instanceof Promise ? found.then((keys) => borneOut(keys, 0)) : borneOut(found, 0);
}

/** Two ascending lists as one, each key once. */
export function union(a: readonly RecordKey[], b: readonly RecordKey[]): readonly RecordKey[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort((left, right) => left - right);
}
