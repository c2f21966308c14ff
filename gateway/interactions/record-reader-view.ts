import type { Provenance, Resource } from "@medplum/fhirtypes";
import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { decideVisibility } from "../disclosure/decide-visibility.ts";
import { beyondCeiling } from "../disclosure/high-water.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { type ResourceFacts, toResourceFacts } from "../disclosure/resource-facts.ts";
import {
  isReleasable,
  type RecordFacts,
  type SourceFacts,
  type Trace,
  type Visibility,
} from "../disclosure/visibility.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Pack, resourceBytes, toPack } from "../search/pack.ts";
import { toTellsPupil } from "./pupil-numbers.ts";
import type { Moment, VisibleRecord } from "./record-reader.ts";
import { labellingOf } from "./record-reader-labels.ts";
import { isKnownBy } from "./record-reader-links.ts";
import { isPeopled, type LoadedRecord, type LoadOptions } from "./record-reader-load.ts";
import { visiblePatient } from "./record-reader-patient.ts";
import { withinScopes } from "./scope-sight.ts";
import type { Wanted } from "./versions.ts";

/** A resource or a version of one, as far as visibility asks. */
export interface Candidate {
  readonly type: string;
  readonly id: string;
  readonly source: string;
  /** Place in the pack of what is current. */
  readonly entry?: number;
  /** Text of what is a version of a history. */
  readonly body?: Buffer | undefined;
  /** Of a Provenance: the local references that it is about. */
  targets(): readonly string[];
  /** Of an Observation: the Observations that it refers to, as `Observation/id`. */
  references(): readonly string[];
  labels(): Labels;
  /** What rules on disclosure look at; read where they look at more than its source. */
  facts(): ResourceFacts;
}

/** Who looks, and when. */
export interface Looking {
  readonly requester: Requester;
  readonly at: Pick<Moment, "now_ms" | "today">;
}

/** What one requester may see of a record now: decided once, asked for each resource and version. */
export interface Sight {
  /** `undefined` for a shared record, which has no child's. */
  readonly visibility: Visibility | undefined;
  readonly patient: Pack;
  sees(candidate: Candidate): boolean;
  readonly rules: readonly string[];
  /** First instant at which the answer may be another though nothing was written. Milliseconds since 1970. */
  readonly changesAt_ms: number;
}

const NO_PACK = toPack([], "");
const NO_TELLERS: ReadonlySet<string> = new Set();
/** A Provenance of a Provenance of a Provenance, a finding made from findings: nobody follows further. */
const DEPTH_max = 4;

/** `undefined` when the record does not exist for this requester. */
export function toSight(...asked: Parameters<typeof decideSight>): Sight | undefined {
  const [record, { requester }, options] = asked;
  const sight = decideSight(...asked);
  return sight && withinScopes(sight, record, { requester, options });
}

function decideSight(
  record: LoadedRecord,
  looking: Looking & { readonly facts?: RecordFacts; readonly trace?: Trace },
  options: LoadOptions,
): Sight | undefined {
  const { requester, at, facts = record.facts, trace } = looking;
  const { agreement } = requester;
  if (record.idSpace !== agreement.idSpace || agreement.until < at.today) return undefined;
  if (record.kind !== "child") return sharedSight(record, requester, options);
  const visibility = decideVisibility(facts, requester, at, trace);
  if (!visibility) return undefined;
  const { ownSource } = visibility;
  const patient = visiblePatient(record, visibility, { requester, at, options });
  const seesDecisions = agreement.dataClasses.includes("sharing");
  const tellsPupil = toTellsPupil(record, agreement);
  const sees = (candidate: Candidate, depth = 0): boolean => {
    const { type, source, targets } = candidate;
    // A family's decision is read by its officers and by who told of it; others meet its effect.
    if (type === "Consent" && source === ownSource) return true;
    if (type === "Consent" && !seesDecisions) return false;
    if (source === DECISION_SOURCE) return type === "Provenance" && seesDecided(candidate, depth);
    if (!visibility.releases(candidate, trace) || tellsPupil?.(candidate)) return false;
    if (type === "Observation") return seesReferences(candidate, depth);
    if (type !== "Provenance") return true;
    // Of a restricted child, agent and location of a Provenance would name a place.
    if (depth > DEPTH_max || (record.isRestricted && !seesDecisions)) return false;
    return targets().every((target) => seesTarget(target, depth));
  };
  // What refers to a withheld finding would tell that there is one, and what is made from it what it says.
  const seesReferences = (candidate: Candidate, depth: number): boolean =>
    candidate.references().every((name) => {
      const entry = entryOf(record, name);
      return entry === undefined || depth > DEPTH_max || sees(toCandidate(record, entry, options), depth + 1);
    });
  const seesTarget = (target: string, depth: number): boolean => {
    if (target === `Patient/${record.patientId}`) return patient.size > 0 || !isPeopled(record.idSpace);
    const entry = entryOf(record, target);
    if (entry !== undefined) return sees(toCandidate(record, entry, options), depth + 1);
    // What is held no more may be another child's, and nobody knows how it was labelled, nor in which way sensitive.
    const [type = ""] = target.split("/");
    return !ABOUT_PEOPLE.has(type) || !isPeopled(record.idSpace);
  };
  // Of a decision that was undone the targets are another child's by now.
  const seesDecided = (teller: Candidate, depth: number): boolean =>
    depth <= DEPTH_max &&
    (!record.isRestricted || seesDecisions) &&
    teller.targets().every((target) => {
      const isKnown = target.startsWith("Patient/") || entryOf(record, target) !== undefined;
      return isKnown && seesTarget(target, depth);
    });
  return { visibility, patient, sees, rules: visibility.rules, changesAt_ms: visibility.changesAt_ms };
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
  const tellsPupil = toTellsPupil(record, agreement);
  return {
    visibility: undefined,
    patient: NO_PACK,
    sees(candidate) {
      const { type, source, targets, labels } = candidate;
      const facts: SourceFacts | undefined = sources.get(source);
      if (facts === undefined || !isReleasable(facts, requester) || tellsPupil?.(candidate)) return false;
      const isLabelled = isPeopled(record.idSpace) && source !== agreement.writes?.source;
      if (isLabelled && beyondCeiling(labels(), agreement) !== undefined) return false;
      if (!ABOUT_PEOPLE.has(type)) return true;
      if (!seesPeople) return false;
      if (type === "Consent") return seesDecisions || agreement.writes?.source === source;
      if (type !== "Provenance" || !isPeopled(record.idSpace)) return true;
      return targets().every((target) => !ABOUT_PEOPLE.has(target.split("/")[0] ?? ""));
    },
    rules: [`agreement/${agreement.id}/${agreement.version}`],
    changesAt_ms: Number.POSITIVE_INFINITY,
  };
}

/** Whether none of what is wanted can be seen in any version, as far as the record without its history tells. */
export function isHidden(
  record: LoadedRecord,
  looking: Looking,
  { options, wanted }: { readonly options: LoadOptions; readonly wanted: Wanted },
): boolean {
  // A source may have told of a record before that tells nothing of it now.
  const facts = { ...record.facts, sources: [...options.sources.values()] };
  if (record.kind === "child" && !decideVisibility(facts, looking.requester, looking.at)) return true;
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
  looking: Looking & { readonly options: LoadOptions },
): VisibleRecord | undefined {
  const { options } = looking;
  const sight = toSight(into, looking, options);
  if (!sight?.visibility || sight.patient.size === 0) return undefined;
  if (!isKnownBy(record.merged?.sources ?? [], sight.visibility)) return undefined;
  const { patientId } = record;
  const patient = visiblePatient(record, sight.visibility, { ...looking, replacedBy: into.patientId });
  return {
    key: record.key,
    patientId,
    patient,
    pack: NO_PACK,
    isVisible: () => false,
    rules: sight.rules,
    until_ms: sight.changesAt_ms,
    isMerged: true,
  };
}

export function toView(record: LoadedRecord, sight: Sight, options: LoadOptions): VisibleRecord {
  const { pack } = record;
  return {
    key: record.key,
    patientId: record.patientId,
    patient: sight.patient,
    pack,
    isVisible: toIsVisible(record, sight, options),
    rules: sight.rules,
    until_ms: sight.changesAt_ms,
    ...(sight.visibility && { tellers: record.isRestricted ? NO_TELLERS : sight.visibility.sources }),
    ...(record.isRestricted && { isRestricted: true }),
    ...(sight.visibility?.override && { override: sight.visibility.override }),
    labelsOf: record.labelsOf,
    lists: labellingOf(options).lists,
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

/** A current resource of the record; what has to be read in its bytes is read once. */
export function toCandidate(record: LoadedRecord, entry: number, options: LoadOptions): Candidate {
  const { pack } = record;
  const source = pack.sources[entry] ?? "";
  const labels = (): Labels => record.labelsOf(entry);
  return {
    type: pack.types[entry] ?? "",
    id: pack.ids[entry] ?? "",
    source,
    entry,
    labels,
    targets: () => once(record.targets, entry, () => targetsOf(resourceBytes(pack, entry), options.fhirBase)),
    references: () => once(record.references, entry, () => observationsIn(resourceBytes(pack, entry))),
    facts: () =>
      once(record.resourceFacts, entry, () => factsIn({ source, body: resourceBytes(pack, entry), labels }, options)),
  };
}

/** What rules on disclosure look at in the text of a resource. */
export function factsIn(
  { source, body, labels }: { readonly source: string; readonly body: Buffer; labels(): Labels },
  { sources }: LoadOptions,
): ResourceFacts {
  const resource: Resource = JSON.parse(body.toString());
  return toResourceFacts(resource, { dataClass: sources.get(source)?.dataClass, labels: labels() });
}

function once<T>(known: Map<number, T>, entry: number, read: () => T): T {
  const held = known.get(entry) ?? read();
  known.set(entry, held);
  return held;
}

const TO_OBSERVATION = /"reference":"(?:[^"]*\/)?(Observation\/[A-Za-z0-9\-.]{1,64})/g;
const NO_REFERENCES: readonly string[] = [];

/** The Observations that a text refers to, as `Observation/id`. */
export function observationsIn(body: Buffer): readonly string[] {
  if (!body.includes("Observation/")) return NO_REFERENCES;
  return Array.from(body.toString("latin1").matchAll(TO_OBSERVATION), ([, name = ""]) => name);
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
