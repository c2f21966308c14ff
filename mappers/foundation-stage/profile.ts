import type { FieldIssue } from "../mapper.ts";
import { type Framework, goalOf } from "./framework.ts";

/** Recorded on every goal of a child whose setting or who itself is exempt, and on no goal of any other. */
export const EXEMPT = "A";

/** One goal as a source recorded it. */
export interface RecordedGoal {
  readonly code: string;
  /** A code of the framework's outcomes, or `A`. */
  readonly outcome: string;
  /** How the source says it was assessed, verbatim. */
  readonly method?: string;
}

/** An assessed foundation stage profile of one child and academic year. */
export interface FoundationStageProfile {
  readonly framework: Framework;
  /** Calendar year in which the academic year ends. */
  readonly endYear: number;
  readonly goals: readonly RecordedGoal[];
}

/** A recorded goal with the field it came from, in the source's own words. */
export interface GoalField extends RecordedGoal {
  readonly field: string;
}

/**
 * What is wrong with the goals of one child and year. Source: early years foundation stage profile return, outcomes of
 * the early learning goals (levels since 2021/22; `A` on every goal and only for an exemption since 2023).
 */
export function checkGoals(goals: readonly GoalField[], endYear?: number): FieldIssue[] {
  const issues = goals.flatMap(checkGoal);
  const first = goals[0];
  const framework = first === undefined ? undefined : goalOf(first.code)?.framework;
  if (framework === undefined) return issues;
  const stray = goals.find(({ code }) => goalOf(code)?.framework !== framework);
  if (stray !== undefined) {
    issues.push({
      severity: "error",
      field: stray.field,
      message:
        "goals of two frameworks in one profile; expected either E01 to E17 (since 2021/22) or G01 to G17 (before), send each year's profile by itself",
    });
  }
  if (endYear !== undefined && first !== undefined) issues.push(...checkYear(first, framework, endYear));
  return [...issues, ...checkRepeats(goals), ...checkExemption(goals, framework)];
}

function checkGoal({ field, code, outcome }: GoalField): FieldIssue[] {
  const framework = goalOf(code)?.framework;
  if (framework === undefined) {
    return [{ severity: "error", field, message: "not an early learning goal; expected E01 to E17, or G01 to G17" }];
  }
  if (outcome === EXEMPT || framework.outcomes.includes(outcome)) return [];
  return [
    {
      severity: "error",
      field,
      message: `unknown outcome; expected ${framework.outcomesInWords}, or A on every goal of an exempt child (EYFS profile outcomes)`,
      unmapped: { list: `${framework.name} early learning goal outcome`, code: outcome },
    },
  ];
}

/** E01 to E17 were first assessed in the academic year that ended in 2022. */
function checkYear({ field }: GoalField, framework: Framework, endYear: number): FieldIssue[] {
  if ((framework.name === "current") === endYear >= 2022) return [];
  return [
    {
      severity: "warning",
      field,
      message: "a goal of another framework than that of the academic year; E01 to E17 are assessed since 2021/22",
    },
  ];
}

function checkRepeats(goals: readonly GoalField[]): FieldIssue[] {
  const seen = new Set<string>();
  const repeated = goals.filter(({ code }) => seen.has(code) || !seen.add(code));
  return repeated.map(({ field }) => ({
    severity: "error",
    field,
    message: "the same goal twice in one academic year; expected one outcome a goal",
  }));
}

function checkExemption(goals: readonly GoalField[], framework: Framework): FieldIssue[] {
  const exempt = goals.find(({ outcome }) => outcome === EXEMPT);
  if (exempt === undefined) return [];
  if (goals.some(({ outcome }) => outcome !== EXEMPT)) {
    return [
      {
        severity: "error",
        field: exempt.field,
        message:
          "A on some goals and an outcome on others; an exemption stands on all seventeen goals or on none (EYFS profile return, since 2023)",
      },
    ];
  }
  if (goals.length === framework.goals.length) return [];
  return [
    {
      severity: "warning",
      field: exempt.field,
      message: "an exemption that does not stand on all seventeen goals (EYFS profile return, since 2023)",
    },
  ];
}
