import { CASES } from "./cases/all.ts";
import { REQUIREMENTS } from "./requirements/all.ts";
import { NOT_TESTED } from "./requirements/not-tested.ts";
import type { CaseResult, MatrixRow, Outcome } from "./result.ts";

/** From worst to best: one failure outweighs any number of passes, and a pass outweighs what did not apply. */
const WEIGHT: readonly Outcome[] = ["fail", "error", "warn", "blocked", "pass", "not-applicable", "not-declared"];

/** One row a requirement, with the cases that cover it and the worst of their results. */
export function createMatrix(results: readonly CaseResult[]): readonly MatrixRow[] {
  const reasons = new Map(NOT_TESTED.flatMap(({ ids, reason }) => ids.map((id) => [id, reason])));
  return REQUIREMENTS.map(({ id, level, anchor, rule, core }) => {
    const row = { id, level, anchor, rule, core, cases: casesOf(id) };
    const reason = reasons.get(id);
    if (row.cases.length === 0) return { ...row, outcome: "not-tested", ...(reason === undefined ? {} : { reason }) };
    return { ...row, ...worstOf(id, results) };
  });
}

function casesOf(id: string): readonly string[] {
  return CASES.filter((each) => each.requirements.includes(id)).map((each) => each.id);
}

/** A case that breaks decides for the rule it names; for the rules it only shows along the way, its passes count. */
function worstOf(id: string, results: readonly CaseResult[]): Pick<MatrixRow, "outcome" | "reason"> {
  const decisive = results.filter(({ requirements, outcome }) => {
    const [named] = requirements;
    return requirements.includes(id) && (named === id || outcome === "pass");
  });
  const covering = decisive.length > 0 ? decisive : results.filter((result) => result.requirements.includes(id));
  const [worst] = [...covering].sort((one, other) => WEIGHT.indexOf(one.outcome) - WEIGHT.indexOf(other.outcome));
  if (worst === undefined) return { outcome: "not-run" };
  return { outcome: worst.outcome, ...(worst.reason === undefined ? {} : { reason: worst.reason }) };
}
