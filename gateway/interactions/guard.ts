import type { Reference, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { Agreement, Requester } from "../access/requester.ts";
import type { LabelLists } from "../disclosure/labels/label-list.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import { isMarkedRestricted, wrongIn } from "./guard-body.ts";
import type { VisibleRecord } from "./record-reader.ts";

/**
 * The second look. Visibility is decided from columns beside the bytes; these checks read the bytes themselves and the
 * agreement anew, so that a mistake in one of the two cannot release what it should not.
 */

/** Thrown when bytes are not what the store says they are; the answer becomes a bare 500. */
export class GuardError extends Error {
  constructor(what: string) {
    super(`the release guard stopped an answer: ${what}`);
    this.name = "GuardError";
  }
}

/** What the store says of a body. */
interface Labelled {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  readonly body: Buffer;
}

export interface GuardedRecord {
  /** Empty for a shared record. */
  readonly patientId: string;
  /** Whether the source is a client, who names in `meta.source` whom it likes, and a subject in any way R4 knows. */
  readonly isWritten: boolean | undefined;
}

/**
 * Checked once, when a body is read from the store: it is the resource that its row says. What was mapped here names
 * its source and this record's child; what a client wrote names no other child.
 */
export function guardBody({ type, id, source, body }: Labelled, { patientId, isWritten }: GuardedRecord): void {
  const opening = `{"resourceType":"${type}","id":"${id}"`;
  if (body.toString("latin1", 0, opening.length) !== opening && !isOf(body, type, id)) {
    throw new GuardError("a body of another resource");
  }
  if (!isWritten && !body.includes(`"source":"${canonical("source", source)}"`)) {
    throw new GuardError("a body of another source");
  }
  // A Provenance has targets and no subject: it is seen where all of them are.
  if (patientId === "" || type === "Provenance" || body.includes(`"Patient/${patientId}"`)) return;
  if (!isWritten || namesAnother(body, patientId)) throw new GuardError("a body of another child");
}

function isOf(body: Buffer, type: string, id: string): boolean {
  const resource: Resource = JSON.parse(body.toString());
  return resource.resourceType === type && resource.id === id;
}

const PATIENT_REFERENCE = /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function namesAnother(body: Buffer, patientId: string): boolean {
  const resource: Resource = JSON.parse(body.toString());
  const [, named] = PATIENT_REFERENCE.exec(subjectOf(resource)?.reference ?? "") ?? [];
  return named !== undefined && named !== patientId;
}

function subjectOf(resource: Resource): Reference | undefined {
  if (resource.resourceType === "Observation") return resource.subject;
  return resource.resourceType === "Consent" ? resource.patient : undefined;
}

/** What leaves the gateway, with what is known of it beside its bytes. */
export interface Leaving {
  readonly type: string;
  readonly id: string;
  /** Empty for a Patient, which is of several. */
  readonly source: string;
  /** Absent where a resource ended. */
  readonly body: Buffer | undefined;
  readonly patientId?: string;
}

/** An entry of a pack that leaves, and the visible record that it is from, where that is known. */
export interface Releasing {
  readonly pack: Pack;
  readonly entry: number;
  readonly view?: Pick<VisibleRecord, "patientId" | "identity" | "lists">;
}

/** Entries that were looked at, by the agreement under which they leave: the bytes of a pack never change. */
const passed = new WeakMap<Pack, WeakMap<Agreement, Uint8Array>>();

/** Checked for every answer of entries of packs: once for each and each agreement, then looked up; see `wrongIn`. */
export function guardRelease(
  released: readonly Releasing[],
  { agreement }: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): void {
  let last: { readonly pack: Pack; readonly marks: Uint8Array } | undefined;
  for (const { pack, entry, view } of released) {
    if (last?.pack !== pack) last = { pack, marks: marksOf(pack, agreement) };
    const { marks } = last;
    if (marks[entry] === 1) continue;
    const wrong = wrongIn(
      {
        bytes: resourceBytes(pack, entry),
        type: pack.types[entry] ?? "",
        id: pack.ids[entry] ?? "",
        source: pack.sources[entry] ?? "",
        patientId: view?.patientId,
        isRestricted: view !== undefined && saysRestricted(view.identity),
      },
      { agreement, sources, lists: view?.lists ?? LABEL_LISTS },
    );
    if (wrong !== undefined) throw new GuardError(wrong);
    marks[entry] = 1;
  }
}

function marksOf(pack: Pack, agreement: Agreement): Uint8Array {
  const known = passed.get(pack)?.get(agreement);
  if (known !== undefined) return known;
  const byAgreement = passed.get(pack) ?? new WeakMap<Agreement, Uint8Array>();
  passed.set(pack, byAgreement);
  const marks = new Uint8Array(pack.size);
  byAgreement.set(agreement, marks);
  return marks;
}

const restricted = new WeakMap<Pack, boolean>();

function saysRestricted(identity: Pack): boolean {
  const known =
    restricted.get(identity) ??
    (identity.size > 0 && isMarkedRestricted(JSON.parse(resourceBytes(identity, 0).toString())));
  restricted.set(identity, known);
  return known;
}

/** The same for versions of a history, which are read seldom and kept nowhere. */
export function guardLeaving(
  leaving: readonly Leaving[],
  { agreement }: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
  lists: LabelLists = LABEL_LISTS,
): void {
  const marked = new Set(
    leaving.flatMap(({ type, body, patientId = "" }) =>
      type === "Patient" && body && isMarkedRestricted(JSON.parse(body.toString())) ? [patientId] : [],
    ),
  );
  for (const { type, id, source, body, patientId } of leaving) {
    const isRestricted = patientId !== undefined && marked.has(patientId);
    const outgoing = { bytes: body, type, id, source, patientId, isRestricted };
    const wrong = wrongIn(outgoing, { agreement, sources, lists });
    if (wrong !== undefined) throw new GuardError(wrong);
  }
}

export function mayShow(system: string, systems: Requester["agreement"]["identifierSystems"]): boolean {
  return systems === "any" || systems.includes(system);
}
