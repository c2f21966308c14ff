import { EARLY_LEARNING_GOAL, GOAL_OUTCOME, LOINC, OBJECTION_STATE_EXTENSION, SHARING_DECISION } from "../systems.ts";
import { type Issues, isNode, type Node, report } from "./issue.ts";
import { valuesAt } from "./profile-elements.ts";

/** Invariants of this project's profiles as plain functions; a test holds each equal to its FHIRPath expression. */
type Invariant = (resource: Node, out: Issues) => void;

function codings(resource: Node, path: string, system: string): readonly Node[] {
  return valuesAt(resource, path.split("."))
    .filter(isNode)
    .filter((coding) => coding.system === system);
}

const elg1: Invariant = (resource, out) => {
  const hasValue = Object.keys(resource).some((name) => /^_?value[A-Z]/.test(name));
  if (!hasValue && resource.dataAbsentReason === undefined) {
    report(out, "invariant", "", "elg-1: an outcome, or the reason why there is none.");
  }
};

const elg2: Invariant = (resource, out) => {
  if (resource.valueCodeableConcept === undefined) return;
  const isInForce = codings(resource, "code.coding", EARLY_LEARNING_GOAL).length > 0;
  if (isInForce !== codings(resource, "valueCodeableConcept.coding", GOAL_OUTCOME).length > 0) {
    report(out, "invariant", "value", "elg-2: the goal and its outcome are of the same framework.");
  }
};

const shc1: Invariant = (consent, out) => {
  const isObjection = codings(consent, "category.coding", SHARING_DECISION).some(({ code }) => code === "objection");
  const urls = valuesAt(consent, ["extension", "url"]);
  if (isObjection && !urls.includes(OBJECTION_STATE_EXTENSION)) {
    report(out, "invariant", "", "shc-1: an objection has a state.");
  }
};

const shc2: Invariant = (consent, out) => {
  if (codings(consent, "category.coding", SHARING_DECISION).length !== 1) {
    report(out, "invariant", "category", "shc-2: one code says objection or agreement.");
  }
};

const vitalSigns1: Invariant = (resource, out) => {
  if (codings(resource, "code.coding", LOINC).length === 0) {
    report(out, "invariant", "code", "ukcore-obs-vs-001: one of the codes is of LOINC.");
  }
};

export const PROFILE_INVARIANTS: ReadonlyMap<string, Invariant> = new Map([
  ["elg-1", elg1],
  ["elg-2", elg2],
  ["shc-1", shc1],
  ["shc-2", shc2],
  ["ukcore-obs-vs-001", vitalSigns1],
]);
