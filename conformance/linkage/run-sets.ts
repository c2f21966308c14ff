import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countByCluster, type Score, scoreOf } from "./clusters.ts";
import { readPairs } from "./pairs-file.ts";
import { findSet, PUBLIC_SETS, type PublicSet, readPersons } from "./public-sets.ts";
import { runLink } from "./run-link.ts";

export interface SetResult {
  readonly set: string;
  readonly profile: "full" | "early-years";
  readonly truePairs: number;
  /** Certain links alone, their transitive closure, and with what a steward would be shown. */
  readonly certain: Score;
  readonly clusters: Score;
  readonly withReview: Score;
  /** Whatever the grade, all pairs of at least this probability. */
  readonly atHalf: Score;
  readonly at95: Score;
  /** The transitive closure of those. */
  readonly clusters95: Score;
  readonly time_ms: number;
  readonly missed: readonly string[];
}

interface Records {
  readonly persons: readonly string[];
  readonly left: ReadonlyMap<string, number>;
  readonly right: ReadonlyMap<string, number>;
  readonly isOneFile: boolean;
}

async function readRecords(set: PublicSet, files: { left: string; right?: string }): Promise<Records> {
  const left = await readPersons(files.left, set);
  const right = files.right === undefined ? left : await readPersons(files.right, set);
  const isOneFile = files.right === undefined;
  const persons = [...left.values(), ...(isOneFile ? [] : right.values())];
  const number = (ids: Iterable<string>, from: number) =>
    new Map([...ids].map((id, index) => [id, from + index] as const));
  const leftNumbers = number(left.keys(), 0);
  return { persons, left: leftNumbers, right: isOneFile ? leftNumbers : number(right.keys(), left.size), isOneFile };
}

/** True pairs across two files; within one, every pair of a person's records. */
function countTruePairs({ persons, left, isOneFile }: Records): number {
  const sides = new Map<string, [number, number]>();
  for (const [record, person] of persons.entries()) {
    const counts = sides.get(person) ?? [0, 0];
    counts[isOneFile || record < left.size ? 0 : 1] += 1;
    sides.set(person, counts);
  }
  let pairs = 0;
  for (const [one, other] of sides.values()) pairs += isOneFile ? (one * (one - 1)) / 2 : one * other;
  return pairs;
}

type Selection = "certain" | "withReview" | "atHalf" | "at95";

type Links = readonly (readonly [number, number])[];

interface Scores {
  readonly links: Readonly<Record<"certain" | "at95", Links>>;
  readonly counts: Readonly<Record<Selection, { given: number; right: number }>>;
}

async function scorePairs(path: string, records: Records): Promise<Scores> {
  const none = () => ({ given: 0, right: 0 });
  const counts = { certain: none(), withReview: none(), atHalf: none(), at95: none() };
  const links: Record<"certain" | "at95", [number, number][]> = { certain: [], at95: [] };
  const seen = new Set<number>();
  await readPairs(path, ({ left, right, probability, grade }) => {
    const [one, other] = [records.left.get(left), records.right.get(right)];
    if (one === undefined || other === undefined) throw new Error("the pairs name a record that is in no file");
    const pair = Math.min(one, other) * records.persons.length + Math.max(one, other);
    if (one === other || seen.has(pair)) return;
    seen.add(pair);
    const isRight = records.persons[one] === records.persons[other];
    const inReview = grade === "probable" || grade === "possible";
    const selected: [Selection, boolean][] = [
      ["certain", grade === "certain"],
      ["withReview", grade === "certain" || inReview],
      ["atHalf", probability >= 0.5],
      ["at95", probability >= 0.95],
    ];
    for (const [name, is] of selected) {
      if (!is) continue;
      counts[name].given += 1;
      if (isRight) counts[name].right += 1;
    }
    if (grade === "certain") links.certain.push([one, other]);
    if (probability >= 0.95) links.at95.push([one, other]);
  });
  return { links, counts };
}

function missedGoals(set: PublicSet, profile: SetResult["profile"], result: Omit<SetResult, "missed">): string[] {
  const goals = set.goals?.[profile] ?? {};
  const judged: [string, number, number | undefined][] = [
    ["F1", result.certain.f1, goals.pairF1],
    ["precision", result.certain.precision, goals.precision],
    ["F1 with review", result.withReview.f1, goals.reviewF1],
    ["F1 at p ≥ 0.95", result.at95.f1, goals.pairF1At95],
    ["F1 by cluster at p ≥ 0.95", result.clusters95.f1, goals.clusterF1At95],
  ];
  return judged.flatMap(([name, value, goal]) =>
    goal !== undefined && value < goal ? [`${set.name} ${profile}: ${name} ${value.toFixed(4)} < ${goal}`] : [],
  );
}

/** Runs one set in one profile through the command. */
async function runSet(
  set: PublicSet,
  profile: SetResult["profile"],
  files: { left: string; right?: string },
  work: string,
): Promise<SetResult> {
  await mkdir(work, { recursive: true });
  const columns = join(work, "columns.json");
  const pairs = join(work, "pairs.csv");
  await writeFile(columns, JSON.stringify(set.columns[profile]));
  const records = await readRecords(set, files);
  const run = await runLink({ ...files, columns, pairs });
  const { counts, links } = await scorePairs(pairs, records);
  const truePairs = countTruePairs(records);
  const score = (name: Selection) => scoreOf({ truePairs, ...counts[name] });
  const result = {
    ...{ set: set.name, profile, truePairs, time_ms: run.time_ms },
    ...{ certain: score("certain"), withReview: score("withReview"), atHalf: score("atHalf"), at95: score("at95") },
    clusters: scoreOf(countByCluster(records.persons, links.certain)),
    clusters95: scoreOf(countByCluster(records.persons, links.at95)),
  };
  return { ...result, missed: missedGoals(set, profile, result) };
}

/** Runs every set that lies below a folder, in both profiles. */
export async function runSets(
  directory: string,
  work: string,
  progress: (result: SetResult) => void,
): Promise<SetResult[]> {
  const results: SetResult[] = [];
  for (const set of PUBLIC_SETS) {
    const files = await findSet(directory, set);
    if (files === undefined) continue;
    for (const profile of ["full", "early-years"] as const) {
      const result = await runSet(set, profile, files, work);
      results.push(result);
      progress(result);
    }
  }
  return results;
}
