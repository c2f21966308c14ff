import type { Patient, Resource } from "@medplum/fhirtypes";
import { toWrittenKey } from "../../identity/resolve-identifier.ts";
import { toRecordSearchKeys } from "../../search/keys.ts";
import { type RecordSearchKey, SHARED_ID_SPACE } from "../../store/store.ts";
import { type Content, toContribution } from "./content.ts";
import type { Scene, Writer } from "./ports.ts";
import type { Whose } from "./whose.ts";

/** Stores what the writer says of a child: its own contribution and no other. */
export async function putContribution(
  { record, localId, withheld }: Whose,
  content: Content,
  { transaction, writer, now_ms }: Scene,
): Promise<void> {
  await transaction.putContribution(
    record,
    writer.authority,
    {
      source: writer.source,
      localId,
      dataClass: writer.dataClass,
      lastUpdated: now_ms,
      body: toContribution(content),
      ...(withheld.length === 0 ? {} : { withheld }),
    },
    searchKeys(toPatient(content.resource), writer),
  );
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
