import { canonical } from "#profiles/canonical.ts";
import { SHAPED_ELEMENTS } from "#profiles/generated/summary-elements.ts";
import { CONFIDENTIALITY, UPN } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import type { LabelLists } from "../disclosure/labels/label-list.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Gist, toGist } from "./guard-gist.ts";
import { areBeyondCeiling, isBeyondCeiling } from "./guard-labels.ts";

/** What leaves, and what is said of it beside its bytes. */
export interface Outgoing {
  /** Absent where a resource ended: then no more leaves than whose end it is. */
  readonly bytes: Buffer | undefined;
  readonly type: string;
  readonly id: string;
  /** Empty for a Patient, which is of several. */
  readonly source: string;
  /** Whose record it stands in; empty for a shared record, absent where that is not known. */
  readonly patientId?: string | undefined;
  /** Whether the child is marked as restricted where it is released itself. */
  readonly isRestricted: boolean;
}

export interface GuardFacts {
  readonly agreement: Agreement;
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly lists: LabelLists;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What is wrong with bytes that are about to leave, read anew from them and the agreement; `undefined` where nothing is.
 * Nothing here is shared with what put them together, so that one mistake does not make two.
 */
export function wrongIn(outgoing: Outgoing, facts: GuardFacts): string | undefined {
  return isPlainlyRight(outgoing, facts) ? undefined : wrongInWhole(outgoing, facts);
}

/**
 * The same where the gist of the bytes tells all that counts, as it does of most: only that nothing is wrong is said by it.
 * What is, and whether anything is where more than the gist counts, the whole resource says.
 */
function isPlainlyRight(outgoing: Outgoing, facts: GuardFacts): boolean {
  const { bytes, type, id, isRestricted } = outgoing;
  const countsMore = type === "Patient" || isRestricted || facts.agreement.elements?.[type] !== undefined;
  const gist = bytes === undefined || countsMore ? undefined : toGist(bytes);
  if (gist?.resource.resourceType !== type || gist.resource.id !== id) return false;
  for (const isWrong of OF_GIST) if (isWrong(gist.resource, outgoing, facts)) return false;
  return isWithinCeiling(gist, outgoing, facts);
}

function isWithinCeiling({ resource, codings }: Gist, { source }: Outgoing, facts: GuardFacts): boolean {
  const { agreement, sources, lists } = facts;
  if (agreement.idSpace !== "" || agreement.writes?.source === source) return true;
  return sources.get(source)?.isWritten !== true && !areBeyondCeiling(codings, resource, { agreement, lists });
}

function wrongInWhole(outgoing: Outgoing, facts: GuardFacts): string | undefined {
  const resource =
    outgoing.bytes === undefined ? { resourceType: outgoing.type, id: outgoing.id } : parse(outgoing.bytes);
  if (resource === undefined) return "bytes that are no resource";
  if (resource.resourceType !== outgoing.type || resource.id !== outgoing.id) return "a body of another resource";
  const clauses = outgoing.bytes === undefined ? OF_ENDS : CLAUSES;
  for (const [what, isWrong] of clauses) if (isWrong(resource, outgoing, facts)) return what;
  return undefined;
}

function parse(bytes: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Clause = (resource: Json, outgoing: Outgoing, facts: GuardFacts) => boolean;

type Named = readonly [what: string, isWrong: Clause];

const OF_ENDS: readonly Named[] = [
  ["a source beyond the agreement", isBeyondAgreement],
  ["a Consent to who may not read it", isConsentOfOthers],
];

const CLAUSES: readonly Named[] = [
  ...OF_ENDS,
  ["another source than its row says", isOfAnotherSource],
  ["a body of another child", isOfAnotherChild],
  ["a place of a restricted child", tellsPlace],
  ["an identifier of a system beyond the agreement", tellsIdentifier],
  ["an element beyond the agreement", tellsElement],
  ["a label beyond the agreement", isLabelledBeyond],
];

/** Those that look at nothing but what a gist holds; labels are looked at apart. */
const OF_GIST: readonly Clause[] = [
  isBeyondAgreement,
  isConsentOfOthers,
  isOfAnotherSource,
  isOfAnotherChild,
  tellsIdentifier,
];

const REGISTERED = canonical("source", "");

function sourceIn({ meta }: Json): string | undefined {
  const source = isJson(meta) ? meta.source : undefined;
  return typeof source === "string" && source.startsWith(REGISTERED) ? source.slice(REGISTERED.length) : undefined;
}

/** Class, authority and statute, of the source that the bytes name as well as of the one that the row names. */
function isBeyondAgreement(resource: Json, { type, source }: Outgoing, { agreement, sources }: GuardFacts): boolean {
  if (type === "Patient" || (type === "Provenance" && source === DECISION_SOURCE)) return false;
  const told = sourceIn(resource);
  return isUnreached(source, agreement, sources) || (told !== undefined && isUnreached(told, agreement, sources));
}

function isUnreached(name: string, agreement: Agreement, sources: GuardFacts["sources"]): boolean {
  const facts = sources.get(name);
  if (facts === undefined) return true;
  const isLawful = facts.dataClass !== "education" || name in agreement.statutoryGateways;
  const isReached =
    agreement.dataClasses.indexOf(facts.dataClass) >= 0 && agreement.authorities.indexOf(facts.authority) >= 0;
  return !(isLawful && isReached);
}

/** A client may name in its own resources whom it likes, but no source of ours. */
function isOfAnotherSource(resource: Json, { type, source }: Outgoing): boolean {
  if (type === "Patient" || source === DECISION_SOURCE) return false;
  const told = sourceIn(resource);
  return told !== undefined && told !== source;
}

function isConsentOfOthers(_: Json, { type, source }: Outgoing, { agreement }: GuardFacts): boolean {
  return type === "Consent" && agreement.dataClasses.indexOf("sharing") < 0 && agreement.writes?.source !== source;
}

function isOfAnotherChild(resource: Json, { type, patientId = "" }: Outgoing): boolean {
  const subject = type === "Observation" ? resource.subject : type === "Consent" ? resource.patient : undefined;
  const reference = isJson(subject) ? subject.reference : undefined;
  if (patientId === "" || typeof reference !== "string" || reference === `Patient/${patientId}`) return false;
  const parts = reference.split("/_history/")[0]?.split("/") ?? [];
  return parts.at(-2) === "Patient" && parts.at(-1) !== patientId;
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    "address",
    "telecom",
    "contact",
    "generalPractitioner",
    "managingOrganization",
    "contained",
    "text",
    "photo",
  ],
  Observation: [
    "performer",
    "encounter",
    "device",
    "specimen",
    "focus",
    "basedOn",
    "partOf",
    "contained",
    "text",
    "note",
    "valueString",
  ],
};

/** Where nobody is real a mark takes nothing away. */
function tellsPlace(resource: Json, { type, isRestricted }: Outgoing, { agreement }: GuardFacts): boolean {
  if (agreement.idSpace !== "") return false;
  const isMarked = type === "Patient" ? isMarkedRestricted(resource) : isRestricted;
  return (
    isMarked &&
    (PLACES[type] ?? []).some((element) => resource[element] !== undefined || resource[`_${element}`] !== undefined)
  );
}

/** Whether the bytes of a Patient say that the child is restricted. */
export function isMarkedRestricted({ meta }: Json): boolean {
  const labels = isJson(meta) && Array.isArray(meta.security) ? meta.security : [];
  return labels.some(
    (label) => isJson(label) && label.system === CONFIDENTIALITY && (label.code === "R" || label.code === "V"),
  );
}

/** Of a Patient every identifier, and of whatever it is a pupil number, wherever it stands, but to who wrote it. */
function tellsIdentifier(
  resource: Json,
  { type, source, bytes }: Outgoing,
  { agreement: { identifierSystems, writes } }: GuardFacts,
): boolean {
  if (identifierSystems === "any") return false;
  const isOwn = type !== "Patient" && writes?.source === source;
  if (!isOwn && identifierSystems.indexOf(UPN) < 0 && bytes?.includes(UPN) === true) return true;
  if (type !== "Patient") return false;
  const identifiers = Array.isArray(resource.identifier) ? resource.identifier : [];
  return identifiers.some((one) => isJson(one) && identifierSystems.indexOf(String(one.system)) < 0);
}

function tellsElement(resource: Json, { type }: Outgoing, { agreement }: GuardFacts): boolean {
  const listed = agreement.elements?.[type];
  if (listed === undefined) return false;
  const shaped = SHAPED_ELEMENTS.get(type);
  return Object.keys(resource).some((property) => {
    const name = property.replace(/^_/, "");
    if (name === "resourceType" || name === "id" || name === "meta") return false;
    if (shaped?.mandatory.has(name) === true || shaped?.modifiers.has(name) === true) return false;
    return !listed.some((element) => element === name || shaped?.choices.get(element)?.includes(name) === true);
  });
}

/** A client reads back what it wrote; where nobody is real no label is weighed. */
function isLabelledBeyond(
  resource: Json,
  { type, source }: Outgoing,
  { agreement, sources, lists }: GuardFacts,
): boolean {
  if (type === "Patient" || agreement.idSpace !== "" || agreement.writes?.source === source) return false;
  return isBeyondCeiling(resource, { agreement, lists, isWritten: sources.get(source)?.isWritten === true });
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
