import type {
  Annotation,
  CodeableConcept,
  Observation,
  ObservationComponent,
  ObservationReferenceRange,
} from "@medplum/fhirtypes";
import { DATA_ABSENT_REASON } from "#profiles/systems.ts";
import { toCoding } from "../datatypes/coding.ts";
import { toR4AbsentReason } from "./code-systems.ts";
import type { Found } from "./finding.ts";
import {
  readConcept,
  readDateTime,
  readInstant,
  readPeriod,
  readRange,
  readSimpleQuantity,
  toConcept,
} from "./read-datatypes.ts";
import { readValue } from "./read-value.ts";
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
} from "./reading.ts";

const STATUSES = [
  "registered",
  "preliminary",
  "final",
  "amended",
  "corrected",
  "cancelled",
  "entered-in-error",
  "unknown",
] as const;

/** Elements that frame a resource, or that are read for every resource of a message alike. */
export const FRAME = ["resourceType", "id", "meta", "contained", "identifier", "subject", "context"] as const;

const READ = [
  ...FRAME,
  "status",
  "category",
  "code",
  "effectiveDateTime",
  "effectivePeriod",
  "issued",
  "dataAbsentReason",
  "interpretation",
  "comment",
  "bodySite",
  "method",
  "referenceRange",
  "related",
  "component",
];

/** An Observation of STU3 in R4, without what the message as a whole decides. https://hl7.org/fhir/R4/observation.html */
export function readObservation(spot: Spot, node: Node): Found | undefined {
  const { value, elements } = withoutEmptyQuantity(spot, node, readValue(spot, node));
  leaveOthers(spot, node, [...READ, ...elements]);
  const status = one(spot, node, "status", readStatus);
  const code = one(spot, node, "code", readConcept);
  if (node.status === undefined) fail(below(spot, "status"), "expected a status of Observation (FHIR STU3)");
  if (code === undefined) {
    fail(below(spot, "code"), "expected the code of what was observed, or its name as text (FHIR STU3 Observation)");
  }
  const category = each(spot, node, "category", readConcept);
  const effective = readEffective(spot, node);
  const issued = one(spot, node, "issued", readInstant);
  const reason = one(spot, node, "dataAbsentReason", readAbsentReason);
  const interpretation = each(spot, node, "interpretation", readConcept);
  const note = one(spot, node, "comment", readNote);
  const bodySite = one(spot, node, "bodySite", readConcept);
  const method = one(spot, node, "method", readConcept);
  const referenceRange = each(spot, node, "referenceRange", readReferenceRange);
  const component = each(spot, node, "component", readComponent);
  if (status === undefined || code === undefined) return undefined;
  return {
    status,
    ...(category.length === 0 ? {} : { category }),
    code,
    ...effective,
    ...(issued === undefined ? {} : { issued }),
    ...value,
    ...absentUnlessValue(spot, value, reason),
    ...(interpretation.length === 0 ? {} : { interpretation }),
    ...(note === undefined ? {} : { note: [note] }),
    ...(bodySite === undefined ? {} : { bodySite }),
    ...(method === undefined ? {} : { method }),
    ...(referenceRange.length === 0 ? {} : { referenceRange }),
    ...(component.length === 0 ? {} : { component }),
  };
}

const readStatus: Reader<Observation["status"]> = (spot, value) => {
  const text = readText(spot, value);
  return STATUSES.find((status) => status === text) ?? fail(spot, "expected a status of Observation (FHIR STU3)");
};

function readEffective(spot: Spot, node: Node): Pick<Found, "effectiveDateTime" | "effectivePeriod"> {
  const effectiveDateTime = one(spot, node, "effectiveDateTime", readDateTime);
  const effectivePeriod = one(spot, node, "effectivePeriod", readPeriod);
  if (effectiveDateTime !== undefined) {
    if (effectivePeriod !== undefined) leave(below(spot, "effectivePeriod"));
    return { effectiveDateTime };
  }
  return effectivePeriod === undefined ? {} : { effectivePeriod };
}

export const readNote: Reader<Annotation> = (spot, value) => {
  const text = readText(spot, value);
  return text === undefined ? undefined : { text };
};

/** R4 gives five of the codes another name. */
const readAbsentReason: Reader<CodeableConcept> = (spot, value) => {
  const concept = readConcept(spot, value);
  if (concept?.coding === undefined) return concept;
  const coding = concept.coding.map((one) =>
    one.system === DATA_ABSENT_REASON && one.code !== undefined
      ? { ...one, ...toCoding(DATA_ABSENT_REASON, toR4AbsentReason(one.code), one.display) }
      : one,
  );
  const isCode = concept.coding.some(({ code }) => code === concept.text);
  return toConcept(coding, isCode ? undefined : concept.text);
};

/** A unit without a number is no value where a reason says why there is none. */
function withoutEmptyQuantity(
  spot: Spot,
  node: Node,
  read: ReturnType<typeof readValue>,
): ReturnType<typeof readValue> {
  const { valueQuantity } = read.value;
  if (valueQuantity === undefined || valueQuantity.value !== undefined || node.dataAbsentReason === undefined)
    return read;
  leave(below(spot, "valueQuantity"));
  return { ...read, value: {} };
}

/** obs-6: a reason why there is no value stands only where there is none. */
function absentUnlessValue(
  spot: Spot,
  value: object,
  reason: CodeableConcept | undefined,
): Pick<Found, "dataAbsentReason"> {
  if (reason === undefined) return {};
  if (Object.keys(value).length === 0) return { dataAbsentReason: reason };
  leave(below(spot, "dataAbsentReason"));
  return {};
}

const readComponent: Reader<ObservationComponent> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  const { value: found, elements } = withoutEmptyQuantity(spot, node, readValue(spot, node));
  leaveOthers(spot, node, ["code", "dataAbsentReason", "interpretation", "referenceRange", ...elements]);
  const code = one(spot, node, "code", readConcept);
  if (code === undefined)
    return fail(below(spot, "code"), "expected the code of the component (FHIR STU3 Observation)");
  const reason = one(spot, node, "dataAbsentReason", readAbsentReason);
  const interpretation = each(spot, node, "interpretation", readConcept);
  const referenceRange = each(spot, node, "referenceRange", readReferenceRange);
  return {
    code,
    ...found,
    ...absentUnlessValue(spot, found, reason),
    ...(interpretation.length === 0 ? {} : { interpretation }),
    ...(referenceRange.length === 0 ? {} : { referenceRange }),
  };
};

const readReferenceRange: Reader<ObservationReferenceRange> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["low", "high", "type", "appliesTo", "age", "text"]);
  const low = one(spot, node, "low", readSimpleQuantity);
  const high = one(spot, node, "high", readSimpleQuantity);
  const type = one(spot, node, "type", readConcept);
  const appliesTo = each(spot, node, "appliesTo", readConcept);
  const age = one(spot, node, "age", readRange);
  const text = one(spot, node, "text", readText);
  // obs-3: a range has at least a low, a high or a text.
  if (low === undefined && high === undefined && text === undefined) {
    leave(spot);
    return undefined;
  }
  return {
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    ...(type === undefined ? {} : { type }),
    ...(appliesTo.length === 0 ? {} : { appliesTo }),
    ...(age === undefined ? {} : { age }),
    ...(text === undefined ? {} : { text }),
  };
};
