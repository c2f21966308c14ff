import type { RecordType } from "#profiles/interactions.ts";
import { hasScope } from "../../access/scope.ts";
import type { Issue } from "../../outcome/issue.ts";
import { resourceBytes } from "../../search/pack.ts";
import type { ReleasedEntry } from "../search-request.ts";
import { type Sent, withStamp } from "./content.ts";
import { type Criteria, findOne, idOf } from "./criteria.ts";
import { findHeld, type Held } from "./held.ts";
import type { Patching } from "./patching.ts";
import type { Scene, Written } from "./ports.ts";
import { isMet, type VersionCondition } from "./precondition.ts";
import { put } from "./put.ts";
import { flawed, refuse } from "./refusal.ts";
import { forgetName, wordsOf } from "./whose.ts";

/** Which resource is meant: by its id, or by what finds it. */
export type Target = { readonly id: string } | { readonly criteria: Criteria };

export interface Conditions {
  readonly ifMatch?: VersionCondition | undefined;
  readonly ifNoneMatch?: VersionCondition | undefined;
}

/** https://hl7.org/fhir/R4/http.html#create; with criteria https://hl7.org/fhir/R4/http.html#ccreate */
export async function create(
  type: RecordType,
  told: {
    readonly sent: Sent;
    readonly ifNoneExist?: Criteria | undefined;
    readonly id?: string | undefined;
    /** Whether the id was drawn for it; so it is where none is given. */
    readonly isDrawn?: boolean;
  },
  scene: Scene,
): Promise<Written> {
  const found = told.ifNoneExist && (await findOne(told.ifNoneExist, scene));
  if (found) return toFound(type, found);
  const { id = scene.ports.ids(), sent } = told;
  return put({ type, id, sent, isDrawn: told.isDrawn ?? told.id === undefined }, scene);
}

export function toFound(type: RecordType, found: ReleasedEntry): Written {
  const { view, pack, entry } = found;
  return {
    outcome: "found",
    type,
    id: idOf(found),
    version: pack.versions[entry] ?? "",
    lastUpdated_ms: pack.lastUpdated_ms[entry] ?? 0,
    body: resourceBytes(pack, entry),
    patientId: view.patientId,
  };
}

/** https://hl7.org/fhir/R4/http.html#update; with criteria https://hl7.org/fhir/R4/http.html#cond-update */
export async function update(
  type: RecordType,
  told: {
    readonly target: Target;
    readonly sent: Sent;
    readonly conditions: Conditions;
    /** Within a transaction the id that references lead to, whether it is new or was found. */
    readonly settledId?: string;
  },
  scene: Scene,
): Promise<Written> {
  const { target, sent, conditions, settledId } = told;
  if ("id" in target) return updateById(type, { id: target.id, sent, conditions }, scene);
  const found = await findOne(target.criteria, scene);
  const { id } = sent.resource;
  if (found === undefined) {
    if (id !== undefined) return updateAsCreate(type, { id, sent, conditions }, scene);
    if (conditions.ifMatch !== undefined) return refuse({ kind: "version-conflict", type });
    requireScope(type, "c", scene);
    return create(type, { sent, id: settledId }, scene);
  }
  if (settledId !== undefined && settledId !== idOf(found)) return refuse(overlapping(type));
  if (id !== undefined && id !== idOf(found)) {
    const message = "Expected no id, or the id of the one resource that the criteria find.";
    return refuse(flawed("base", { code: "value", expression: `${type}.id`, message }));
  }
  return updateById(type, { id: idOf(found), sent, conditions }, scene);
}

async function updateById(
  type: RecordType,
  told: { readonly id: string; readonly sent: Sent; readonly conditions: Conditions },
  scene: Scene,
): Promise<Written> {
  const { id, sent, conditions } = told;
  const held = await findHeld(type, id, scene);
  // To one who may not choose ids an id without a resource is refused first: what is hidden has no version to compare.
  if (held === undefined) {
    const isTaken = (await scene.transaction.locate(type, id, scene.writer.idSpace)) !== undefined;
    if (isTaken || !scene.writer.updateCreate) return refuse({ kind: "client-id-refused", type });
    requireScope(type, "c", scene);
  }
  checkConditions(type, held, conditions);
  if (held !== undefined && !held.isOwn) return refuse({ kind: "not-own", type });
  return put({ type, id, sent, held }, scene);
}

/** Criteria that find nothing do not mean what stands under the id of the body: that was not to be found by them. */
async function updateAsCreate(
  type: RecordType,
  told: { readonly id: string; readonly sent: Sent; readonly conditions: Conditions },
  scene: Scene,
): Promise<Written> {
  if (!scene.writer.updateCreate) return refuse({ kind: "client-id-refused", type });
  const held = await findHeld(type, told.id, scene);
  if (held?.state !== "current") return updateById(type, told, scene);
  const message = "Expected the id of what the criteria find, or a new one: they find nothing, and this id is taken.";
  return refuse(flawed("base", { code: "duplicate", expression: `${type}.id`, message }));
}

function checkConditions(type: RecordType, held: Held | undefined, { ifMatch, ifNoneMatch }: Conditions): void {
  const version = held?.state === "current" ? held.version : undefined;
  if (!isMet(ifMatch, version)) refuse({ kind: "version-conflict", type });
  if (ifNoneMatch !== undefined && isMet(ifNoneMatch, version)) refuse({ kind: "already-there", type });
}

/** https://hl7.org/fhir/R4/http.html#patch */
export async function patch(
  type: RecordType,
  told: { readonly target: Target; readonly patching: Patching; readonly conditions: Conditions },
  scene: Scene,
): Promise<Written> {
  const { target, patching, conditions } = told;
  const id = "id" in target ? target.id : await foundId(target.criteria, scene);
  const held = id === undefined ? undefined : await findHeld(type, id, scene);
  if (id === undefined || held === undefined) return refuse({ kind: "not-found", type });
  if (held.state === "deleted") return refuse({ kind: "gone", type });
  checkConditions(type, held, conditions);
  if (!held.isOwn) return refuse({ kind: "not-own", type });
  const text = await toldText(type, { id, held }, scene);
  if (text === undefined) return refuse({ kind: "not-own", type });
  return put({ type, id, sent: patching(text), held }, scene);
}

type Current = Extract<Held, { state: "current" }>;

/** What the writer itself told, as it is stored: what is released may be less of it, or more by other sources. */
async function toldText(
  type: RecordType,
  { id, held }: { readonly id: string; readonly held: Current },
  scene: Scene,
): Promise<string | undefined> {
  if (type === "Patient") {
    const [told] = await wordsOf(held.record, id, scene);
    return told && withStamp(told.body, { ...held, id });
  }
  const stored = await scene.transaction.record(held.record);
  return stored?.resources.find((resource) => resource.type === type && resource.id === id)?.body.toString();
}

/**
 * https://hl7.org/fhir/R4/http.html#delete. What is not there, what is hidden and what has ended answer alike: there is
 * nothing to delete.
 */
export async function remove(
  type: RecordType,
  { target, conditions }: { readonly target: Target; readonly conditions: Conditions },
  scene: Scene,
): Promise<Written> {
  const id = "id" in target ? target.id : await foundId(target.criteria, scene);
  const held = id === undefined ? undefined : await findHeld(type, id, scene);
  checkConditions(type, held, conditions);
  const absent = { outcome: "absent", type, id: id ?? "", version: "", lastUpdated_ms: 0, body: NOTHING } as const;
  if (id === undefined || held === undefined || held.state === "deleted") return { ...absent, patientId: "" };
  if (!held.isOwn) return refuse({ kind: "not-own", type });
  const { transaction, writer, now_ms } = scene;
  const words = type === "Patient" ? await wordsOf(held.record, id, scene) : [];
  // Others tell of the child still; the writer itself has nothing left to take back.
  if (type === "Patient" && words.length === 0) return { ...absent, patientId: held.patientId };
  for (const { localId } of words) {
    await transaction.removeContribution(held.record, writer.source, localId, now_ms);
    await forgetName(localId, scene);
  }
  if (type !== "Patient") await transaction.remove(type, id, writer.idSpace, now_ms);
  const mark = type === "Patient" ? undefined : await transaction.current(type, id, writer.idSpace);
  const version = mark === undefined ? "" : String(mark.version);
  return { outcome: "deleted", type, id, version, lastUpdated_ms: now_ms, body: NOTHING, patientId: held.patientId };
}

const NOTHING = Buffer.alloc(0);

async function foundId(criteria: Criteria, scene: Scene): Promise<string | undefined> {
  const found = await findOne(criteria, scene);
  return found && idOf(found);
}

/** What comes into being by an update is created all the same. */
function requireScope(type: RecordType, letter: "c", { requester }: Scene): void {
  if (!hasScope(requester.scopes, type, letter)) {
    refuse({ kind: "insufficient-scope", needed: `system/${type}.${letter}` });
  }
}

/** Two entries of a transaction about one resource: which of them holds would depend on their order. */
export function overlapping(type: RecordType): Issue {
  const message = "Another entry of the transaction is about the same resource.";
  return flawed("base", { code: "duplicate", expression: type, message });
}
