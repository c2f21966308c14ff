import { EXEMPT, type FoundationStageProfile, type RecordedGoal } from "./profile.ts";

/** Codes of our CodeSystem `good-level-of-development`. */
export type GoodLevel = "achieved" | "not-achieved" | "undetermined";

/** The goals of a profile that count to the good level of development, as far as they were recorded. */
export function goalsThatCount({ framework, goals }: FoundationStageProfile): RecordedGoal[] {
  const counting = new Set(framework.goals.filter((goal) => goal.countsToGoodLevel).map(({ code }) => code));
  return goals.filter(({ code }) => counting.has(code));
}

/**
 * Whether the child reached a good level of development: at least the expected level in all twelve goals of
 * communication and language; personal, social and emotional development; physical development; literacy; mathematics.
 * `undetermined` while one of the twelve is missing. `undefined` where there is nothing to say: no goal that counts was
 * recorded, or the child is exempt.
 *
 * Source: DfE, Early years foundation stage profile results, methodology.
 */
export function goodLevelOfDevelopment(profile: FoundationStageProfile): GoodLevel | undefined {
  const recorded = goalsThatCount(profile);
  if (recorded.length === 0 || recorded.some(({ outcome }) => outcome === EXEMPT)) return undefined;
  const needed = profile.framework.goals.filter((goal) => goal.countsToGoodLevel).length;
  if (recorded.length < needed) return "undetermined";
  return recorded.every(({ outcome }) => outcome !== "1") ? "achieved" : "not-achieved";
}
