import type { Consent, Patient, Resource } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { isRecordType } from "#profiles/interactions.ts";
import { UPN } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { type ConsentRules, toConsentRules } from "../disclosure/consent-rules.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import type { Labelling } from "../disclosure/labels/labels.ts";
import { isMarkedRestricted } from "../disclosure/patient-fold.ts";
import type { Telling } from "../disclosure/patient-timeline.ts";
import type { ToldRelationship } from "../disclosure/relationship-since.ts";
import type { ResourceFacts } from "../disclosure/resource-facts.ts";
import type { RecordFacts, SourceFacts } from "../disclosure/visibility.ts";
import { withoutWithheld } from "../disclosure/withheld.ts";
import { extractKeys } from "../search/keys.ts";
import { type Pack, type Packable, toPack } from "../search/pack.ts";
import type {
  IdSpace,
  RecordKey,
  StoredContribution,
  StoredPerson,
  StoredRecord,
  StoredResource,
} from "../store/store.ts";
import { parseLossless } from "../validation/lossless.ts";
import { guardBody } from "./guard.ts";
import type { VisibleRecord } from "./record-reader.ts";
import { labellingOf, toEntryLabels } from "./record-reader-labels.ts";
import { withoutPlaces } from "./record-reader-places.ts";
import { type HiddenServices, mayNameService, withoutServices } from "./record-reader-services.ts";

/** A record as it is held in memory: packed, unfiltered, with the facts that decide who may see what. */
export interface LoadedRecord {
  readonly key: RecordKey;
  readonly kind: StoredRecord["kind"];
  readonly idSpace: IdSpace;
  readonly patientId: string;
  readonly version: number;
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
  /** `system|value` of every identifier, shown or not: what a cached resolution is checked against. */
  readonly identifiers: ReadonlySet<string>;
  /** The Patient as it looks to those who see the same sources under the same agreement. */
  readonly patients: Map<string, Pack>;
  /** What each Provenance is about, once somebody has asked: local references. */
  readonly targets: Map<number, readonly string[]>;
  /** What rules on disclosure look at in each resource, and to which Observations it refers, filled likewise. */
  readonly resourceFacts: Map<number, ResourceFacts>;
  readonly references: Map<number, readonly string[]>;
  /** Whether a resource of the pack holds a pupil number, as a client may write one anywhere. */
  readonly hasPupilNumbers: boolean;
  /** Where `Type/id` stands in the pack, filled like the targets. */
  readonly entries: Map<string, number>;
  /** Services that were known to be hidden when it was loaded. */
  readonly hidden: HiddenServices;
  /** Labels of an entry of the pack by the lists in force; made for all of them when the first is asked for. */
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

export function toLoadedRecord(
  stored: StoredRecord | StoredPerson,
  changes: number,
  options: LoadOptions,
): LoadedRecord {
  const current = stored.contributions.map((told) => toTelling(told, Number.POSITIVE_INFINITY));
  const tellings = [...current, ...stored.pastContributions.map((told) => toTelling(told, told.until))];
  const { idSpace, kind, patientId } = stored;
  const isRestricted = isPeopled(idSpace) && current.some(({ patient }) => isMarkedRestricted(patient));
  const hidden = options.hidden ?? { services: labellingOf(options).services, kinds: NO_KINDS };
  const packables = stored.resources.flatMap((resource): Packable[] => {
    const { type, body } = resource;
    if (!isRecordType(type)) return [];
    guardBody({ ...resource, body }, { patientId, isWritten: options.sources.get(resource.source)?.isWritten });
    return [
      {
        ...resource,
        ...stripped(resource, { kind, idSpace, isRestricted, hidden }),
        type,
        version: String(resource.version),
      },
    ];
  });
  const pack = toPack(packables, options.fhirBase);
  const names = new Set([...tellings, ...packables].map(({ source }) => source));
  if ("resourceSources" in stored) for (const source of stored.resourceSources) names.add(source);
  return {
    key: stored.key,
    kind,
    idSpace,
    patientId,
    version: stored.version,
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
    identifiers: new Set(
      current.flatMap(({ patient }) =>
        (patient.identifier ?? []).map(({ system, value }) => `${system ?? ""}|${value}`),
      ),
    ),
    patients: new Map(),
    targets: new Map(),
    resourceFacts: new Map(),
    references: new Map(),
    hasPupilNumbers: pack.bytes.includes(UPN),
    entries: new Map(),
    hidden,
    labelsOf: toLabelsOf(pack, options),
    weight_bytes: pack.weight_bytes + current.length * 2_000 + weightOf(stored.pastContributions) + 1_000,
    checkedAt: changes,
  };
}

const NO_KINDS: ReadonlyMap<string, string> = new Map();

/** Made anew where the lists are others by now. */
function toLabelsOf(pack: Pack, options: LoadOptions): LoadedRecord["labelsOf"] {
  let made: { readonly by: Labelling; readonly labels: readonly Labels[] } | undefined;
  return (entry) => {
    const by = labellingOf(options);
    if (made?.by !== by) made = { by, labels: toEntryLabels(pack, options) };
    return made.labels[entry];
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

/** Parsed when it is first looked at: of what was said before, almost nobody asks. */
function toTelling(
  { source, localId, lastUpdated, since, withheld, ...told }: StoredContribution,
  until: number,
): Telling {
  let parsed: Patient | undefined;
  const body = withheld === undefined ? told.body : JSON.stringify(withoutWithheld(parsePatient(told.body), withheld));
  return {
    source,
    localId,
    lastUpdated,
    until,
    body,
    ...(withheld === undefined ? {} : { untouched: told.body }),
    ...(since === undefined ? {} : { since }),
    get patient() {
      parsed ??= parsePatient(body);
      return parsed;
    },
  };
}

function parsePatient(body: string): Patient {
  return JSON.parse(body);
}

/** A decision holds whoever told of it: a source that only passes it on, as well as the register of decisions. */
function consentsOf({ type, body }: Packable): readonly ConsentRules[] {
  const rules = type === "Consent" ? toConsentRules(parseConsent(body)) : undefined;
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
  { type, source, body }: Pick<StoredResource, "type" | "source" | "body">,
  { kind, idSpace, isRestricted, hidden }: Pick<LoadedRecord, "kind" | "idSpace" | "isRestricted" | "hidden">,
): { readonly body?: Buffer; readonly keys?: string } {
  if (kind !== "child") {
    const named = canonical("source", source);
    if (!body.includes(`"source":"${named}"`)) return {};
    return withoutElements(body, (resource) => {
      if (resource.meta?.source !== named) return resource;
      const { source: _, ...meta } = resource.meta;
      return { ...resource, meta };
    });
  }
  if (type === "Observation" && isRestricted) {
    return withoutElements(body, (observation) => withoutPlaces({ ...observation }));
  }
  if (!isPeopled(idSpace) || !NAMES_SERVICES.has(type) || !mayNameService(body, hidden)) return {};
  return withoutElements(body, (resource) => withoutServices({ ...resource }, hidden));
}

/** What is told of a child and says who gave care. A Consent is read by those alone who must know whom it is about. */
const NAMES_SERVICES: ReadonlySet<string> = new Set(["Observation", "Provenance"]);

function withoutElements(body: Buffer, strip: (resource: Resource) => object) {
  const text = body.toString();
  const resource: unknown = strip(JSON.parse(text));
  if (!isResource(resource)) throw new Error("a resource is an object");
  const lossless = parseLossless(text);
  return {
    body: Buffer.from(JSON.stringify(isResource(lossless) ? strip(lossless) : resource)),
    keys: extractKeys(resource),
  };
}

function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && "resourceType" in value;
}
