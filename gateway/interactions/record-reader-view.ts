import type { Resource } from "@medplum/fhirtypes";
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
import { type Pack, toPack } from "../search/pack.ts";
import { toTellsPupil } from "./pupil-numbers.ts";
import type { Moment, VisibleRecord } from "./record-reader.ts";
import { type Candidate, Current } from "./record-reader-candidate.ts";
import { visibleIdentity } from "./record-reader-identity.ts";
import { labellingOf } from "./record-reader-labels.ts";
import { isKnownBy } from "./record-reader-links.ts";
import { isPeopled, type LoadedRecord, type LoadOptions } from "./record-reader-load.ts";
import { visiblePatient } from "./record-reader-patient.ts";
import { withinScopes } from "./scope-sight.ts";
import type { Wanted } from "./versions.ts";

/** Who looks, and when. */
export interface Looking {
  readonly requester: Requester;
  readonly at: Pick<Moment, "now_ms" | "today">;
}

/** What one requester may see of a record now: decided once, asked for each resource and version. */
export interface Sight {
  /** `undefined` for a shared record, which has no child's. */
  readonly visibility: Visibility | undefined;
  /** Folded when it is first asked for: whoever goes through many children shows few. */
  readonly patient: Pack;
  /** No more of it than most questions ask. */
  readonly identity: Pack;
  sees(candidate: Candidate): boolean;
  readonly rules: readonly string[];
  /** First instant at which the answer may be another though nothing was written. Milliseconds since 1970. */
  readonly changesAt_ms: number;
}

const NO_PACK = toPack([], "");
const NO_TELLERS: ReadonlySet<string> = new Set();
const UNDECIDED = 0;
const SEEN = 1;
const UNSEEN = 2;
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
  let patient: Pack | undefined;
  const toPatient = (): Pack => {
    patient ??= visiblePatient(record, visibility, { requester, at, options });
    return patient;
  };
  let identity: Pack | undefined;
  const seesDecisions = agreement.dataClasses.includes("sharing");
  const { isReleased, isAnyWithheld } = toReleases(record, visibility, { ...looking, options });
  const sees = (candidate: Candidate, depth = 0): boolean => {
    const { type, source } = candidate;
    // A family's decision is read by its officers and by who told of it; others meet its effect.
    if (type === "Consent" && source === ownSource) return true;
    if (type === "Consent" && !seesDecisions) return false;
    if (source === DECISION_SOURCE) return type === "Provenance" && seesDecided(candidate, depth);
    if (!isReleased(candidate)) return false;
    if (type === "Observation") return !candidate.refers() || !isAnyWithheld() || seesReferences(candidate, depth);
    if (type !== "Provenance") return true;
    // Of a restricted child, agent and location of a Provenance would name a place.
    if (depth > DEPTH_max || (record.isRestricted && !seesDecisions)) return false;
    return candidate.targets().every((target) => seesTarget(target, depth));
  };
  // What refers to a withheld finding would tell that there is one, and what is made from it what it says.
  const seesReferences = (candidate: Candidate, depth: number): boolean =>
    candidate.references().every((name) => {
      const entry = entryOf(record, name);
      return entry === undefined || depth > DEPTH_max || sees(new Current(record, entry, options), depth + 1);
    });
  const seesTarget = (target: string, depth: number): boolean => {
    if (target === `Patient/${record.patientId}`) return toPatient().size > 0 || !isPeopled(record.idSpace);
    const entry = entryOf(record, target);
    if (entry !== undefined) return sees(new Current(record, entry, options), depth + 1);
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
  const { rules, changesAt_ms } = visibility;
  return {
    visibility,
    get patient() {
      return toPatient();
    },
    get identity() {
      identity ??= patient ?? visibleIdentity(record, visibility, { requester, at, options });
      return identity;
    },
    sees,
    rules,
    changesAt_ms,
  };
}

/** What of a record is released for itself, without what it refers to: decided once an entry. */
function toReleases(
  record: LoadedRecord,
  visibility: Visibility,
  { requester, options }: Looking & { readonly options: LoadOptions },
) {
  const { pack } = record;
  const tellsPupil = toTellsPupil(requester.agreement);
  const decided = new Uint8Array(pack.size);
  const decide = (candidate: Candidate): boolean => visibility.releases(candidate) && tellsPupil?.(candidate) !== true;
  const isReleased = (candidate: Candidate): boolean => {
    const { entry } = candidate;
    if (entry === undefined) return decide(candidate);
    if (decided[entry] === UNDECIDED) decided[entry] = decide(candidate) ? SEEN : UNSEEN;
    return decided[entry] === SEEN;
  };
  let isAny: boolean | undefined;
  return {
    isReleased,
    /** Where no finding is withheld for itself, none is for another's sake, and nobody has to read what refers to what. */
    isAnyWithheld: (): boolean => {
      isAny ??= pack.types.some(
        (type, entry) =>
          type === "Observation" &&
          (pack.sources[entry] === DECISION_SOURCE || !isReleased(new Current(record, entry, options))),
      );
      return isAny;
    },
  };
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
  const tellsPupil = toTellsPupil(agreement);
  return {
    visibility: undefined,
    patient: NO_PACK,
    identity: NO_PACK,
    sees(candidate) {
      const { type, source } = candidate;
      const facts: SourceFacts | undefined = sources.get(source);
      if (facts === undefined || !isReleasable(facts, requester) || tellsPupil?.(candidate)) return false;
      const isLabelled = isPeopled(record.idSpace) && source !== agreement.writes?.source;
      if (isLabelled && beyondCeiling(candidate.labels(), agreement) !== undefined) return false;
      if (!ABOUT_PEOPLE.has(type)) return true;
      if (!seesPeople) return false;
      if (type === "Consent") return seesDecisions || agreement.writes?.source === source;
      if (type !== "Provenance" || !isPeopled(record.idSpace)) return true;
      return candidate.targets().every((target) => !ABOUT_PEOPLE.has(target.split("/")[0] ?? ""));
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
  return !toSight(record, looking, options)?.sees(new Current(record, entry, options));
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
    identity: patient,
    pack: NO_PACK,
    isVisible: () => false,
    rules: sight.rules,
    until_ms: sight.changesAt_ms,
    isMerged: true,
  };
}

export function toView(record: LoadedRecord, sight: Sight, options: LoadOptions): VisibleRecord {
  return new View(record, sight, options);
}

/** Of a class, since its getter would make each a table of its own. */
class View implements VisibleRecord {
  readonly key: VisibleRecord["key"];
  readonly patientId: string;
  readonly pack: Pack;
  readonly isVisible: VisibleRecord["isVisible"];
  readonly rules: readonly string[];
  readonly until_ms: number;
  readonly labelsOf: LoadedRecord["labelsOf"];
  readonly lists: NonNullable<VisibleRecord["lists"]>;
  readonly tellers?: ReadonlySet<string>;
  readonly isRestricted?: true;
  readonly override?: NonNullable<VisibleRecord["override"]>;
  readonly #sight: Sight;

  constructor(record: LoadedRecord, sight: Sight, options: LoadOptions) {
    const { visibility } = sight;
    this.key = record.key;
    this.patientId = record.patientId;
    this.pack = record.pack;
    this.isVisible = toIsVisible(record, sight, options);
    this.rules = sight.rules;
    this.until_ms = sight.changesAt_ms;
    this.labelsOf = record.labelsOf;
    this.lists = labellingOf(options).lists;
    if (visibility) this.tellers = record.isRestricted ? NO_TELLERS : visibility.sources;
    if (record.isRestricted) this.isRestricted = true;
    if (visibility?.override) this.override = visibility.override;
    this.#sight = sight;
  }

  get patient(): Pack {
    return this.#sight.patient;
  }

  get identity(): Pack {
    return this.#sight.identity;
  }
}

/** Decided once an entry, when it is first asked for. */
function toIsVisible(record: LoadedRecord, sight: Sight, options: LoadOptions): VisibleRecord["isVisible"] {
  const decided = new Uint8Array(record.pack.size);
  return (entry) => {
    if (decided[entry] === UNDECIDED) {
      decided[entry] = sight.sees(new Current(record, entry, options)) ? SEEN : UNSEEN;
    }
    return decided[entry] === SEEN;
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

/** Where a resource stands in the record's pack. */
function entryOf({ pack }: LoadedRecord, name: string): number | undefined {
  const slash = name.indexOf("/");
  const type = name.slice(0, slash);
  const id = name.slice(slash + 1);
  for (let entry = pack.ids.indexOf(id); entry >= 0; entry = pack.ids.indexOf(id, entry + 1)) {
    if (pack.types[entry] === type) return entry;
  }
  return undefined;
}
