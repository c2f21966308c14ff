import type { Provenance, Resource } from "@medplum/fhirtypes";
import { UPN } from "#profiles/systems.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { type CommonFacts, dateOf, type ResourceFacts, toCommonFacts } from "../disclosure/resource-facts.ts";
import { LIMITS } from "../limits.ts";
import type { DateRange } from "../search/date-range.ts";
import { toReduced } from "../search/likeness.ts";
import { parseEntry } from "../search/match.ts";
import { glimpse, type Pack } from "../search/pack.ts";
import type { LoadedRecord, LoadOptions } from "./record-reader-load.ts";

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
  /** Of an Observation: whether it may refer to another. */
  refers(): boolean;
  /** Of an Observation: the Observations that it refers to, as `Observation/id`. */
  references(): readonly string[];
  /** Whether a pupil number stands anywhere in it. */
  tellsPupil(): boolean;
  labels(): Labels;
  /** What rules on disclosure look at; read where they look at more than its source. */
  facts(): ResourceFacts;
}

/** What is read in the first of all resources that are alike, and known of the others. */
interface Common extends CommonFacts {
  readonly refers: boolean;
  readonly tellsPupil: boolean;
}

const COMMON = new Map<string, Common>();

function commonOf(pack: Pack, entry: number): Common {
  const likeness = pack.likenesses[entry] ?? "";
  const known = COMMON.get(likeness);
  if (known !== undefined) return known;
  const resource = parseEntry(pack, entry);
  const tellsPupil = glimpse(pack, entry).includes(UPN);
  if (likeness === "") return { ...readCommon(resource), tellsPupil };
  if (COMMON.size >= LIMITS.remembered_likenesses_max) COMMON.clear();
  const common = { ...readCommon(toReduced(resource)), tellsPupil };
  COMMON.set(likeness, common);
  return common;
}

function readCommon(resource: Resource): Omit<Common, "tellsPupil"> {
  return { ...toCommonFacts(resource), refers: observationsIn(Buffer.from(JSON.stringify(resource))).length > 0 };
}

const NO_REFERENCES: readonly string[] = [];

/** A current resource of a record. */
export class Current implements Candidate {
  readonly entry: number;
  readonly type: string;
  readonly id: string;
  readonly source: string;
  readonly #record: LoadedRecord;
  readonly #options: LoadOptions;

  constructor(record: LoadedRecord, entry: number, options: LoadOptions) {
    const { types, ids, sources } = record.pack;
    this.entry = entry;
    this.type = types[entry] ?? "";
    this.id = ids[entry] ?? "";
    this.source = sources[entry] ?? "";
    this.#record = record;
    this.#options = options;
  }

  targets(): readonly string[] {
    const { pack, targets } = this.#record;
    const known = targets.get(this.entry) ?? targetsOf(glimpse(pack, this.entry), this.#options.fhirBase);
    targets.set(this.entry, known);
    return known;
  }

  refers(): boolean {
    return commonOf(this.#record.pack, this.entry).refers;
  }

  references(): readonly string[] {
    return this.refers() ? observationsIn(glimpse(this.#record.pack, this.entry)) : NO_REFERENCES;
  }

  tellsPupil(): boolean {
    return commonOf(this.#record.pack, this.entry).tellsPupil;
  }

  labels(): Labels {
    return this.#record.labelsOf(this.entry);
  }

  facts(): ResourceFacts {
    return new CurrentFacts(this.#record, this.entry, this.#options);
  }
}

/** What is its own is read in its text, and only where a rule asks for it. */
class CurrentFacts implements ResourceFacts {
  readonly name: string;
  readonly type: string;
  readonly dataClass: ResourceFacts["dataClass"];
  readonly codes: ReadonlySet<string>;
  readonly codings: ReadonlySet<string>;
  readonly profiles: readonly string[];
  readonly encounters: ReadonlySet<string>;
  readonly authors: ReadonlySet<string>;
  readonly #record: LoadedRecord;
  readonly #entry: number;

  constructor(record: LoadedRecord, entry: number, { sources }: LoadOptions) {
    const { pack } = record;
    const { codes, codings, profiles, encounters, authors } = commonOf(pack, entry);
    this.type = pack.types[entry] ?? "";
    this.name = `${this.type}/${pack.ids[entry]}`;
    this.dataClass = sources.get(pack.sources[entry] ?? "")?.dataClass;
    this.codes = codes;
    this.codings = codings;
    this.profiles = profiles;
    this.encounters = encounters;
    this.authors = authors;
    this.#record = record;
    this.#entry = entry;
  }

  get labels(): Labels {
    return this.#record.labelsOf(this.#entry);
  }

  get date(): DateRange | undefined {
    return dateOf(parseEntry(this.#record.pack, this.#entry));
  }
}

const TO_OBSERVATION = /"reference":"(?:[^"]*\/)?(Observation\/[A-Za-z0-9\-.]{1,64})/g;

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
