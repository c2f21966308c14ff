/** One figure the bench arrives at, and what it is to reach. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  readonly unit: "×" | "s" | "MB" | "ms" | "/s" | "KB";
  /** `at-least` or `at-most` the goal. */
  readonly direction: "at-least" | "at-most";
  readonly goal: number;
  /** Below this the first house does not stand; between floor and goal there is work left. */
  readonly floor?: number;
}

/** What is to be reached on two cores, with authentication, visibility and durable audit on. */
export const GOALS: readonly Goal[] = [
  { id: "search-rate", title: "search a child, rate", unit: "×", direction: "at-least", goal: 0.5, floor: 0.35 },
  { id: "search-cpu", title: "search a child, server CPU", unit: "×", direction: "at-most", goal: 2.2 },
  { id: "search-p99", title: "search a child, p99", unit: "ms", direction: "at-most", goal: 10 },
  { id: "search-code-rate", title: "with code, rate", unit: "×", direction: "at-least", goal: 0.5, floor: 0.35 },
  { id: "search-code-cpu", title: "with code, server CPU", unit: "×", direction: "at-most", goal: 2.2 },
  { id: "search-code-p99", title: "with code, p99", unit: "ms", direction: "at-most", goal: 10 },
  { id: "read-rate", title: "read by id, rate", unit: "×", direction: "at-least", goal: 0.6 },
  { id: "search-guarded", title: "of the same unguarded", unit: "×", direction: "at-least", goal: 0.6 },
  { id: "match-rate", title: "match details, rate", unit: "/s", direction: "at-least", goal: 1_500 },
  { id: "create-rate", title: "create an Observation", unit: "/s", direction: "at-least", goal: 8_000 },
  { id: "start", title: "warm start to first answer", unit: "s", direction: "at-most", goal: 0.5, floor: 1 },
  { id: "memory-idle", title: "resident memory, idle", unit: "MB", direction: "at-most", goal: 120, floor: 150 },
  { id: "memory-loaded", title: "resident memory, loaded", unit: "MB", direction: "at-most", goal: 214 },
  { id: "ingest", title: "ingest, resources", unit: "/s", direction: "at-least", goal: 15_000 },
  { id: "cohort", title: "cohort in one file, resources", unit: "/s", direction: "at-least", goal: 15_000 },
  { id: "cohort-memory", title: "cohort, resident memory", unit: "MB", direction: "at-most", goal: 400 },
  { id: "cohort-unchanged", title: "cohort unchanged, rate", unit: "×", direction: "at-least", goal: 4 },
  { id: "stored", title: "stored a resource", unit: "KB", direction: "at-most", goal: 1.5 },
];

export type Verdict = "met" | "above the floor" | "missed";

export function judgeGoal({ direction, goal, floor }: Goal, measured: number): Verdict {
  const reaches = (mark: number) => (direction === "at-least" ? measured >= mark : measured <= mark);
  if (reaches(goal)) return "met";
  return floor !== undefined && reaches(floor) ? "above the floor" : "missed";
}
