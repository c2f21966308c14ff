import { FIELD, FIELD_NAMES, GIVEN, MISSING } from "../compare/fields.ts";
import { type Judgement, judge, toGrade } from "../grade.ts";
import type { Grade } from "../matcher.ts";
import { joinClusters } from "./clusters.ts";
import type { Linked } from "./link-people.ts";
import { holdStrangers } from "./moved.ts";
import { findNewYears } from "./new-year.ts";
import { findRivals } from "./rivals.ts";
import { findSeenTwins } from "./seen-twins.ts";
import { areNamesOfTwins } from "./twin-names.ts";

/** One line of the outcome: two records that are, or may be, of one person. */
export interface GradedPair {
  /** Of the pair among the candidates; −1 where only a cluster joins both. */
  readonly place: number;
  readonly left: number;
  readonly right: number;
  readonly probability: number;
  readonly grade: Exclude<Grade, "certainly-not">;
  /** `through` its cluster where both are linked by way of other records and not by themselves. */
  readonly linked: "directly" | "through" | "no";
  /** Of both, in deduplication where both are in the same one. */
  readonly cluster?: number;
}

/** Grades every pair that is worth telling, in order of left and right; in deduplication with all pairs of each cluster. */
export function gradePairs(linked: Linked): readonly GradedPair[] {
  const graded = gradeOwn(linked);
  return linked.people.right === undefined ? joinClusters(linked, graded) : graded;
}

/** A short form or a slip of the name of one may be one of its twin's as well: Harry, Harrison and Harrry. */
const IN_DOUBT: readonly number[] = [GIVEN.nickname, GIVEN.close];
/** What stands against a pair of two birth dates where one of them is no day that anybody knew. */
const NOTHING_ELSE: Judgement = { highest: "certain" };

function gradeOwn(linked: Linked): readonly GradedPair[] {
  const { people, candidates, table, probability, population, twinNames } = linked;
  const { left, right = left } = people;
  const graded: GradedPair[] = [];
  const rivals = population.isOfAllAges ? undefined : findRivals(linked);
  const isOfTwoFiles = !population.isOfAllAges && people.right !== undefined;
  const twins = isOfTwoFiles ? findSeenTwins(linked) : undefined;
  const isNewYear = isOfTwoFiles ? findNewYears(linked) : undefined;
  for (let pair = 0; pair < candidates.size; pair++) {
    const [one, other] = [candidates.left[pair] ?? 0, candidates.right[pair] ?? 0];
    const [first, second] = [left[one], right[other]];
    if (first === undefined || second === undefined) continue;
    const level = table.levels.subarray(pair * FIELD_NAMES.length, (pair + 1) * FIELD_NAMES.length);
    const judged = judge(first, second, level, population);
    const judgement = judged.highest === "probable" && isNewYear?.(pair) === true ? NOTHING_ELSE : judged;
    const told = probability[pair] ?? 0;
    const sure = judgement.highest === "certain" ? twins?.accounted(pair) : undefined;
    const is = toGrade(told, judgement) === "probable" ? Math.max(told, sure ?? 0) : told;
    const earned = toGrade(is, judgement);
    if (earned === "certainly-not") continue;
    const given = level[FIELD.given] ?? MISSING;
    const mayBeTwin = sure === undefined && IN_DOUBT.includes(given) && twins?.hasAlike(pair) === true;
    const isHeld = mayBeTwin || rivals?.hasRival(pair) === true || areNamesOfTwins(twinNames, given, first, second);
    const grade = earned === "certain" && isHeld ? "probable" : earned;
    graded.push({
      place: pair,
      left: one,
      right: other,
      probability: is,
      grade,
      linked: grade === "certain" ? "directly" : "no",
    });
  }
  return population.isOfAllAges ? graded : holdStrangers(linked, graded);
}
