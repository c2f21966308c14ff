import type { Resource } from "@medplum/fhirtypes";
import { isRecordType } from "#profiles/interactions.ts";
import type { InteractionRequest } from "../interactions/answer.ts";
import { momentOf } from "../interactions/moment.ts";
import { findVisible } from "../interactions/read-visible.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import type { Issue } from "../outcome/issue.ts";
import { resourceBytes } from "../search/pack.ts";
import type { ReadVerbs } from "../store/store.ts";

/** A resource that is held, as its requester sees it. */
export type Stored =
  | { readonly ok: true; readonly resource: Resource /** Empty for one of no child. */; readonly patientId: string }
  | { readonly ok: false; readonly issue: Issue };

export interface StoredPorts {
  readonly store: Pick<ReadVerbs, "locate">;
  readonly reader: RecordReader;
}

const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** The resource of the address; where it is hidden, the same issue as where it never was. */
export async function findStored(
  { store, reader }: StoredPorts,
  { type = "Patient", id = "", requester, now_ms }: InteractionRequest,
): Promise<Stored> {
  if (!LOGICAL_ID.test(id)) return { ok: false, issue: { kind: "invalid-id", type } };
  const none: Stored = { ok: false, issue: { kind: "not-found", type } };
  const key = isRecordType(type) ? await store.locate(type, id, requester.agreement.idSpace) : undefined;
  if (key === undefined || !isRecordType(type)) return none;
  const at = await momentOf(reader, now_ms);
  const view = await reader.view(key, requester, at);
  const found = view && findVisible(view, type, id);
  if (found) {
    const resource: Resource = JSON.parse(resourceBytes(found.pack, found.entry).toString());
    return { ok: true, resource, patientId: found.view.patientId };
  }
  const versions = await reader.versions(key, requester, at, { types: [type], id });
  const newest = versions.find((version) => version.type === type && version.id === id);
  return newest?.method === "DELETE" ? { ok: false, issue: { kind: "gone", type } } : none;
}
