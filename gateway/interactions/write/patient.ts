import type { Patient, Resource } from "@medplum/fhirtypes";
import { toWrittenKey } from "../../identity/resolve-identifier.ts";
import { toRecordSearchKeys } from "../../search/keys.ts";
import {
  type RecordSearchKey,
  SHARED_ID_SPACE,
  type StoredContribution,
  type StoredRecord,
} from "../../store/store.ts";
import { type Content, toContribution } from "./content.ts";
import type { Scene, Writer } from "./ports.ts";
import type { Whose } from "./whose.ts";

/** Stores what the writer says of a child: its own contribution and no other. */
export async function putContribution(
  { record, localId, withheld }: Whose,
  content: Content,
  { transaction, writer, now_ms }: Scene,
): Promise<StoredContribution> {
  const contribution = {
    source: writer.source,
    localId,
    dataClass: writer.dataClass,
    lastUpdated: now_ms,
    body: toContribution(content),
    ...(withheld.length === 0 ? {} : { withheld }),
  };
  const keys = searchKeys(toPatient(content.resource), writer);
  await transaction.putContribution(record, writer.authority, contribution, keys);
  return contribution;
}

/** A record of which nothing is known but what its writer has just said of the child. */
export function toNewRecord(
  { record, patientId }: Whose,
  contribution: StoredContribution,
  { writer }: Scene,
): StoredRecord {
  return {
    key: record,
    kind: "child",
    idSpace: writer.idSpace,
    patientId,
    version: 1,
    contributions: [contribution],
    pastContributions: [],
    relationships: [],
    resources: [],
    replaces: [],
    mergedBefore: [],
    leavings: [],
    disclosureDecisions: [],
  };
}

/** The keys by which the child is found. */
function searchKeys(patient: Patient, { idSpace }: Writer): readonly RecordSearchKey[] {
  const keys = toRecordSearchKeys(patient);
  if (idSpace !== SHARED_ID_SPACE) return keys;
  return keys.map((key) => (key.code === "identifier" ? toWrittenKey(key.value) : key));
}

export function toPatient(resource: Resource): Patient {
  if (resource.resourceType !== "Patient") throw new Error("only a Patient is a contribution");
  return resource;
}
