import { CHILD_HEALTH_FINDING, DATA_ABSENT_REASON } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import type { Topic } from "./events.ts";
import type { Found } from "./finding.ts";
import { readConcept, readDateTime } from "./read-datatypes.ts";
import { FRAME } from "./read-observation.ts";
import { readAnnotation } from "./read-procedure.ts";
import {
  below,
  each,
  fail,
  isNode,
  leave,
  leaveOthers,
  type Node,
  one,
  type Reader,
  readNode,
  readText,
  type Spot,
  warn,
} from "./reading.ts";

const READ = [...FRAME, "verificationStatus", "code", "assertedDate", "onsetDateTime", "stage", "bodySite", "note"];

/**
 * A Condition of STU3 as an Observation. A developmental skill has its result as the summary of its stage, which is the
 * value; one without a result has no value, since its bare name would read as achieved. Any other condition is told as
 * having been recorded. https://hl7.org/fhir/STU3/condition.html
 */
export function readCondition(spot: Spot, node: Node, topic: Topic): Found | undefined {
  leaveOthers(spot, node, READ);
  const status = one(spot, node, "verificationStatus", readStatus) ?? "final";
  const code = one(spot, node, "code", readConcept);
  if (code === undefined)
    return fail(below(spot, "code"), "expected the code of the condition, or its name as text (FHIR STU3)");
  const asserted = one(spot, node, "assertedDate", readDateTime);
  const onset = one(spot, node, "onsetDateTime", readDateTime);
  const result = one(spot, node, "stage", readStage);
  const [bodySite, ...otherSites] = each(spot, node, "bodySite", readConcept);
  if (otherSites.length > 0) leave(below(spot, "bodySite"));
  const note = each(spot, node, "note", readAnnotation);
  if (status === "refuted") {
    leave(spot);
    warn(spot, "says that the condition is not there; makes nothing");
    return undefined;
  }
  const isSkill = result !== undefined || topic === "development";
  if (isSkill && result === undefined) warn(spot, "a developmental skill without its result; carried without a value");
  return {
    status,
    code: isSkill ? code : toCodeableConcept(CHILD_HEALTH_FINDING, recordedAs(node)),
    ...(asserted === undefined ? {} : { effectiveDateTime: asserted }),
    ...(isSkill && result === undefined
      ? { dataAbsentReason: toCodeableConcept(DATA_ABSENT_REASON, "unknown") }
      : { valueCodeableConcept: result ?? code }),
    ...(bodySite === undefined ? {} : { bodySite }),
    ...(note.length === 0 ? {} : { note }),
    ...(onset === undefined
      ? {}
      : {
          component: [{ code: toCodeableConcept(CHILD_HEALTH_FINDING, "first-noticed"), valueDateTime: onset }],
        }),
  };
}

/**
 * What kind of condition it is: of birth details the profile alone tells a problem of the delivery from one of the child,
 * and a way of delivery that was tried from the one by which the child was born.
 */
const KINDS: readonly (readonly [profile: string, code: string])[] = [
  ["CareConnect-DCH-AttemptedDeliveryType-Condition-1", "attempted-delivery"],
  ["CareConnect-DCH-ProblemDuringDelivery-Condition-1", "problem-during-delivery"],
  ["CareConnect-DCH-PhysicalProblemAtBirth-Condition-1", "physical-problem-at-birth"],
];

function recordedAs({ meta }: Node): string {
  const profiles = isNode(meta) ? [meta.profile].flat() : [];
  const claims = (name: string): boolean =>
    profiles.some((profile) => typeof profile === "string" && profile.trim().endsWith(`/${name}`));
  return KINDS.find(([profile]) => claims(profile))?.[1] ?? "condition-recorded";
}

const readStage: Reader<NonNullable<Found["valueCodeableConcept"]>> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["summary"]);
  return one(spot, node, "summary", readConcept);
};

const readStatus: Reader<Found["status"] | "refuted"> = (spot, value) => {
  switch (readText(spot, value)) {
    case "provisional":
    case "differential":
      return "preliminary";
    case "confirmed":
      return "final";
    case "refuted":
    case "entered-in-error":
      return value === "refuted" ? "refuted" : "entered-in-error";
    case "unknown":
      return "unknown";
    default:
      return fail(spot, "expected a verification status of Condition (FHIR STU3)");
  }
};
