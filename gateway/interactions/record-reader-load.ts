import type { Consent, Patient, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { type ConsentRules, toConsentRules } from "../disclosure/consent-rules.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import type { Labelling } from "../disclosure/labels/labels.ts";
import type { Telling } from "../disclosure/patient-timeline.ts";
import type { ToldRelationship } from "../disclosure/relationship-since.ts";
import { type ToldIdentity, toToldIdentity } from "../disclosure/told-identity.ts";
import type { RecordFacts, SourceFacts } from "../disclosure/visibility.ts";
import { withoutWithheld } from "../disclosure/withheld.ts";
import type { Content } from "../search/entries.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, type Packable, toPack } from "../search/pack.ts";
import type {
  IdSpace,
  RecordKey,
  StoredContent,
  StoredContribution,
  StoredPart,
  StoredRecord,
  StoredResource,
} from "../store/store.ts";
import { parseLossless } from "../validation/lossless.ts";
import { type GuardedRecord, guardBody } from "./guard.ts";
import type { VisibleRecord } from "./record-reader.ts";
import { labellingOf, labelsOfEntry } from "./record-reader-labels.ts";
import { withoutPlaces } from "./record-reader-places.ts";
import { type HiddenServices, mayNameService, withoutServices } from "./record-reader-services.ts";

/** A record as it is held in memory: packed, unfiltered, with the facts that decide who may see what. */
export interface LoadedRecord {
  readonly key: RecordKey;
  readonly kind: StoredRecord["kind"];
  readonly idSpace: IdSpace;
  readonly patientId: string;
  readonly version: number;
  /** Set where no more than a part of its resources is held. */
  readonly isPart: boolean;
  readonly pack: Pack;
  readonly facts: RecordFacts;
  /** Ties to organisations, with when each was told. */
  readonly ties: readonly ToldRelationship[];
  /** All that was ever said of the child, now and before. */
  readonly tellings: readonly Telling[];
  /** The child that this one is merged into, if any, and who had told of this one. */
  readonly mergedInto?: RecordKey;
  readonly merged?: StoredRecord["merged"];
  readonly replaces: StoredRecord["replaces"];
  readonly mergedBefore: StoredRecord["mergedBefore"];
  readonly leavings: StoredRecord["leavings"];
  /** Whether any source marks the child as restricted, whoever may see that source. */
  readonly isRestricted: boolean;
  /** What sources say today of who the child is, shown or not. */
  readonly told: readonly ToldIdentity[];
  /** The Patient as it looks to those who see the same sources under the same agreement. */
  readonly patients: Map<string, Pack>;
  /** What each Provenance is about, once somebody has asked: local references. */
  readonly targets: Map<number, readonly string[]>;
  /** Services that were known to be hidden when it was loaded. */
  readonly hidden: HiddenServices;
  /** Labels of an entry of the pack by the lists in force. */
  labelsOf(entry: number): Labels;
  /** Bytes held beside the pack, about. */
  readonly weight_bytes: number;
  /** The change counter at which the version was last found current. */
  checkedAt: number;
  /** What was shown last, to whom and on which day: within one token a client is shown the same again. */
  shown?: Shown;
}

/** It holds from when it was made until the first instant at which another may be shown. */
export interface Shown {
  readonly requester: Requester;
  /** YYYY-MM-DD, in the UK. */
  readonly today: string;
  /** Milliseconds since 1970, the end exclusive. */
  readonly from_ms: number;
  readonly until_ms: number;
  readonly view: VisibleRecord | undefined;
}

export interface LoadOptions {
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly fhirBase: string;
  /** The lists in force; those that come with the gateway where nothing is said. */
  readonly labelling?: (() => Labelling) | undefined;
  /** Services of which no more is told than their kind, as they are known now. */
  readonly hidden?: HiddenServices | undefined;
}

export function toLoadedRecord(stored: StoredRecord | StoredPart, changes: number, options: LoadOptions): LoadedRecord {
  const current = stored.contributions.map((told) => toTelling(told, Number.POSITIVE_INFINITY));
  const tellings = [...current, ...stored.pastContributions.map((told) => toTelling(told, told.until))];
  const { idSpace, kind, patientId } = stored;
  // Not by their own look at it, which would be kept.
  const told = current.map(({ source, body }) => toToldIdentity(source, parsePatient(body)));
  const isRestricted = isPeopled(idSpace) && told.some(({ isMarkedRestricted }) => isMarkedRestricted);
  const hidden = options.hidden ?? { services: labellingOf(options).services, kinds: NO_KINDS };
  const packables = toPackables(stored, { patientId, kind, idSpace, isRestricted, hidden }, options);
  const pack = toPack(packables, options.fhirBase);
  const names = new Set([...tellings, ...packables].map(({ source }) => source));
  const isPart = "resourceSources" in stored;
  if (isPart) for (const source of stored.resourceSources) names.add(source);
  return {
    key: stored.key,
    kind,
    idSpace,
    patientId,
    version: stored.version,
    isPart,
    pack,
    facts: {
      relationships: stored.relationships,
      sources: [...names].flatMap((name) => options.sources.get(name) ?? []),
      consents: isPeopled(idSpace) ? packables.flatMap(consentsOf) : [],
      decisions: stored.disclosureDecisions,
      ...(isPeopled(idSpace) ? {} : { isInvented: true }),
    },
    ties: stored.relationships,
    tellings,
    ...(stored.mergedInto === undefined ? {} : { mergedInto: stored.mergedInto }),
    ...(stored.merged === undefined ? {} : { merged: stored.merged }),
    replaces: stored.replaces,
    mergedBefore: stored.mergedBefore,
    leavings: stored.leavings,
    isRestricted,
    told,
    patients: new Map(),
    targets: new Map(),
    hidden,
    labelsOf: toLabelsOf(pack, options),
    weight_bytes: pack.weight_bytes + current.length * 2_000 + weightOf(stored.pastContributions) + 1_000,
    checkedAt: changes,
  };
}

const NO_KINDS: ReadonlyMap<string, string> = new Map();

function toPackables(
  { resources }: Pick<StoredRecord, "resources">,
  record: Pick<LoadedRecord, "patientId" | "kind" | "idSpace" | "isRestricted" | "hidden">,
  { sources }: LoadOptions,
): readonly Packable[] {
  const packables: Packable[] = [];
  const guarded = new Map<string, GuardedRecord>();
  for (const resource of resources) {
    const { type, source } = resource;
    if (!isRecordType(type)) continue;
    const by = guarded.get(source) ?? { patientId: record.patientId, isWritten: sources.get(source)?.isWritten };
    guarded.set(source, by);
    const told = new Told(resource, type, by);
    const kept = stripped(told, record);
    packables.push(kept === undefined ? told : { ...told, ...kept });
  }
  return packables;
}

/** The text of a resource, guarded when it is read, which for most of a record never happens. */
class GuardedContent implements Content {
  readonly type: RecordType;
  readonly id: string;
  readonly source: string;
  readonly #stored: StoredContent;
  readonly #record: GuardedRecord;

  constructor(stored: StoredResource, type: RecordType, record: GuardedRecord) {
    this.type = type;
    this.id = stored.id;
    this.source = stored.source;
    this.#stored = stored.content ?? stored;
    this.#record = record;
  }

  get body(): Buffer {
    const { type, id, source } = this;
    const { body } = this.#stored;
    guardBody({ type, id, source, body }, this.#record);
    return body;
  }
}

/** A resource as it is stored. Neither its text nor what makes it goes along where another is made of it. */
class Told implements Packable {
  readonly type: RecordType;
  readonly id: string;
  readonly version: string;
  readonly lastUpdated: number;
  readonly source: string;
  readonly keys: string;
  readonly body_bytes?: number;
  readonly #content: Content;

  constructor(stored: StoredResource, type: RecordType, record: GuardedRecord) {
    this.type = type;
    this.id = stored.id;
    this.version = String(stored.version);
    this.lastUpdated = stored.lastUpdated;
    this.source = stored.source;
    this.keys = stored.keys;
    if (stored.body_bytes !== undefined) this.body_bytes = stored.body_bytes;
    this.#content = new GuardedContent(stored, type, record);
  }

  get content(): Content {
    return this.#content;
  }

  get body(): Buffer {
    return this.#content.body;
  }
}

/** Asked of each entry that leaves: found once an entry, and anew where the lists are others by now. */
function toLabelsOf(pack: Pack, options: LoadOptions): LoadedRecord["labelsOf"] {
  let by: Labelling | undefined;
  let labels: (Labels | null)[] = [];
  return (entry) => {
    const labelling = labellingOf(options);
    if (by !== labelling) {
      by = labelling;
      labels = Array.from({ length: pack.size }, () => null);
    }
    const known = labels[entry];
    if (known !== null) return known;
    const found = labelsOfEntry(pack, entry, { labelling, sources: options.sources });
    labels[entry] = found;
    return found;
  };
}

function weightOf(past: readonly StoredContribution[]): number {
  return past.reduce((sum, { body }) => sum + body.length + 500, 0);
}

/**
 * Whether the records of an id space are of real people. In one of its own whatever is valid may be tried out: no
 * Consent is enforced there and no mark takes anything away, so that all reads back as it was sent.
 */
export function isPeopled(idSpace: IdSpace): boolean {
  return idSpace === "";
}

function toTelling(told: StoredContribution, until: number): Telling {
  return new Word(told, until);
}

/** Parsed when it is first looked at: of what was said before, almost nobody asks. */
class Word implements Telling {
  readonly source: string;
  readonly localId: string;
  readonly lastUpdated: number;
  readonly until: number;
  readonly body: string;
  readonly untouched?: string;
  readonly since?: number;
  #patient: Patient | undefined;

  constructor({ source, localId, lastUpdated, since, withheld, body }: StoredContribution, until: number) {
    this.source = source;
    this.localId = localId;
    this.lastUpdated = lastUpdated;
    this.until = until;
    this.body = withheld === undefined ? body : JSON.stringify(withoutWithheld(parsePatient(body), withheld));
    if (withheld !== undefined) this.untouched = body;
    if (since !== undefined) this.since = since;
  }

  get patient(): Patient {
    this.#patient ??= parsePatient(this.body);
    return this.#patient;
  }
}

function parsePatient(body: string): Patient {
  return JSON.parse(body);
}

/** A decision holds whoever told of it: a source that only passes it on, as well as the register of decisions. */
function consentsOf(told: Packable): readonly ConsentRules[] {
  const rules = told.type === "Consent" ? toConsentRules(parseConsent(told.body)) : undefined;
  return rules === undefined ? [] : [rules];
}

function parseConsent(body: Buffer): Consent {
  return JSON.parse(body.toString());
}

/**
 * What of a body is never released: of a restricted child who saw it, since a school or a clinic is a place; of any child
 * that it was a service whose name tells why; of what is
 * no child's which source told of it, since that names a kind of record. A source that the writer named itself stays.
 */
export function stripped(
  told: Pick<StoredResource, "type" | "source" | "body" | "keys">,
  { kind, idSpace, isRestricted, hidden }: Pick<LoadedRecord, "kind" | "idSpace" | "isRestricted" | "hidden">,
): Stripped | undefined {
  const { type, source } = told;
  if (kind !== "child") {
    const named = canonical("source", source);
    if (!told.body.includes(`"source":"${named}"`)) return undefined;
    return withoutElements(told.body, (resource) => {
      if (resource.meta?.source !== named) return resource;
      const { source: _, ...meta } = resource.meta;
      return { ...resource, meta };
    });
  }
  if (type === "Observation" && isRestricted) {
    return withoutElements(told.body, (observation) => withoutPlaces({ ...observation }));
  }
  if (!isPeopled(idSpace) || !NAMES_SERVICES.has(type) || !mayNameService(told, hidden)) return undefined;
  return withoutElements(told.body, (resource) => withoutServices({ ...resource }, hidden));
}

interface Stripped {
  readonly body: Buffer;
  readonly body_bytes: number;
  readonly keys: string;
}

/** What is told of a child and says who gave care. A Consent is read by those alone who must know whom it is about. */
const NAMES_SERVICES: ReadonlySet<string> = new Set(["Observation", "Provenance"]);

function withoutElements(told: Buffer, strip: (resource: Resource) => object): Stripped {
  const text = told.toString();
  const resource: unknown = strip(JSON.parse(text));
  if (!isResource(resource)) throw new Error("a resource is an object");
  const lossless = parseLossless(text);
  const body = toOwnBuffer(JSON.stringify(isResource(lossless) ? strip(lossless) : resource));
  return { body, body_bytes: body.length, keys: extractKeys(resource) };
}

/** What is kept for long shares its memory with nothing: a part of what is shared would keep the whole of it. */
export function toOwnBuffer(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && "resourceType" in value;
}
