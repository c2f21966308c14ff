import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { RecordKey } from "../../store/store.ts";
import { findVisible } from "../read-visible.ts";
import type { Sent } from "./content.ts";
import { findSome, idOf, readCriteria } from "./criteria.ts";
import type { Held } from "./held.ts";
import type { Scene } from "./ports.ts";
import { flawed, refuse } from "./refusal.ts";
import { isTree, type Tree } from "./tree.ts";

/** Where a resource stands: in the record of the child that it is about, or in a shared one. */
export type Place =
  | {
      readonly kind: "child";
      readonly record: RecordKey;
      readonly patientId: string;
      /** Until when the writer, who was found to see the child itself, does so; absent where that was not asked. */
      readonly seenUntil_ms: number | undefined;
    }
  | { readonly kind: "shared" };

export interface Placed {
  readonly place: Place;
  readonly sent: Sent;
}

const NEVER_ms = Number.POSITIVE_INFINITY;
const SHARED: Place = { kind: "shared" };

/** The element that says whom a resource of a type is about. */
const SUBJECT: Readonly<Partial<Record<RecordType, "subject" | "patient">>> = {
  Observation: "subject",
  Consent: "patient",
};

/**
 * Places a resource. One about a person goes to a child whom the writer sees: named by a reference, or by an identifier
 * that is one child's alone, to which the reference is then added. Where people are real, one about anybody else is
 * refused.
 */
export async function placeOf(sent: Sent, scene: Scene, held?: Held): Promise<Placed> {
  const { resourceType } = sent.resource;
  if (resourceType === "Provenance") return { place: await placeOfTargets(sent.tree.target, scene), sent };
  const element = isRecordType(resourceType) ? SUBJECT[resourceType] : undefined;
  if (!isRecordType(resourceType) || element === undefined) return { place: SHARED, sent };
  const told = sent.tree[element];
  const id = subjectIdOf(resourceType, sent.tree, scene.ports.fhirBase);
  const place = id === undefined ? undefined : (samePlace(id, held) ?? (await childPlace(id, scene)));
  if (place !== undefined) return { place, sent };
  if (scene.writer.unknownSubjects) return { place: SHARED, sent };
  const found = id === undefined && isTree(told) ? await childByIdentifier(told, scene) : undefined;
  if (found?.kind === "child" && isTree(told)) {
    return { place: found, sent: withReference(sent, element, { ...told, reference: `Patient/${found.patientId}` }) };
  }
  return refuse(
    flawed("rule", {
      code: "business-rule",
      expression: `${resourceType}.${element}`,
      message:
        "Expected a child whom this client sees: a reference Patient/[id], or an identifier that only one such child has.",
    }),
  );
}

const LITERAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** Type and id that a literal reference to a resource of ours names. */
export function parseReference(
  reference: unknown,
  fhirBase: string,
): { readonly type: string; readonly id: string } | undefined {
  if (typeof reference !== "string") return undefined;
  const relative = reference.startsWith(`${fhirBase}/`) ? reference.slice(fhirBase.length + 1) : reference;
  const [, type, id] = LITERAL.exec(relative) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id };
}

/** Logical id of the Patient whom a resource names as its subject. */
export function subjectIdOf(type: RecordType, resource: Tree, fhirBase: string): string | undefined {
  const element = SUBJECT[type];
  const told = element && resource[element];
  const parsed = isTree(told) ? parseReference(told.reference, fhirBase) : undefined;
  return parsed?.type === "Patient" ? parsed.id : undefined;
}

/** The same as what a work is about to look for. */
export function subjectOf(
  type: RecordType,
  resource: Tree,
  fhirBase: string,
): readonly { type: "Patient"; id: string }[] {
  const id = subjectIdOf(type, resource, fhirBase);
  return id === undefined ? [] : [{ type: "Patient", id }];
}

/**
 * Where it stands already it may stay: a decision that withholds the child from its own writer must be there to be taken
 * back.
 */
function samePlace(patientId: string, held: Held | undefined): Place | undefined {
  if (held?.state !== "current" || held.patientId !== patientId) return undefined;
  return { kind: "child", record: held.record, patientId, seenUntil_ms: undefined };
}

/** A child whom the writer sees. Where nobody is real, whoever is held is seen. */
async function childPlace(patientId: string, scene: Scene): Promise<Place | undefined> {
  const { transaction, writer, search, requester, at } = scene;
  const record = await transaction.locate("Patient", patientId, writer.idSpace);
  if (record === undefined) return undefined;
  if (writer.unknownSubjects) return { kind: "child", record, patientId, seenUntil_ms: undefined };
  const place = (seenUntil_ms: number): Place => ({ kind: "child", record, patientId, seenUntil_ms });
  const known_ms = await scene.ports.seenChildren.seenUntil_ms(record, scene);
  if (known_ms !== undefined) return place(known_ms);
  const view = await search.reader.view(record, requester, at);
  // Of a child that is merged into another whatever is told belongs to that one.
  return view !== undefined && view.patient.size > 0 && view.isMerged !== true
    ? place(view.until_ms ?? NEVER_ms)
    : undefined;
}

async function childByIdentifier({ reference, identifier }: Tree, scene: Scene): Promise<Place | undefined> {
  if (reference !== undefined || !isTree(identifier)) return undefined;
  const { system, value } = identifier;
  if (typeof system !== "string" || typeof value !== "string") return undefined;
  const text = new URLSearchParams({ identifier: `${escaped(system)}|${escaped(value)}` }).toString();
  const { requester, ports } = scene;
  const read = readCriteria("Patient", text, { requester, fhirBase: ports.fhirBase });
  if (!read.ok) return refuse(...read.issues);
  const [found, another] = await findSome(read.criteria, 2, scene);
  if (found === undefined || another !== undefined) return undefined;
  return {
    kind: "child",
    record: found.view.key,
    patientId: idOf(found),
    seenUntil_ms: found.view.until_ms ?? NEVER_ms,
  };
}

/** https://hl7.org/fhir/R4/search.html#escaping */
function escaped(value: string): string {
  return value.replace(/[\\|,$]/g, "\\$&");
}

function withReference(sent: Sent, element: string, reference: Tree): Sent {
  return {
    resource: Object.assign({}, sent.resource, { [element]: reference }),
    tree: { ...sent.tree, [element]: reference },
  };
}

/**
 * A Provenance stands with the child whose resources it is about; one about two children would tell one of the other. Where
 * no person is real it may be, and stands with neither, so that it is found by both.
 */
async function placeOfTargets(targets: unknown, scene: Scene): Promise<Place> {
  const places = new Map<RecordKey, Place>();
  let isHidden = false;
  for (const target of Array.isArray(targets) ? targets : []) {
    const parsed = isTree(target) ? parseReference(target.reference, scene.ports.fhirBase) : undefined;
    if (parsed === undefined || !isRecordType(parsed.type)) continue;
    const place = await placeOfTarget(parsed.type, parsed.id, scene);
    if (place?.kind === "child") places.set(place.record, place);
    isHidden ||= place === undefined;
  }
  const [only, another] = places.values();
  const place = another === undefined ? (only ?? SHARED) : SHARED;
  if (scene.writer.unknownSubjects || (another === undefined && !isHidden)) return place;
  return refuse(
    flawed("rule", {
      code: "business-rule",
      expression: "Provenance.target",
      message: "Expected resources that this client sees, of one child at most.",
    }),
  );
}

export async function placeOfTarget(type: RecordType, id: string, scene: Scene): Promise<Place | undefined> {
  if (type === "Patient") return childPlace(id, scene);
  const { transaction, writer, search, requester, at } = scene;
  const record = await transaction.locate(type, id, writer.idSpace);
  const view = record === undefined ? undefined : await search.reader.view(record, requester, at);
  if (record === undefined || view === undefined) return undefined;
  if (findVisible(view, type, id) === undefined) return undefined;
  return view.patientId === "" ? SHARED : { kind: "child", record, patientId: view.patientId, seenUntil_ms: undefined };
}
