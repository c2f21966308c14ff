import { EARLY_LEARNING_GOALS, FORMER_EARLY_LEARNING_GOALS } from "#profiles/generated/codes.ts";
import {
  EARLY_LEARNING_GOAL,
  FORMER_EARLY_LEARNING_GOAL,
  FORMER_GOAL_OUTCOME,
  GOAL_OUTCOME,
} from "#profiles/systems.ts";

/** One early learning goal, as a source and FHIR need it. */
export interface Goal {
  readonly code: string;
  /** Three letters of the area of learning, as `COM`. */
  readonly subject: string;
  readonly domains: readonly string[];
  readonly countsToGoodLevel: boolean;
}

/**
 * One of the two sets of early learning goals. Their codes look alike and mean other things, so nothing here ever
 * crosses from one to the other.
 */
export interface Framework {
  readonly name: "current" | "former";
  readonly goalSystem: string;
  readonly outcomeSystem: string;
  /** Outcome codes from the lowest level up; the second is "expected". */
  readonly outcomes: readonly string[];
  readonly outcomesInWords: string;
  readonly goals: readonly Goal[];
}

/** Goals E01 to E17, assessed since the academic year 2021/22. */
export const CURRENT_FRAMEWORK: Framework = {
  name: "current",
  goalSystem: EARLY_LEARNING_GOAL,
  outcomeSystem: GOAL_OUTCOME,
  outcomes: ["1", "2"],
  outcomesInWords: "1 (emerging) or 2 (expected)",
  goals: EARLY_LEARNING_GOALS.map(({ code, subject, domain, countsToGoodLevel }) => ({
    code,
    subject,
    domains: [domain],
    countsToGoodLevel,
  })),
};

/** The areas whose goals make the good level of development, then as now. */
const AREAS_THAT_COUNT: ReadonlySet<string> = new Set(["COM", "PSE", "PHY", "LIT", "MAT"]);

/** Goals G01 to G17, assessed from 2012/13 to 2018/19. */
export const FORMER_FRAMEWORK: Framework = {
  name: "former",
  goalSystem: FORMER_EARLY_LEARNING_GOAL,
  outcomeSystem: FORMER_GOAL_OUTCOME,
  outcomes: ["1", "2", "3"],
  outcomesInWords: "1 (emerging), 2 (expected) or 3 (exceeding)",
  goals: FORMER_EARLY_LEARNING_GOALS.map(({ code, subject, domains }) => ({
    code,
    subject,
    domains,
    countsToGoodLevel: AREAS_THAT_COUNT.has(subject),
  })),
};

const BY_CODE: ReadonlyMap<string, { readonly framework: Framework; readonly goal: Goal }> = new Map(
  [CURRENT_FRAMEWORK, FORMER_FRAMEWORK].flatMap((framework) =>
    framework.goals.map((goal) => [goal.code, { framework, goal }] as const),
  ),
);

/** The goal with this code, and the framework it belongs to. */
export function goalOf(code: string): { readonly framework: Framework; readonly goal: Goal } | undefined {
  return BY_CODE.get(code);
}
