import type { RecordType } from "#profiles/interactions.ts";
import type { VisibleRecord } from "./record-reader.ts";
import type { ReleasedEntry } from "./search-request.ts";

/** Where a resource stands in a visible record, as far as the requester may see it. */
export function findVisible(view: VisibleRecord, type: RecordType, id: string): ReleasedEntry | undefined {
  if (type === "Patient") {
    return view.patientId === id && view.patient.size > 0 ? { view, pack: view.patient, entry: 0 } : undefined;
  }
  const { pack } = view;
  const entry = pack.ids.findIndex((known, index) => known === id && pack.types[index] === type);
  return entry >= 0 && view.isVisible(entry) ? { view, pack, entry } : undefined;
}
