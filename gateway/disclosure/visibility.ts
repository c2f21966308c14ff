import type { DataClass, Relationship } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";
import type { ConsentRules } from "./consent-rules.ts";
import type { DisclosureDecision } from "./disclosure-decision.ts";
import type { ExplanationStep } from "./explanation.ts";
import type { Labels } from "./labels/label.ts";
import type { ResourceFacts } from "./resource-facts.ts";

/** A source as far as visibility is concerned. */
export interface SourceFacts {
  readonly source: string;
  readonly authority: string;
  readonly dataClass: DataClass;
  /** A client tells it through the FHIR API, in its own words; otherwise its records are mapped here. */
  readonly isWritten?: boolean;
}

/** The facts of a child's record that decide who may see what of it. */
export interface RecordFacts {
  readonly relationships: readonly Relationship[];
  /** The sources that contribute to the record. */
  readonly sources: readonly SourceFacts[];
  readonly consents: readonly ConsentRules[];
  /** What people decided on its disclosure. */
  readonly decisions: readonly DisclosureDecision[];
  /** Set where no person is real: no label and no Consent takes anything away there. */
  readonly isInvented?: boolean;
}

/** When somebody asks. */
export interface Instant {
  /** Milliseconds since 1970. */
  readonly now_ms: number;
  /** YYYY-MM-DD, in the UK. */
  readonly today: string;
}

/** A resource as far as it has to be known; read no further than it is asked. */
export interface Weighed {
  readonly source: string;
  labels(): Labels;
  facts(): ResourceFacts;
}

/** Told each rule that is weighed, in the order of weighing. */
export type Trace = (step: ExplanationStep) => void;

/** What one requester may see of one record now. */
export interface Visibility {
  /** Sources whose resources and contributions are visible, each resource as far as `releases` says. */
  readonly sources: ReadonlySet<string>;
  /** Sources of which no more is told than who the child is, and only where nobody else says it. */
  readonly identitySources: ReadonlySet<string>;
  /** Data classes of which anything at all may be told, also by a source that tells nothing here now. */
  readonly toldClasses: ReadonlySet<DataClass>;
  /** As which the requester itself writes, when that source told anything here: its own decisions stay in its hands. */
  readonly ownSource: string | undefined;
  /** What decided, for the audit record: never for the requester. */
  readonly rules: readonly string[];
  /** The recorded decision by which more is seen than a Consent or the relationship would let. */
  readonly override?: {
    readonly kind: "duty" | "break-glass";
    readonly decision: number;
    readonly family?: "told" | "deferred" | "unsafe";
  };
  /** The first instant at which the answer may be another though nothing was written. Milliseconds since 1970. */
  readonly changesAt_ms: number;
  /** Whether one resource of a source is released. */
  releases(resource: Weighed, trace?: Trace): boolean;
}

/** What stands between an agreement and a source. */
export type SourceObstacle = "class" | "authority" | "statute";

/**
 * Why an agreement does not reach a source, if it does not: its class, its authority or, for education data, the statute
 * that lets this recipient have it (Childcare Act 2006 s.99: only those whom regulations name; none named, none released).
 */
export function obstacleOf(
  { source, authority, dataClass }: SourceFacts,
  { agreement }: Requester,
): SourceObstacle | undefined {
  if (!agreement.dataClasses.includes(dataClass)) return "class";
  if (!agreement.authorities.includes(authority)) return "authority";
  return dataClass === "education" && agreement.statutoryGateways[source] === undefined ? "statute" : undefined;
}

/** Whether the agreement reaches a source. */
export function isReleasable(source: SourceFacts, requester: Requester): boolean {
  return obstacleOf(source, requester) === undefined;
}

/**
 * Whether the relationship that the agreement asks for holds on a day (YYYY-MM-DD), its first and its last included.
 * `sources`: those that tell of the child.
 */
export function isRelated(
  { relationships, sources }: { relationships: readonly Relationship[]; sources: readonly SourceFacts[] },
  { agreement, organization }: Requester,
  today: string,
): boolean {
  if (agreement.relationship === "authority") {
    return sources.some(({ authority }) => agreement.authorities.includes(authority));
  }
  return relationships.some(
    ({ kind, organization: { system, value }, start, end }) =>
      kind === agreement.relationship &&
      system === organization.system &&
      value === organization.value &&
      (start === undefined || start <= today) &&
      (end === undefined || today <= end),
  );
}
