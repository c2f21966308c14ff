import type { Features } from "../compare/features.ts";
import { createScorer } from "../compare/score.ts";
import { toProbability } from "../create-matcher.ts";
import { judge } from "../grade.ts";
import type { GradedPair } from "./grade-pairs.ts";
import type { Linked } from "./link-people.ts";

/** Larger clusters are a fault of the data: they are not joined further. */
const CLUSTER_MAX = 60;
/** Grown-ups who look like twins are rather one, if others join them: fewer of them live with a twin than change a name. */
const ONE_OF_GROWN_UPS_MIN = 0.9;

/**
 * Puts records that certain links join into clusters, the surest links first. A link that would bring together two
 * records that can never be one person is left out and told as probable. Pairs that only their cluster joins are added.
 */
export function joinClusters(linked: Linked, graded: readonly GradedPair[]): readonly GradedPair[] {
  const { people, model, population } = linked;
  const scorer = createScorer(model);
  const members = new Map<number, number[]>();
  const clusterOf = Uint32Array.from(people.left.keys());
  const membersOf = (cluster: number): readonly number[] => members.get(cluster) ?? [cluster];
  const isBarred = (one: Features, other: Features): boolean => {
    const probability = toProbability(scorer.score(one, other));
    const { highest, veto } = judge(one, other, scorer.levels.level, population);
    if (veto === "twin" && population.isOfAllAges) return probability < ONE_OF_GROWN_UPS_MIN;
    return highest === "certainly-not" || veto === "nhs-number" || veto === "twin";
  };
  const fits = (left: readonly number[], right: readonly number[]): boolean =>
    left.length + right.length <= CLUSTER_MAX &&
    left.every((one) => right.every((other) => !isBarred(personAt(people.left, one), personAt(people.left, other))));

  const certain = graded.filter(({ grade }) => grade === "certain");
  certain.sort((one, other) => other.probability - one.probability || one.left - other.left || one.right - other.right);
  const refused = new Set<GradedPair>();
  for (const pair of certain) {
    const [into, from] = [clusterOf[pair.left] ?? 0, clusterOf[pair.right] ?? 0].toSorted((a, b) => a - b);
    if (into === undefined || from === undefined || into === from) continue;
    const [kept, joined] = [membersOf(into), membersOf(from)];
    if (!fits(kept, joined)) {
      refused.add(pair);
      continue;
    }
    for (const member of joined) clusterOf[member] = into;
    members.set(into, [...kept, ...joined]);
    members.delete(from);
  }
  return withImplied({ linked, graded, refused, members, clusterOf });
}

function withImplied(found: {
  readonly linked: Linked;
  readonly graded: readonly GradedPair[];
  readonly refused: ReadonlySet<GradedPair>;
  readonly members: ReadonlyMap<number, readonly number[]>;
  readonly clusterOf: Uint32Array;
}): readonly GradedPair[] {
  const { linked, graded, refused, members, clusterOf } = found;
  const { people, model } = linked;
  const scorer = createScorer(model);
  const told = new Map<number, GradedPair>();
  const width = people.left.length;
  for (const pair of graded) {
    const cluster = clusterOf[pair.left] ?? 0;
    const isTogether = cluster === clusterOf[pair.right];
    const key = pair.left * width + pair.right;
    if (refused.has(pair)) told.set(key, { ...pair, grade: "probable", linked: "no" });
    else if (!isTogether) told.set(key, pair);
    else if (pair.grade === "certain") told.set(key, { ...pair, cluster });
    else told.set(key, { ...pair, grade: "certain", linked: "through", cluster });
  }
  for (const [cluster, records] of members) {
    const ordered = records.toSorted((one, other) => one - other);
    for (const [at, left] of ordered.entries()) {
      for (const right of ordered.slice(at + 1)) {
        const key = left * width + right;
        if (told.has(key)) continue;
        const probability = toProbability(scorer.score(personAt(people.left, left), personAt(people.left, right)));
        told.set(key, { place: -1, left, right, probability, grade: "certain", linked: "through", cluster });
      }
    }
  }
  return [...told.entries()].sort(([one], [other]) => one - other).map(([, pair]) => pair);
}

function personAt(people: readonly Features[], at: number): Features {
  const person = people[at];
  if (person === undefined) throw new RangeError("a pair names a record that is not there");
  return person;
}
