import type { Patient } from "@medplum/fhirtypes";
import type { Agreement, Requester } from "../access/requester.ts";
import { isReleasable, type SourceFacts } from "../disclosure/visibility.ts";
import type { Comparable, Graded, Matcher } from "../identity/matcher/matcher.ts";
import { personOfPatient } from "../identity/matcher/to-person.ts";
import type { Person } from "../identity/person.ts";
import type { Looking } from "../interactions/candidates.ts";
import type { RecordReader, VisiblePerson } from "../interactions/record-reader.ts";
import type { Soon } from "../interactions/soon.ts";
import { LIMITS } from "../limits.ts";
import { toRecordSearchKeys } from "../search/keys.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import { type ReadVerbs, type RecordKey, SHARED_ID_SPACE } from "../store/store.ts";

export interface MatchCandidatePorts {
  readonly store: Pick<ReadVerbs, "findAlike" | "findRecords">;
  readonly reader: Pick<RecordReader, "person">;
  readonly resolver: {
    resolve(system: string, value: string, idSpace: string, changes: number): Soon<readonly RecordKey[]>;
  };
  readonly matcher: Matcher;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

/** A Patient that the requester sees, graded by nothing but what is seen of it. */
export type VisibleMatch = Graded<VisiblePerson>;

export interface FoundCandidates {
  /** Most to least likely; those that are certainly not the child are left out. */
  readonly graded: readonly VisibleMatch[];
  /** Whether what was told leads anywhere at all. */
  readonly isEnough: boolean;
  /** More share what was told than were looked at. */
  readonly isCut: boolean;
}

/** What is asked for, as it is compared. */
export interface AskedPerson {
  /** For the keys of the store. */
  readonly patient: Patient;
  readonly person: Person;
}

/** How a Patient compares, as one requester sees it. */
interface Seen {
  readonly comparable: Comparable;
  readonly keys: ReadonlySet<number>;
  /** `system|value`. */
  readonly identifiers: ReadonlySet<string>;
  /** Another Patient stands for this one. */
  readonly isReplaced: boolean;
}

export type FindMatches = (asked: AskedPerson, looking: Looking) => Promise<FoundCandidates>;

/**
 * Finds whom a Patient may be among those whom the requester sees. The store's keys say where to look; what a candidate
 * is graded by, and whether it is one at all, follows from its visible Patient alone, so that neither a score nor its
 * absence tells of a name, postcode or number that is hidden.
 */
export function createMatchCandidates({ store, reader, resolver, matcher, sources }: MatchCandidatePorts): FindMatches {
  const isWrittenIn = (authorities: readonly string[]): boolean =>
    sources.values().some(({ isWritten, authority }) => isWritten === true && authorities.includes(authority));
  // As long as the Patient stands in memory in this form, and no longer.
  const known = new WeakMap<Pack, Seen>();

  function seenOf(pack: Pack): Seen {
    const before = known.get(pack);
    if (before) return before;
    const patient: Patient = JSON.parse(resourceBytes(pack, 0).toString());
    const comparable = matcher.toComparable(personOfPatient(patient));
    const seen = {
      comparable,
      keys: new Set(matcher.blockingKeys(comparable)),
      identifiers: new Set(identifiersOf(patient)),
      isReplaced: (patient.link ?? []).some(({ type }) => type === "replaced-by"),
    };
    known.set(pack, seen);
    return seen;
  }

  async function records(asked: AskedPerson, keys: readonly number[], { requester, at }: Looking) {
    const { idSpace } = requester.agreement;
    const found = new Set<RecordKey>();
    let isCut = false;
    if (idSpace === SHARED_ID_SPACE && keys.length > 0) {
      const alike = await store.findAlike(keys, LIMITS.match_candidates_max);
      isCut = alike.isCut;
      // What a source tells that is hidden leads nowhere, so that it makes no difference that it was told.
      for (const { record, source } of alike.children) {
        const facts = sources.get(source);
        if (facts !== undefined && isReleasable(facts, requester)) found.add(record);
      }
    }
    for (const identifier of shownIdentifiers(asked.patient, requester)) {
      for (const key of await resolver.resolve(identifier.system, identifier.value, idSpace, at.changes))
        found.add(key);
    }
    for (const key of await writtenAlike(asked.patient, requester.agreement)) found.add(key);
    return { found, isCut };
  }

  /** What clients write has no keys of the matcher in the store, but words by which it is found from anywhere. */
  async function writtenAlike(patient: Patient, { idSpace, authorities }: Agreement): Promise<readonly RecordKey[]> {
    const isShared = idSpace === SHARED_ID_SPACE;
    if (isShared && !isWrittenIn(authorities)) return [];
    const words = toRecordSearchKeys(patient);
    const born = words.filter(({ code }) => code === "birthdate");
    const families = words.filter(({ code }) => code === "family").slice(0, WORDS_max);
    const given = words.filter(({ code }) => code === "given").slice(0, WORDS_max);
    // Where few people are, a name alone leads to them; among all children it would lead to too many.
    const asked = isShared
      ? families.flatMap((family) => born.map((date) => [date, family]))
      : [...born, ...families, ...given].map((one) => [one]);
    const found = await Promise.all(asked.map((each) => store.findRecords(each, LIMITS.match_candidates_max, idSpace)));
    return found.flat();
  }

  return async function findMatches(asked: AskedPerson, looking: Looking): Promise<FoundCandidates> {
    const comparable = matcher.toComparable(asked.person);
    const keys = matcher.blockingKeys(comparable);
    const identifiers = shownIdentifiers(asked.patient, looking.requester).map(nameOf);
    const { found, isCut } = await records(asked, keys, looking);
    const candidates: { candidate: VisiblePerson; known: readonly Comparable[] }[] = [];
    for (const key of found) {
      const view = await reader.person(key, looking.requester, looking.at);
      if (view === undefined || view.patient.size === 0) continue;
      const seen = seenOf(view.patient);
      const isAlike = keys.some((one) => seen.keys.has(one)) || identifiers.some((one) => seen.identifiers.has(one));
      if (isAlike && !seen.isReplaced) candidates.push({ candidate: view, known: [seen.comparable] });
    }
    return {
      graded: matcher.grade(comparable, candidates).filter(({ grade }) => grade !== "certainly-not"),
      isEnough: keys.length > 0 || identifiers.length > 0,
      isCut,
    };
  };
}

/** Of a name: a double-barrelled one has two. */
const WORDS_max = 3;

interface Named {
  readonly system: string;
  readonly value: string;
}

function nameOf({ system, value }: Named): string {
  return `${system}|${value}`;
}

/** Identifiers by which the agreement lets the requester find anybody. */
function shownIdentifiers({ identifier = [] }: Patient, { agreement }: Requester): readonly Named[] {
  const { identifierSystems } = agreement;
  return identifier.flatMap(({ system, value }) =>
    system && value && (identifierSystems === "any" || identifierSystems.includes(system)) ? [{ system, value }] : [],
  );
}

function identifiersOf({ identifier = [] }: Patient): readonly string[] {
  return identifier.map(({ system = "", value = "" }) => `${system}|${value}`);
}
