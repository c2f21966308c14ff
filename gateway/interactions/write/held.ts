import type { RecordType } from "#profiles/interactions.ts";
import { isNarrowed } from "../../access/scope-letters.ts";
import { resourceBytes } from "../../search/pack.ts";
import type { RecordKey } from "../../store/store.ts";
import { guardRelease } from "../guard.ts";
import { findVisible } from "../read-visible.ts";
import type { ReleasedEntry } from "../search-request.ts";
import type { Scene } from "./ports.ts";
import { subjectIdOf } from "./subject.ts";

/** What stands under an id for the writer. What is hidden stands there for nobody, so it is `undefined` too. */
export type Held =
  | {
      readonly state: "current";
      readonly record: RecordKey;
      readonly patientId: string;
      /** As released to the writer. */
      readonly version: string;
      readonly lastUpdated_ms: number;
      readonly body: Buffer;
      readonly isOwn: boolean;
    }
  | {
      readonly state: "deleted";
      readonly record: RecordKey;
      readonly patientId: string;
      readonly isOwn: boolean;
    };

/** Looks an id up as the transaction sees it. */
export async function findHeld(type: RecordType, id: string, scene: Scene): Promise<Held | undefined> {
  const { transaction, writer, search, requester, at } = scene;
  const record = await transaction.locate(type, id, writer.idSpace);
  if (record === undefined) return undefined;
  const own = await findOwn(type, { id, record }, scene);
  if (own !== undefined) return own;
  const see = type === "Provenance" ? search.reader.view : search.reader.findings;
  const view = await see(record, requester, at);
  const visible = view && findVisible(view, type, id);
  const isPatient = type === "Patient";
  if (visible) {
    guardRelease([visible], requester, scene.ports.sources);
    const { pack, entry } = visible;
    const isMerged = view.isMerged === true;
    const isOwn = isPatient ? !isMerged && (await hasTold(record, id, scene)) : pack.sources[entry] === writer.source;
    return { ...toCurrent(visible), record, isOwn };
  }
  const versions = await search.reader.versions(record, requester, at, { types: [type], id });
  const newest = versions.find((version) => version.type === type && version.id === id);
  if (newest?.method !== "DELETE") return undefined;
  return {
    state: "deleted",
    record,
    patientId: newest.patientId,
    isOwn: isPatient ? await hasTold(record, id, scene) : newest.source === writer.source,
  };
}

/** Where nobody is real a writer sees all that it told, and the record around it need not be read. */
async function findOwn(
  type: RecordType,
  { id, record }: { readonly id: string; readonly record: RecordKey },
  scene: Scene,
): Promise<Held | undefined> {
  const { transaction, writer } = scene;
  if (!writer.unknownSubjects || type === "Patient" || type === "Provenance") return undefined;
  // What lies outside of the scopes is told by the view.
  if (isNarrowed(scene.requester)) return undefined;
  const current = await transaction.resource(type, id, writer.idSpace);
  if (current?.source !== writer.source) return undefined;
  const { body, version, lastUpdated } = current;
  const patientId = subjectIdOf(type, JSON.parse(body.toString()), scene.ports.fhirBase);
  const isWithChild =
    patientId !== undefined && (await transaction.locate("Patient", patientId, writer.idSpace)) === record;
  return {
    state: "current",
    record,
    patientId: isWithChild ? patientId : "",
    version: String(version),
    lastUpdated_ms: lastUpdated,
    body,
    isOwn: true,
  };
}

/** Whether the writer tells something of a child, or did before. */
async function hasTold(record: RecordKey, id: string, { transaction, writer }: Scene): Promise<boolean> {
  if ((await transaction.contribution(record, writer.source, id)) !== undefined) return true;
  const stored = await transaction.record(record);
  const told = stored === undefined ? [] : [...stored.contributions, ...stored.pastContributions];
  return told.some(({ source }) => source === writer.source);
}

function toCurrent({ view, pack, entry }: ReleasedEntry) {
  return {
    state: "current",
    patientId: view.patientId,
    version: pack.versions[entry] ?? "",
    lastUpdated_ms: pack.lastUpdated_ms[entry] ?? 0,
    body: resourceBytes(pack, entry),
  } as const;
}
