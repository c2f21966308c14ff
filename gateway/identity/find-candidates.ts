import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import type { AlikeAhead, AlikeChild, ReadVerbs, RecordKey } from "../store/store.ts";
import { isTelling } from "./matcher/block.ts";
import type { Comparable, Graded, Matcher } from "./matcher/matcher.ts";
import { toPerson } from "./matcher/to-person.ts";
import { areInScope, authoritiesOf, type MatchingScope } from "./matching-scope.ts";

/** A matcher that also gives the bits of a comparison alone, which is cheaper. */
export interface ScoringMatcher<C extends Comparable> extends Matcher<C> {
  score(asked: C, known: C): number;
  /** All that is compared of a person in a short text, where one text can hold it. */
  printOf(comparable: C): string | undefined;
  /** Tells from the print of `known` whether `score(asked, known)` comes to so many bits; true where it cannot be told. */
  sieve(asked: C, least_bits: number): (print: string) => boolean;
}

/** What sources call one child. */
export interface KnownRecord {
  readonly record: RecordKey;
  readonly children: readonly AlikeChild[];
  readonly authorities: readonly string[];
}

export interface Found {
  /** In scope, most likely first; of those that hardly resemble what is asked none. */
  readonly graded: readonly Graded<KnownRecord>[];
  /** More resemble it than were looked at, so that none can be certain. */
  readonly isCut: boolean;
}

export interface Search {
  /** Of whoever asks: every authority of a candidate must match with each. */
  readonly authorities: readonly string[];
  /** Records that are no candidates. */
  readonly except?: readonly RecordKey[];
  /** Whose own children are two people unless they are alike in nearly all; absent where anybody may be meant. */
  readonly source?: string;
}

export interface CandidateFinder<C extends Comparable> {
  readonly matcher: ScoringMatcher<C>;
  readonly scope: MatchingScope;
  /** Records whose details resemble those of a person, folded: a candidate is all that is known of one child. */
  find(reads: Pick<ReadVerbs, "findAlike" | "sourceChildrenOf">, asked: C, search: Search): Promise<Found>;
  /** What `find` asks for first, so that it can be read of many together. */
  toAlike(asked: C, source: string | undefined): AlikeAhead;
  /** One record, whoever it is of; `undefined` where no source tells of it. */
  known(reads: Pick<ReadVerbs, "sourceChildrenOf">, record: RecordKey): Promise<KnownRecord | undefined>;
  grade(asked: C, candidates: readonly KnownRecord[]): readonly Graded<KnownRecord>[];
}

/** Bits below which a source's child is no sign that its record could be meant: 1 in 64 of even odds. */
const RESEMBLES_MIN_bits = -6;

/** Finds candidates by blocking keys; comparables are kept for a while, by source's child and what it was told to be. */
export function createCandidateFinder<C extends Comparable>(
  matcher: ScoringMatcher<C>,
  scope: MatchingScope,
): CandidateFinder<C> {
  const kept = new LRUCache<number, { readonly body: string; readonly comparable: C }>({ max: LIMITS.comparables_max });

  const toComparable = ({ child, body, identity }: AlikeChild): C => {
    const before = kept.get(child);
    if (before?.body === body) return before.comparable;
    const comparable = matcher.toComparable(toPerson(identity));
    kept.set(child, { body, comparable });
    return comparable;
  };

  const grade = (asked: C, candidates: readonly KnownRecord[]): readonly Graded<KnownRecord>[] =>
    matcher.grade(
      asked,
      candidates.map((candidate) => ({ candidate, known: describing(candidate.children).map(toComparable) })),
    );

  const toAlike = (asked: C, source: string | undefined): AlikeAhead => ({
    keys: matcher.blockingKeys(asked),
    limit: LIMITS.alike_children_max,
    most: LIMITS.alike_compared_max,
    isWorthReading: matcher.sieve(asked, RESEMBLES_MIN_bits),
    asking: source === undefined ? undefined : { source, isTelling },
  });

  const known = async (
    reads: Pick<ReadVerbs, "sourceChildrenOf">,
    record: RecordKey,
  ): Promise<KnownRecord | undefined> => {
    const children = await reads.sourceChildrenOf(record);
    return children.length === 0 ? undefined : { record, children, authorities: authoritiesOf(children, scope) };
  };

  return {
    matcher,
    scope,
    toAlike,
    known,
    grade,
    async find(reads, asked, { authorities, except = [], source }) {
      const { keys, limit, ...bounds } = toAlike(asked, source);
      if (keys.length === 0) return { graded: [], isCut: false };
      const { children, isCut } = await reads.findAlike(keys, limit, bounds);
      const records = new Set<RecordKey>();
      for (const child of children) {
        if (records.has(child.record) || except.includes(child.record)) continue;
        if (!areInScope(authorities, [scope.authorityOf(child.source)], scope)) continue;
        if (matcher.score(asked, toComparable(child)) >= RESEMBLES_MIN_bits) records.add(child.record);
      }
      const candidates: KnownRecord[] = [];
      for (const record of records) {
        const one = await known(reads, record);
        if (one !== undefined && areInScope(authorities, one.authorities, scope)) candidates.push(one);
      }
      return { graded: candidates.length === 0 ? [] : grade(asked, candidates), isCut };
    },
  };
}

/** A source that describes nobody counts only where no other tells of the child. */
export function describing<T extends { readonly identity: AlikeChild["identity"] }>(
  children: readonly T[],
): readonly T[] {
  const telling = children.filter(({ identity }) => identity.describesNobody !== true);
  return telling.length === 0 ? children : telling;
}
