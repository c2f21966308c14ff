import type { Resource } from "@medplum/fhirtypes";
import type { InteractionRequest } from "../interactions/answer.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import { ukDate } from "../interactions/uk-date.ts";
import { resourceBytes } from "../search/pack.ts";
import type { Store } from "../store/store.ts";

/** A resource that is held, as its requester sees it. */
export interface Stored {
  readonly resource: Resource;
  /** Empty for a resource of no child. */
  readonly patientId: string;
}

/** The resource of the address; nothing where it is hidden, as where it never was. */
export async function findStored(
  { store, reader }: { readonly store: Store; readonly reader: RecordReader },
  { type, id, requester, now_ms }: InteractionRequest,
): Promise<Stored | undefined> {
  if (type === undefined || id === undefined) return undefined;
  const key = await store.locate(type, id, requester.agreement.idSpace);
  if (key === undefined) return undefined;
  const view = await reader.view(key, requester, { changes: await reader.changes(), today: ukDate(now_ms) });
  if (view === undefined) return undefined;
  const { patientId, patient, pack } = view;
  if (type === "Patient") {
    if (patientId !== id || patient.size === 0) return undefined;
    return { resource: JSON.parse(resourceBytes(patient, 0).toString()), patientId };
  }
  const entry = pack.ids.findIndex((known, index) => known === id && pack.types[index] === type);
  if (entry < 0 || !view.isVisible(entry)) return undefined;
  return { resource: JSON.parse(resourceBytes(pack, entry).toString()), patientId };
}
