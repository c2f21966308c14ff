import type { CodeableConcept } from "@medplum/fhirtypes";
import { CHILD_HEALTH_FINDING, DATA_ABSENT_REASON } from "#profiles/systems.ts";
import { toCodeableConcept } from "../datatypes/coding.ts";
import type { Found } from "./finding.ts";
import { readConcept, readDateTime, readPeriod } from "./read-datatypes.ts";
import { FRAME, readNote } from "./read-observation.ts";
import {
  below,
  each,
  fail,
  leave,
  leaveOthers,
  type Node,
  one,
  type Reader,
  readBoolean,
  readNode,
  readText,
  type Spot,
} from "./reading.ts";

const READ = [
  ...FRAME,
  "status",
  "code",
  "performedDateTime",
  "performedPeriod",
  "outcome",
  "bodySite",
  "note",
  "notDone",
  "notDoneReason",
];

/** event-status of STU3 as the status of what it found. */
export const EVENT_STATUSES: ReadonlyMap<string, Found["status"]> = new Map([
  ["preparation", "registered"],
  ["in-progress", "preliminary"],
  ["suspended", "preliminary"],
  ["aborted", "cancelled"],
  ["completed", "final"],
  ["entered-in-error", "entered-in-error"],
  ["unknown", "unknown"],
]);

/**
 * A Procedure of STU3 as the Observation of its outcome: its code is what was examined, its outcome the value. One without
 * an outcome is told as having been carried out, but only where it was. https://hl7.org/fhir/STU3/procedure.html
 */
export function readProcedure(spot: Spot, node: Node): Found | undefined {
  leaveOthers(spot, node, READ);
  const status = one(spot, node, "status", readStatus);
  if (node.status === undefined) fail(below(spot, "status"), "expected a status of Procedure (FHIR STU3)");
  const code = one(spot, node, "code", readConcept);
  if (code === undefined)
    fail(below(spot, "code"), "expected the code of the procedure, or its name as text (FHIR STU3)");
  const performed = readPerformed(spot, node);
  const outcome = one(spot, node, "outcome", readConcept);
  const [bodySite, ...otherSites] = each(spot, node, "bodySite", readConcept);
  if (otherSites.length > 0) leave(below(spot, "bodySite"));
  const note = each(spot, node, "note", readAnnotation);
  const absent = readNotDone(spot, node) ?? (outcome === undefined ? unfinished(status) : undefined);
  if (status === undefined || code === undefined) return undefined;
  return {
    status,
    code:
      outcome === undefined && absent === undefined
        ? toCodeableConcept(CHILD_HEALTH_FINDING, "procedure-carried-out")
        : code,
    ...performed,
    ...(absent === undefined ? { valueCodeableConcept: outcome ?? code } : { dataAbsentReason: absent }),
    ...(bodySite === undefined ? {} : { bodySite }),
    ...(note.length === 0 ? {} : { note }),
  };
}

const readStatus: Reader<Found["status"]> = (spot, value) => {
  const text = readText(spot, value);
  return EVENT_STATUSES.get(text ?? "") ?? fail(spot, "expected a status of Procedure (FHIR STU3)");
};

/** Why a procedure without an outcome has none, where nothing says that it was carried out. */
function unfinished(status: Found["status"] | undefined): CodeableConcept | undefined {
  switch (status) {
    case "registered":
    case "preliminary":
      return toCodeableConcept(DATA_ABSENT_REASON, "temp-unknown");
    case "cancelled":
    case "unknown":
      return toCodeableConcept(DATA_ABSENT_REASON, "unknown");
    default:
      return undefined;
  }
}

function readPerformed(spot: Spot, node: Node): Pick<Found, "effectiveDateTime" | "effectivePeriod"> {
  const effectiveDateTime = one(spot, node, "performedDateTime", readDateTime);
  const effectivePeriod = one(spot, node, "performedPeriod", readPeriod);
  if (effectiveDateTime !== undefined) {
    if (effectivePeriod !== undefined) leave(below(spot, "performedPeriod"));
    return { effectiveDateTime };
  }
  return effectivePeriod === undefined ? {} : { effectivePeriod };
}

/** A procedure that was not done has no outcome, and says why; an outcome beside it is not believed. */
function readNotDone(spot: Spot, node: Node): CodeableConcept | undefined {
  const notDone = one(spot, node, "notDone", readBoolean);
  const reason = one(spot, node, "notDoneReason", readConcept);
  if (notDone !== true) {
    if (reason !== undefined) leave(below(spot, "notDoneReason"));
    return undefined;
  }
  if (node.outcome !== undefined) leave(below(spot, "outcome"));
  const absent = toCodeableConcept(DATA_ABSENT_REASON, "not-performed");
  if (reason === undefined) return absent;
  const isCode = reason.coding?.some(({ code }) => code === reason.text) === true;
  const text = isCode ? absent.text : reason.text;
  return {
    coding: [...(absent.coding ?? []), ...(reason.coding ?? [])],
    ...(text === undefined ? {} : { text }),
  };
}

/** The text of a note; who wrote it and when stay behind. */
export const readAnnotation: Reader<{ text: string }> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["text"]);
  const note = one(spot, node, "text", readNote);
  return note?.text === undefined ? undefined : { text: note.text };
};
