import type { ConformanceCase } from "./case.ts";
import { CASES } from "./cases/all.ts";
import { MADE_TYPES } from "./fixtures.ts";
import { REQUIREMENTS } from "./requirements/all.ts";
import type { Level, Requirement } from "./requirements/requirement.ts";

export interface Selection {
  /** Requirement, case, case with type, or group. */
  readonly only?: readonly string[] | undefined;
  readonly level?: Level | undefined;
  readonly types?: readonly string[];
}

/** One case on one subject. */
export interface Task {
  readonly id: string;
  readonly type: string;
  readonly test: ConformanceCase;
  readonly requirement: Requirement;
}

const RULES: ReadonlyMap<string, Requirement> = new Map(REQUIREMENTS.map((each) => [each.id, each]));

/** The tasks that a selection leaves, in order; none if the filter names nothing that exists. */
export function selectTasks({ only, level, types = MADE_TYPES }: Selection): readonly Task[] {
  return CASES.flatMap((test) => {
    const requirement = RULES.get(test.requirements[0]);
    if (requirement === undefined || (level !== undefined && requirement.level !== level)) return [];
    const subjects = test.scope === "server" ? [""] : types.filter((type) => test.types?.includes(type) ?? true);
    const tasks = subjects.map((type) => ({
      id: type === "" ? test.id : `${test.id}[${type}]`,
      type,
      test,
      requirement,
    }));
    if (only === undefined) return tasks;
    return tasks.filter(({ id }) =>
      only.some((name) => [id, test.id, test.group, ...test.requirements].some((each) => each === name)),
    );
  });
}
