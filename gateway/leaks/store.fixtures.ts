import type { Patient } from "@medplum/fhirtypes";
import type { Relationship } from "#mappers/mapper.ts";
import { isRecordType } from "#profiles/interactions.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { toPerson } from "../identity/matcher/to-person.ts";
import { type Identified, toContent, toStoredResource } from "../ingest/stored-resource.ts";
import { toRecordSearchKeys } from "../search/keys.ts";
import type { RecordKey, Store, WriteTransaction } from "../store/store.ts";

/** Change sets as the line of ingest commits them, with no more than what decides who sees what. */

const MATCHER = createMatcher(ENGLAND);

/** What one source says of one child. */
export interface ChildTold {
  readonly patientId: string;
  readonly facts: SourceFacts;
  readonly localId: string;
  readonly patient: Patient;
  readonly relationships?: readonly Relationship[];
}

export function tellChild(store: Store, told: ChildTold, now_ms: number): Promise<void> {
  const { patientId, facts, localId, patient, relationships } = told;
  const { source, authority, dataClass } = facts;
  return store.write(async (transaction) => {
    const record =
      (await transaction.locate("Patient", patientId, "")) ?? (await transaction.createChild(patientId, ""));
    if ((await transaction.linkOf(source, localId)) === undefined) {
      await transaction.appendLink({ source, localId, record, author: "rule", evidence: [], decidedAt: now_ms });
    }
    await tellIdentity(transaction, told, record);
    const body = JSON.stringify(patient);
    const contribution = { source, localId, dataClass, lastUpdated: now_ms, body, unit: localId };
    await transaction.putContribution(record, authority, contribution, toRecordSearchKeys(patient));
    if (relationships) await transaction.putRelationships(record, source, localId, relationships);
    const from = { hash: "", delivery: "d", line: 1, receivedAt: now_ms, mapping: 1 };
    await transaction.putLineage(source, localId, { ...from, record, made: [], localId });
  });
}

async function tellIdentity(
  transaction: WriteTransaction,
  { facts: { source }, localId, patient }: ChildTold,
  record: RecordKey,
): Promise<void> {
  const nhsNumber = patient.identifier?.find(({ system }) => system === NHS_NUMBER)?.value;
  const [name] = patient.name ?? [];
  const identity = {
    localId,
    ...(nhsNumber && { nhsNumber, nhsNumberStatus: "01" }),
    ...(name?.given?.[0] && { given: name.given[0] }),
    ...(name?.family && { family: name.family }),
    ...(patient.birthDate && { birthDate: patient.birthDate }),
    ...(patient.address?.[0]?.postalCode && { postcode: patient.address[0].postalCode }),
  };
  const keys = MATCHER.blockingKeys(MATCHER.toComparable(toPerson(identity)));
  await transaction.putSourceIdentity(source, localId, identity, keys);
  if (nhsNumber === undefined) return;
  await transaction.claimIdentityKey({ key: `nhs-number|${nhsNumber}`, record, source, localId, isWithheld: false });
}

export function untellChild(store: Store, told: Omit<ChildTold, "patient">, now_ms: number): Promise<void> {
  return store.write(async (transaction) => {
    const record = await transaction.locate("Patient", told.patientId, "");
    if (record !== undefined) await transaction.removeContribution(record, told.facts.source, told.localId, now_ms);
  });
}

/** Puts a resource into a child's record, or, where none is named, into a shared one of its type and authority. */
export function putResource(
  store: Store,
  told: { readonly patientId?: string | undefined; readonly facts: SourceFacts; readonly resource: Identified },
  now_ms: number,
): Promise<void> {
  const { patientId, facts, resource } = told;
  const { source, authority, dataClass } = facts;
  return store.write(async (transaction) => {
    const { resourceType: type, id } = resource;
    if (!isRecordType(type)) throw new Error(`${type} is not kept in records`);
    const before = await transaction.current(type, id, "");
    const record =
      before?.record ??
      (patientId === undefined
        ? await transaction.sharedRecord(type, authority, "")
        : await transaction.locate("Patient", patientId, ""));
    if (record === undefined) throw new Error("no such child");
    const version = (before?.version ?? 0) + 1;
    // A child that was merged is told of under the name of the one that it is.
    const holder = (await transaction.record(record))?.patientId ?? "";
    const named: Identified = JSON.parse(
      JSON.stringify(resource).replaceAll(patientId ?? "Patient/", patientId === undefined ? "Patient/" : holder),
    );
    await transaction.put(
      record,
      toStoredResource(toContent(named, source), { source, dataClass, version, now: now_ms }),
    );
  });
}

export function endResource(store: Store, type: string, id: string, now_ms: number): Promise<void> {
  return store.write((transaction) => transaction.remove(type, id, "", now_ms));
}
