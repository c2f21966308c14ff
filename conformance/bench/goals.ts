/** One figure the bench arrives at, and what it is to reach. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  readonly unit: "×" | "s" | "MB" | "ms" | "/s" | "KB" | "errors";
  /** `at-least` or `at-most` the goal. */
  readonly direction: "at-least" | "at-most";
  readonly goal: number;
}

const atLeast = (id: string, title: string, goal: number, unit: Goal["unit"]): Goal => ({
  ...{ id, title, goal, unit },
  direction: "at-least",
});

const atMost = (id: string, title: string, goal: number, unit: Goal["unit"]): Goal => ({
  ...{ id, title, goal, unit },
  direction: "at-most",
});

/** What is to be reached on two cores, with authentication, visibility, durable audit and durable writes on. */
export const GOALS: readonly Goal[] = [
  atLeast("search-rate", "search a child, rate of static", 0.5, "×"),
  atMost("search-cpu", "search a child, CPU of static", 2.2, "×"),
  atMost("search-p99", "search a child, p99", 10, "ms"),
  atLeast("search-code-rate", "with a code, rate of static", 0.5, "×"),
  atMost("search-code-cpu", "with a code, CPU of static", 2.2, "×"),
  atMost("search-code-p99", "with a code, p99", 10, "ms"),
  atMost("cold-p99", "no child twice, p99 in open load", 15, "ms"),
  atMost("cold-cpu", "no child twice, CPU of static", 4, "×"),
  atLeast("read-rate", "read by id, rate of static", 0.6, "×"),
  atLeast("guarded", "search, rate of unguarded", 0.6, "×"),
  atLeast("workers", "two workers, rate of one", 1.5, "×"),
  atLeast("match-rate", "match details", 1_500, "/s"),
  atLeast("create-rate", "create, 64 connections", 8_000, "/s"),
  atLeast("ingest", "ingest of all sources, resources", 15_000, "/s"),
  atLeast("cohort", "cohort in one file, resources", 15_000, "/s"),
  atMost("cohort-memory", "cohort, resident memory", 400, "MB"),
  atLeast("cohort-unchanged", "cohort unchanged, rate of new", 4, "×"),
  atMost("start", "warm start to first answer", 0.5, "s"),
  atMost("memory-idle", "resident memory, idle", 120, "MB"),
  atMost("memory-loaded", "resident memory, loaded", 214, "MB"),
  atMost("stored", "stored a resource", 1.5, "KB"),
  atMost("growth-search", "search p50, largest store of smallest", 1.2, "×"),
  // A store ten or a hundred times as large may not take a quarter more: that is a collector's mood, not growth.
  atMost("growth-population", "memory of a population search, same", 1.25, "×"),
  atMost("growth-ingest", "memory of an ingest, same", 1.25, "×"),
  atLeast("postgres-search", "PostgreSQL, search, rate of SQLite", 0.65, "×"),
  atLeast("postgres-search-code", "PostgreSQL, with a code, of SQLite", 0.65, "×"),
  atLeast("postgres-create", "PostgreSQL, create, 64 connections", 1_500, "/s"),
  atLeast("postgres-ingest", "PostgreSQL, ingest, resources", 5_000, "/s"),
  atMost("sustain-failures", "sustained, failures", 0, "errors"),
  atMost("sustain-p99", "sustained, p99 of p50", 5, "×"),
  atMost("sustain-memory", "sustained, resident memory, end of begin", 1.1, "×"),
  atMost("sustain-heap", "sustained, heap after collection, same", 1.1, "×"),
  atMost("sustain-files", "sustained, open files, same", 1.1, "×"),
];

export type Verdict = "met" | "missed" | "not measured";

export interface Judged {
  readonly goal: Goal;
  readonly figure?: number;
  readonly verdict: Verdict;
}

export function judgeGoal({ direction, goal }: Goal, figure: number | undefined): Verdict {
  if (figure === undefined) return "not measured";
  return (direction === "at-least" ? figure >= goal : figure <= goal) ? "met" : "missed";
}

/** Every goal with its figure, if there is one. */
export function judge(figures: ReadonlyMap<string, number>): readonly Judged[] {
  return GOALS.map((goal) => {
    const figure = figures.get(goal.id);
    return { goal, ...(figure === undefined ? {} : { figure }), verdict: judgeGoal(goal, figure) };
  });
}
