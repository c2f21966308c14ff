/** Pairs of records: how many are true, how many a matcher gives, how many of those are right. */
export interface PairCounts {
  readonly truePairs: number;
  readonly given: number;
  readonly right: number;
}

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export function scoreOf({ truePairs, given, right }: PairCounts): Score {
  const precision = given === 0 ? 0 : right / given;
  const recall = truePairs === 0 ? 0 : right / truePairs;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function pairsOf(sizes: Iterable<number>): number {
  let pairs = 0;
  for (const size of sizes) pairs += (size * (size - 1)) / 2;
  return pairs;
}

/** Sets of records joined by links, whatever path: a record by its number. */
function clusterOf(records: number, links: Iterable<readonly [number, number]>): number[] {
  const parent = Array.from({ length: records }, (_, index) => index);
  const rootOf = (record: number): number => {
    let root = record;
    while (parent[root] !== root && parent[root] !== undefined) {
      parent[root] = parent[parent[root] ?? root] ?? root;
      root = parent[root] ?? root;
    }
    return root;
  };
  for (const [one, other] of links) parent[rootOf(one)] = rootOf(other);
  return parent.map((_, record) => rootOf(record));
}

function sizesBy(keys: Iterable<string | number>): Map<string | number, number> {
  const sizes = new Map<string | number, number>();
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  return sizes;
}

/** Counts all pairs within the clusters that links make, against `person` of every record. */
export function countByCluster(persons: readonly string[], links: Iterable<readonly [number, number]>): PairCounts {
  const clusters = clusterOf(persons.length, links);
  return {
    truePairs: pairsOf(sizesBy(persons).values()),
    given: pairsOf(sizesBy(clusters).values()),
    right: pairsOf(sizesBy(persons.map((person, record) => `${clusters[record]} ${person}`)).values()),
  };
}
