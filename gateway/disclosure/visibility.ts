import type { DataClass, Relationship } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";
import type { Denial } from "./consent-rules.ts";

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
  readonly denials: readonly Denial[];
}

/** What one requester may see of one record now. */
export interface Visibility {
  /** Sources whose resources and contributions are visible. */
  readonly sources: ReadonlySet<string>;
  /** Sources that an objection withholds: of these no more than who the child is, and only where nobody else says it. */
  readonly identitySources: ReadonlySet<string>;
  /** Single resources withheld although their source is visible. */
  readonly withheldIds: ReadonlySet<string>;
  /** As which the requester itself writes, when that source told anything here: its own decisions stay in its hands. */
  readonly ownSource: string | undefined;
  /** What decided, for the audit record: never for the requester. */
  readonly rules: readonly string[];
}

/**
 * Decides, from facts alone, what of a record a requester may see on a day (YYYY-MM-DD). `undefined`: the record is
 * unknown to the requester, in every interaction, as if it did not exist. A denial always wins. An objection to some
 * classes leaves the Patient, one to all of them leaves nothing, but to who told of it the decision itself.
 */
export function decideVisibility(facts: RecordFacts, requester: Requester, today: string): Visibility | undefined {
  const { agreement } = requester;
  if (agreement.until < today || !isRelated(facts, requester, today)) return undefined;
  const applying = facts.denials.filter((denial) => applies(denial, requester, today));
  const withheld = new Set(applying.flatMap(withheldClasses));
  const releasable = facts.sources.filter((source) => isReleasable(source, requester));
  const own = releasable.find(({ source }) => source === agreement.writes?.source)?.source;
  const isUnknown = CHILD_CLASSES.every((dataClass) => withheld.has(dataClass));
  if (releasable.length === 0 || (isUnknown && own === undefined)) return undefined;
  const shown = isUnknown ? [] : releasable;
  return {
    sources: namesOf(shown.filter(({ dataClass }) => !withheld.has(dataClass))),
    identitySources: namesOf(shown.filter(({ dataClass }) => withheld.has(dataClass))),
    ownSource: own,
    withheldIds: new Set(applying.flatMap(({ resourceIds }) => resourceIds)),
    rules: [`agreement/${agreement.id}/${agreement.version}`, ...applying.map(({ consent }) => consent)],
  };
}

/** Classes that describe the child. */
const CHILD_CLASSES: readonly DataClass[] = ["health-visiting", "education"];

function namesOf(sources: readonly SourceFacts[]): ReadonlySet<string> {
  return new Set(sources.map(({ source }) => source));
}

/** A denial that names neither classes nor resources is about all that describes the child. */
function withheldClasses({ dataClasses, resourceIds }: Denial): readonly DataClass[] {
  return dataClasses.length === 0 && resourceIds.length === 0 ? CHILD_CLASSES : dataClasses;
}

/**
 * Whether the agreement reaches a source: its class, its authority and, for education data, the statute that lets this
 * recipient have it (Childcare Act 2006 s.99: only those whom regulations name; none named, none released).
 */
export function isReleasable({ source, authority, dataClass }: SourceFacts, { agreement }: Requester): boolean {
  return (
    agreement.dataClasses.includes(dataClass) &&
    agreement.authorities.includes(authority) &&
    (dataClass !== "education" || agreement.statutoryGateways[source] !== undefined)
  );
}

/** Whether the relationship that the agreement asks for holds today. */
function isRelated(facts: RecordFacts, { agreement, organization }: Requester, today: string): boolean {
  if (agreement.relationship === "authority") {
    return facts.sources.some(({ authority }) => agreement.authorities.includes(authority));
  }
  return facts.relationships.some(
    ({ kind, organization: { system, value }, start, end }) =>
      kind === agreement.relationship &&
      system === organization.system &&
      value === organization.value &&
      (start === undefined || start <= today) &&
      (end === undefined || today <= end),
  );
}

/** Officers and stewards, who see the Consents themselves, work on the data that an objection is about. */
function applies(denial: Denial, { agreement, organization, purpose }: Requester, today: string): boolean {
  if (agreement.dataClasses.includes("sharing")) return false;
  const { actors, purposes, from, until } = denial;
  return (
    (actors.length === 0 || actors.includes(`${organization.system}|${organization.value}`)) &&
    (purposes.length === 0 || purposes.includes(purpose)) &&
    (from === undefined || from <= today) &&
    (until === undefined || today <= until)
  );
}
