import { CHILD_HEALTH_FINDING } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import type { Found } from "./finding.ts";
import { readConcept, readDateTime } from "./read-datatypes.ts";
import { FRAME } from "./read-observation.ts";
import { readAnnotation } from "./read-procedure.ts";
import {
  below,
  each,
  fail,
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
 * value; any other condition is told as having been recorded. https://hl7.org/fhir/STU3/condition.html
 */
export function readCondition(spot: Spot, node: Node): Found | undefined {
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
  return {
    status,
    code: result === undefined ? toCodeableConcept(CHILD_HEALTH_FINDING, "condition-recorded") : code,
    ...(asserted === undefined ? {} : { effectiveDateTime: asserted }),
    valueCodeableConcept: result ?? code,
    ...(bodySite === undefined ? {} : { bodySite }),
    ...(note.length === 0 ? {} : { note }),
    ...(onset === undefined
      ? {}
      : {
          component: [{ code: toCodeableConcept(CHILD_HEALTH_FINDING, "first-noticed"), valueDateTime: onset }],
        }),
  };
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
