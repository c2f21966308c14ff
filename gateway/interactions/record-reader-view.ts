import type { Provenance } from "@medplum/fhirtypes";
import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import {
  decideVisibility,
  isReleasable,
  type RecordFacts,
  type SourceFacts,
  type Visibility,
} from "../disclosure/visibility.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Pack, resourceBytes, toPack } from "../search/pack.ts";
import type { VisibleRecord } from "./record-reader.ts";
import { isKnownBy } from "./record-reader-links.ts";
import { isPeopled, type LoadedRecord, type LoadOptions } from "./record-reader-load.ts";
import { visiblePatient } from "./record-reader-patient.ts";
import type { Wanted } from "./versions.ts";

/** A resource or a version of one, as far as visibility asks. */
export interface Candidate {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  /** Of a Provenance: the local references that it is about. */
  targets(): readonly string[];
}

/** What one requester may see of a record today: decided once, asked for each resource and version. */
export interface Sight {
  /** `undefined` for a shared record, which has no child's. */
  readonly visibility: Visibility | undefined;
  readonly patient: Pack;
  sees(candidate: Candidate): boolean;
  readonly rules: readonly string[];
}

const NO_PACK = toPack([], "");
const NO_TELLERS: ReadonlySet<string> = new Set();
/** A Provenance of a Provenance of a Provenance: nobody follows further. */
const PROVENANCE_DEPTH_max = 4;

/** `undefined` when the record does not exist for this requester. */
export function toSight(
  record: LoadedRecord,
  looking: { readonly requester: Requester; readonly today: string; readonly facts?: RecordFacts },
  options: LoadOptions,
): Sight | undefined {
  const { requester, today, facts = record.facts } = looking;
  const { agreement } = requester;
  if (record.idSpace !== agreement.idSpace || agreement.until < today) return undefined;
  if (record.kind !== "child") return sharedSight(record, requester, options);
  const visibility = decideVisibility(facts, requester, today);
  if (!visibility) return undefined;
  const { sources, withheldIds, ownSource } = visibility;
  const patient = visiblePatient(record, visibility, { requester, options });
  const seesDecisions = agreement.dataClasses.includes("sharing");
  const sees = ({ type, id, source, targets }: Candidate, depth = 0): boolean => {
    // A family's decision is read by its officers and by who told of it; others meet its effect.
    if (type === "Consent") return source === ownSource || (seesDecisions && sources.has(source));
    if (source === DECISION_SOURCE) return type === "Provenance" && seesDecided(targets(), depth);
    if (!sources.has(source) || withheldIds.has(id)) return false;
    if (type !== "Provenance") return true;
    // Of a restricted child, agent and location of a Provenance would name a place.
    if (depth > PROVENANCE_DEPTH_max || (record.isRestricted && !seesDecisions)) return false;
    const isWritten = options.sources.get(source)?.isWritten === true;
    return targets().every((target) => seesTarget(target, isWritten, depth));
  };
  const seesTarget = (target: string, isWritten: boolean, depth: number): boolean => {
    if (target === `Patient/${record.patientId}`) return patient.size > 0 || !isPeopled(record.idSpace);
    const entry = entryOf(record, target);
    if (entry !== undefined) return sees(toCandidate(record, entry, options), depth + 1);
    const [type = "", id = ""] = target.split("/");
    if (!ABOUT_PEOPLE.has(type) || !isPeopled(record.idSpace)) return true;
    // What a mapped record made and no longer makes was told by the source that is seen here; what a client names may
    // be another child's, or what somebody else told and took back.
    return !isWritten && type !== "Patient" && !withheldIds.has(id) && (type !== "Consent" || seesDecisions);
  };
  // Of a decision that was undone the targets are another child's by now.
  const seesDecided = (targets: readonly string[], depth: number): boolean =>
    depth <= PROVENANCE_DEPTH_max &&
    (!record.isRestricted || seesDecisions) &&
    targets.every((target) => {
      const isKnown = target.startsWith("Patient/") || entryOf(record, target) !== undefined;
      return isKnown && seesTarget(target, true, depth);
    });
  return { visibility, patient, sees, rules: visibility.rules };
}

/** Types that tell of a person. */
const ABOUT_PEOPLE: ReadonlySet<string> = new Set<RecordType>(["Patient", "Observation", "Consent", "Provenance"]);

/**
 * An Organization is seen by whom its source may reach: a school that only education data tell of is education data.
 * What is about a person whom nobody holds is for those alone who see a whole authority.
 */
function sharedSight(record: LoadedRecord, requester: Requester, { sources }: LoadOptions): Sight {
  const { agreement } = requester;
  const seesPeople = agreement.relationship === "authority";
  const seesDecisions = agreement.dataClasses.includes("sharing");
  return {
    visibility: undefined,
    patient: NO_PACK,
    sees({ type, source, targets }) {
      const facts: SourceFacts | undefined = sources.get(source);
      if (facts === undefined || !isReleasable(facts, requester)) return false;
      if (!ABOUT_PEOPLE.has(type)) return true;
      if (!seesPeople) return false;
      if (type === "Consent") return seesDecisions || agreement.writes?.source === source;
      if (type !== "Provenance" || !isPeopled(record.idSpace)) return true;
      return targets().every((target) => !ABOUT_PEOPLE.has(target.split("/")[0] ?? ""));
    },
    rules: [`agreement/${agreement.id}/${agreement.version}`],
  };
}

/** Whether none of what is wanted can be seen in any version, as far as the record without its history tells. */
export function isHidden(
  record: LoadedRecord,
  looking: { readonly requester: Requester; readonly today: string },
  { options, wanted }: { readonly options: LoadOptions; readonly wanted: Wanted },
): boolean {
  // A source may have told of a record before that tells nothing of it now.
  const facts = { ...record.facts, sources: [...options.sources.values()] };
  if (record.kind === "child" && !decideVisibility(facts, looking.requester, looking.today)) return true;
  const { pack } = record;
  const { types, id } = wanted;
  const entry = id === undefined ? -1 : pack.ids.indexOf(id);
  const type = pack.types[entry];
  // Where its text of now is hidden, all of it is.
  if (type === undefined || !isRecordType(type) || types?.length !== 1 || types[0] !== type) return false;
  return !toSight(record, looking, options)?.sees(toCandidate(record, entry, options));
}

/** A child that is merged into another, as whoever sees that one sees it: no more than that it is that one. */
export function toMergedView(
  record: LoadedRecord,
  into: LoadedRecord,
  looking: { readonly requester: Requester; readonly today: string; readonly options: LoadOptions },
): VisibleRecord | undefined {
  const { requester, options } = looking;
  const sight = toSight(into, looking, options);
  if (!sight?.visibility || sight.patient.size === 0) return undefined;
  if (!isKnownBy(record.merged?.sources ?? [], sight.visibility)) return undefined;
  const { patientId } = record;
  const patient = visiblePatient(record, sight.visibility, { requester, options, replacedBy: into.patientId });
  return {
    key: record.key,
    patientId,
    patient,
    pack: NO_PACK,
    isVisible: () => false,
    rules: sight.rules,
    isMerged: true,
  };
}

export function toView(
  record: LoadedRecord,
  looking: { readonly requester: Requester; readonly today: string },
  options: LoadOptions,
): VisibleRecord | undefined {
  const sight = toSight(record, looking, options);
  if (!sight) return undefined;
  const { pack } = record;
  return {
    key: record.key,
    patientId: record.patientId,
    patient: sight.patient,
    pack,
    isVisible: toIsVisible(record, sight, options),
    rules: sight.rules,
    ...(sight.visibility && { tellers: record.isRestricted ? NO_TELLERS : sight.visibility.sources }),
  };
}

const UNDECIDED = 0;
const SEEN = 1;
const UNSEEN = 2;

/** Decided once an entry, when it is first asked for. */
function toIsVisible(record: LoadedRecord, sight: Sight, options: LoadOptions): VisibleRecord["isVisible"] {
  const decided = new Uint8Array(record.pack.size);
  return (entry) => {
    if (decided[entry] === UNDECIDED) {
      decided[entry] = sight.sees(toCandidate(record, entry, options)) ? SEEN : UNSEEN;
    }
    return decided[entry] === SEEN;
  };
}

/** A current resource of the record; what a Provenance is about is read once. */
export function toCandidate({ pack, targets }: LoadedRecord, entry: number, { fhirBase }: LoadOptions): Candidate {
  return {
    type: pack.types[entry] ?? "",
    id: pack.ids[entry] ?? "",
    source: pack.sources[entry] ?? "",
    targets() {
      const known = targets.get(entry) ?? targetsOf(resourceBytes(pack, entry), fhirBase);
      targets.set(entry, known);
      return known;
    },
  };
}

/** The resources of this gateway that a Provenance is about, as `Type/id`. */
export function targetsOf(body: Buffer, fhirBase: string): readonly string[] {
  const provenance: Provenance = JSON.parse(body.toString());
  return (provenance.target ?? []).flatMap(({ reference = "" }) => {
    const local = reference.startsWith(`${fhirBase}/`) ? reference.slice(fhirBase.length + 1) : reference;
    const [, named] = /^([A-Z][A-Za-z]*\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/.exec(local) ?? [];
    return named ?? [];
  });
}

/** Where a resource stands in the record's pack. */
function entryOf({ pack, entries }: LoadedRecord, name: string): number | undefined {
  if (entries.size === 0)
    for (const [entry, id] of pack.ids.entries()) entries.set(`${pack.types[entry]}/${id}`, entry);
  return entries.get(name);
}
