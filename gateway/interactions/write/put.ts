import type { RecordType } from "#profiles/interactions.ts";
import { resourceBytes } from "../../search/pack.ts";
import type { RecordKey } from "../../store/store.ts";
import type { VisibleRecord } from "../record-reader.ts";
import { mayWrite } from "../scope-filter.ts";
import { settleConsent } from "./consent-rules.ts";
import { type Content, type Sent, toContent, toContribution, toStored } from "./content.ts";
import type { Held } from "./held.ts";
import { putContribution, toNewRecord, toPatient } from "./patient.ts";
import type { Scene, Written } from "./ports.ts";
import { refuse } from "./refusal.ts";
import { type Place, placeOf } from "./subject.ts";
import { settleWhose, type Whose } from "./whose.ts";

/** What is to be stored under an id, and what stands there. */
export interface ToPut {
  readonly type: RecordType;
  readonly id: string;
  readonly sent: Sent;
  /** Absent for an id that nobody has had. */
  readonly held?: Held | undefined;
  /** Set for an id that was drawn just now. */
  readonly isDrawn?: boolean;
}

/** Stores a resource as the current version under an id, in the record to which it belongs now. */
export async function put(toPut: ToPut, scene: Scene): Promise<Written> {
  const { type, id, held, isDrawn = false } = toPut;
  const { transaction, writer, now_ms } = scene;
  requireWithinScopes(toPut, scene);
  if (type === "Patient") return putPatient(toPut, scene);
  const told = writer.unknownSubjects ? toPut.sent : await settleConsent(toPut.sent, scene);
  const { place, sent } = await placeOf(told, scene, held);
  const content = toContent(type, id, sent, writer);
  const record = place.kind === "child" ? place.record : await sharedRecordFor(type, held, scene);
  const current = held === undefined ? undefined : await transaction.current(type, id, writer.idSpace);
  const patientId = place.kind === "child" ? place.patientId : "";
  if (held?.state === "current" && current?.contentHash === content.hash && current.record === record) {
    const { version, lastUpdated_ms, body } = held;
    return { outcome: "unchanged", type, id, version, lastUpdated_ms, body, patientId };
  }
  const version = (current?.version ?? 0) + 1;
  const resource = toStored(content, version, now_ms, writer);
  await transaction.put(record, isDrawn ? { ...resource, isFirst: true } : resource);
  await noteSeen(type, place, scene);
  const outcome = held?.state === "current" ? "updated" : "created";
  return { outcome, type, id, version: String(version), lastUpdated_ms: now_ms, body: resource.body, patientId };
}

/** What a writer may not see once it is written, it may not write. */
function requireWithinScopes({ type, id, sent, held }: ToPut, { requester, search }: Scene): void {
  const letter = held?.state === "current" ? "u" : "c";
  const written = { type, letter, resource: { ...sent.resource, id } } as const;
  if (mayWrite(requester, written, search.fhirBase)) return;
  refuse({ kind: "insufficient-scope", needed: `system/${type}.${letter}` });
}

/** The shared record in which it stands already, or stood until its end and its versions are, else one that has room. */
async function sharedRecordFor(
  type: RecordType,
  held: Held | undefined,
  { transaction, writer }: Scene,
): Promise<RecordKey> {
  if (held?.patientId === "") return held.record;
  return transaction.sharedRecord(type, writer.authority, writer.idSpace);
}

/** A finding alone changes nothing of who sees the child; whatever else is written with it may. */
async function noteSeen(type: RecordType, place: Place, scene: Scene): Promise<void> {
  if (!scene.isAlone || place.kind !== "child" || place.seenUntil_ms === undefined || type !== "Observation") return;
  scene.whenDurable.push(await scene.ports.seenChildren.note(place.record, scene, place.seenUntil_ms));
}

async function putPatient({ id, sent, held, isDrawn = false }: ToPut, scene: Scene): Promise<Written> {
  const content = toContent("Patient", id, sent, scene.writer);
  const isHeld = held?.state === "current";
  if (isHeld && (await tellsAlready({ record: held.record, localId: id }, content, scene))) {
    return { outcome: "unchanged", type: "Patient", id, patientId: id, ...(await showPatient(held.record, scene)) };
  }
  const whose = await settleWhose(toPatient(content.resource), { id, held, isDrawn }, scene);
  if (whose.isNew) return tellOfNew(whose, content, scene);
  const isToldAlready = await tellsAlready(whose, content, scene);
  if (!isToldAlready) await putContribution(whose, content, scene);
  const { record, patientId } = whose;
  const outcome = !isHeld ? "created" : isToldAlready ? "unchanged" : "updated";
  return { outcome, type: "Patient", id: patientId, patientId, ...(await showPatient(record, scene)) };
}

/** What the writer reads of a child of whom nobody told before is made of what it tells: there is nothing else to read. */
async function tellOfNew(whose: Whose, content: Content, scene: Scene): Promise<Written> {
  const { search, requester, at } = scene;
  const { patientId } = whose;
  const contribution = await putContribution(whose, content, scene);
  const view = await search.reader.made(toNewRecord(whose, contribution, scene), requester, at);
  return { outcome: "created", type: "Patient", id: patientId, patientId, ...toShown(view) };
}

async function tellsAlready(
  { record, localId }: Pick<Whose, "record" | "localId">,
  content: Content,
  { transaction, writer }: Scene,
): Promise<boolean> {
  const told = await transaction.contribution(record, writer.source, localId);
  return told !== undefined && told.body === toContribution(content);
}

/** The Patient as the writer sees it, which other sources may have a part in. */
async function showPatient(record: RecordKey, { search, requester, at }: Scene): Promise<ShownPatient> {
  return toShown(await search.reader.view(record, requester, at));
}

type ShownPatient = Pick<Written, "version" | "lastUpdated_ms" | "body">;

function toShown(view: VisibleRecord | undefined): ShownPatient {
  const patient = view?.patient;
  if (patient === undefined || patient.size === 0) throw new Error("a written Patient is not seen by its writer");
  return {
    version: patient.versions[0] ?? "",
    lastUpdated_ms: patient.lastUpdated_ms[0] ?? 0,
    body: resourceBytes(patient, 0),
  };
}
