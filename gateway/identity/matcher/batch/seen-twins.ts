import type { Features } from "../compare/features.ts";
import { BIRTH_DATE, FAMILY, FIELD, GIVEN, MISSING } from "../compare/fields.ts";
import { compareGiven } from "../compare/given-names.ts";
import { isElsewhere } from "../grade.ts";
import { createWeigher } from "../learn/estimate.ts";
import { levelsAt } from "./homes.ts";
import type { Linked } from "./link-people.ts";

/** Of a hundred births of more than one child so many are of more than two. */
const MORE_THAN_TWO_SHARE = 0.02;
/** Names that begin alike have short forms in common. */
const SHORT_FORM_LENGTH = 3;
/** As likely as not. */
const PARTNER_MIN = 0.5;

type Compared = Pick<Linked, "people" | "candidates" | "table" | "probability" | "model">;

/** What the others of a family who were born there that day say of a pair. */
export interface SeenTwins {
  /**
   * How likely a pair is of one child where the twin of either record is known to be another record: where all others of
   * that family, birth date and home have a partner of exactly their name among themselves. Two children would then have
   * to be of three, with the third told of once. `undefined` where no twin is seen, or one is not accounted for.
   */
  readonly accounted: (pair: number) => number | undefined;
  /** Whether a twin of either record is called alike: a short form or a slip may be of its name as well (Harry, Harrison). */
  readonly hasAlike: (pair: number) => boolean;
}

export function findSeenTwins(linked: Compared): SeenTwins {
  const { people, candidates, table, model } = linked;
  const { left, right = left } = people;
  const births = { left: new Map<number, number[]>(), right: new Map<number, number[]>() };
  const known = { left: new Map<number, Set<number>>(), right: new Map<number, Set<number>>() };
  for (let pair = 0; pair < table.size; pair++) {
    const level = levelsAt(linked, pair);
    if (!areOfOneBirth(level)) continue;
    const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
    listIn(births.left, one).push(other);
    listIn(births.right, other).push(one);
    if (level[FIELD.given] !== GIVEN.same || (linked.probability[pair] ?? 0) < PARTNER_MIN) continue;
    known.left.set(one, (known.left.get(one) ?? new Set()).add(other));
    known.right.set(other, (known.right.get(other) ?? new Set()).add(one));
  }
  const weigh = createWeigher(table, model);
  const twinsOf = (pair: number) => {
    const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
    const rightTwins = births.left.get(one)?.filter((at) => at !== other) ?? [];
    const leftTwins = births.right.get(other)?.filter((at) => at !== one) ?? [];
    return { one, other, leftTwins, rightTwins };
  };
  const accounted = (pair: number): number | undefined => {
    const { leftTwins, rightTwins } = twinsOf(pair);
    const areKnown =
      rightTwins.length > 0 &&
      rightTwins.every((at) => leftTwins.some((twin) => known.right.get(at)?.has(twin) === true)) &&
      leftTwins.every((at) => rightTwins.some((twin) => known.left.get(at)?.has(twin) === true));
    if (!areKnown) return undefined;
    const { same, twins, siblings, namesakes } = weigh(pair);
    const odds = same / (1 + MORE_THAN_TWO_SHARE * twins + siblings + namesakes);
    return odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
  };
  const hasAlike = (pair: number): boolean => {
    const { one, other, leftTwins, rightTwins } = twinsOf(pair);
    return (
      leftTwins.some((twin) => areCalledAlike(left[one], left[twin])) ||
      rightTwins.some((twin) => areCalledAlike(right[other], right[twin]))
    );
  };
  return { accounted, hasAlike };
}

function areCalledAlike(one: Features | undefined, other: Features | undefined): boolean {
  return (one?.names ?? []).some((name) =>
    (other?.names ?? []).some((twin) => {
      const level = compareGiven(name, twin);
      const beginsAlike = name.given.slice(0, SHORT_FORM_LENGTH) === twin.given.slice(0, SHORT_FORM_LENGTH);
      return level !== MISSING && (level !== GIVEN.different || beginsAlike);
    }),
  );
}

function areOfOneBirth(level: Int8Array): boolean {
  const family = level[FIELD.family] ?? FAMILY.different;
  const isOneFamily = family >= FAMILY.same && family <= FAMILY.similar;
  return isOneFamily && level[FIELD.birthDate] === BIRTH_DATE.same && !isElsewhere(level);
}

function listIn(table: Map<number, number[]>, key: number): number[] {
  const known = table.get(key);
  if (known !== undefined) return known;
  const made: number[] = [];
  table.set(key, made);
  return made;
}
