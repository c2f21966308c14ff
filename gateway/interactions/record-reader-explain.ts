import type { Requester } from "../access/requester.ts";
import { explain } from "../disclosure/explain.ts";
import type { Explanation, ExplanationStep } from "../disclosure/explanation.ts";
import type { Moment } from "./record-reader.ts";
import { Current } from "./record-reader-candidate.ts";
import type { LoadedRecord, LoadOptions } from "./record-reader-load.ts";
import { toSight } from "./record-reader-view.ts";

interface Asked {
  readonly type: string;
  readonly id: string;
}

interface Looking {
  readonly requester: Requester;
  readonly at: Moment;
  readonly options: LoadOptions;
}

/**
 * Why one requester would or would not see a current resource of a child. What is said to be decided is what the
 * requester's own view shows; the steps are those of the engine that made it. `undefined`: the record holds none such.
 */
export function explainResource(
  record: LoadedRecord,
  { type, id }: Asked,
  { requester, at, options }: Looking,
): Explanation | undefined {
  if (record.kind !== "child") return undefined;
  if (type === "Patient") {
    return record.patientId === id ? explainPatient(record, { requester, at, options }) : undefined;
  }
  const { pack } = record;
  const entry = pack.ids.findIndex((known, index) => known === id && pack.types[index] === type);
  if (entry < 0) return undefined;
  const candidate = new Current(record, entry, options);
  const isSeen = toSight(record, { requester, at }, options)?.sees(candidate) ?? false;
  const { steps } = explain({ facts: record.facts, requester, at, resource: candidate });
  return conclude(isSeen, steps);
}

function explainPatient(record: LoadedRecord, { requester, at, options }: Looking): Explanation {
  const steps: ExplanationStep[] = [];
  const trace = (step: ExplanationStep): void => {
    steps.push(step);
  };
  const sight = toSight(record, { requester, at, trace }, options);
  return conclude(sight !== undefined && sight.patient.size > 0, steps);
}

/** The view may hide more than the rules on disclosure do; then it says so itself. */
function conclude(isSeen: boolean, steps: readonly ExplanationStep[]): Explanation {
  if (isSeen) return { decision: "permit", steps };
  const isTold = steps.some(({ effect }) => effect === "denies");
  return { decision: "deny", steps: isTold ? steps : [...steps, BEYOND_THE_RULES] };
}

const BEYOND_THE_RULES: ExplanationStep = {
  rule: "view",
  basis: "record",
  effect: "denies",
  reason:
    "It is of a kind that this requester does not read, is about what is withheld, or nothing of the child is left to see.",
};
