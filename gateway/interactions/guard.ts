import type { Reference, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { isReleasable, type SourceFacts } from "../disclosure/visibility.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";

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

interface GuardedRecord {
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
  readonly type: string | undefined;
  /** Empty for a Patient, which is of several. */
  readonly source: string | undefined;
  /** Absent where a resource ended. */
  readonly body: Buffer | undefined;
}

/** Checked for every answer of entries of packs; see `guardLeaving`. */
export function guardRelease(
  released: readonly { readonly pack: Pack; readonly entry: number }[],
  requester: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): void {
  for (const { pack, entry } of released) {
    const type = pack.types[entry];
    if (type === "Patient") guardPatient(resourceBytes(pack, entry), requester);
    else guardSource(type, pack.sources[entry], { requester, sources });
  }
}

/** Each comes from a source that the agreement reaches, no Patient shows a UPN unasked. */
export function guardLeaving(
  leaving: readonly Leaving[],
  requester: Requester,
  sources: ReadonlyMap<string, SourceFacts>,
): void {
  for (const { type, source, body } of leaving) {
    if (type === "Patient") guardPatient(body, requester);
    else guardSource(type, source, { requester, sources });
  }
}

function guardPatient(body: Buffer | undefined, { agreement: { identifierSystems } }: Requester): void {
  if (mayShow(UPN, identifierSystems)) return;
  if (body?.includes(UPN)) throw new GuardError("a UPN in a Patient");
}

export function mayShow(system: string, systems: Requester["agreement"]["identifierSystems"]): boolean {
  return systems === "any" || systems.includes(system);
}

function guardSource(
  type: string | undefined,
  source: string | undefined,
  { requester, sources }: { readonly requester: Requester; readonly sources: ReadonlyMap<string, SourceFacts> },
): void {
  const { agreement } = requester;
  // What a decision on identity says of itself; where it shows is decided by its targets.
  if (source === DECISION_SOURCE && type === "Provenance") return;
  const facts = sources.get(source ?? "");
  const mayBeRead =
    type !== "Consent" || agreement.dataClasses.includes("sharing") || agreement.writes?.source === source;
  const isReached = facts !== undefined && mayBeRead && isReleasable(facts, requester);
  if (!isReached) throw new GuardError("an entry beyond the agreement");
}
