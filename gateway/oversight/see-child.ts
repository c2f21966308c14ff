import type { Requester } from "../access/requester.ts";
import { momentOf } from "../interactions/moment.ts";
import type { VisibleRecord } from "../interactions/record-reader.ts";
import type { RecordKey, StoredRecord } from "../store/store.ts";
import type { OversightPorts } from "./ports.ts";

/** A child whom a requester sees, as it stands. */
export interface SeenChild {
  readonly view: VisibleRecord;
  readonly record: StoredRecord;
}

type SeeingPorts = Pick<OversightPorts, "store" | "reader" | "now">;

/** Whether a requester answers for the disclosures of whole authorities, and reads what families decided. */
export function isOverseer({ agreement }: Requester): boolean {
  return (
    agreement.relationship === "authority" && agreement.dataClasses.includes("sharing") && agreement.idSpace === ""
  );
}

/** The child of a record or, of a merged one, the child that stays; nothing where the requester sees none. */
export async function seeChild(
  key: RecordKey,
  requester: Requester,
  { store, reader, now }: SeeingPorts,
): Promise<SeenChild | undefined> {
  const named = await store.record(key);
  const record = named?.mergedInto === undefined ? named : await store.record(named.mergedInto);
  if (record?.kind !== "child") return undefined;
  const view = await reader.view(record.key, requester, await momentOf(reader, now()));
  return view === undefined || view.isMerged === true ? undefined : { view, record };
}

/** The same by the logical id of the Patient. */
export async function findChild(
  patientId: string,
  requester: Requester,
  ports: SeeingPorts & Pick<OversightPorts, "store">,
): Promise<SeenChild | undefined> {
  const key = await ports.store.locate("Patient", patientId, requester.agreement.idSpace);
  return key === undefined ? undefined : seeChild(key, requester, ports);
}
