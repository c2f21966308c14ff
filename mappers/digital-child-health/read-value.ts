import type { CodeableConcept } from "@medplum/fhirtypes";
import type { Found } from "./finding.ts";
import {
  readCoding,
  readConcept,
  readDateTime,
  readPeriod,
  readQuantity,
  readRange,
  readRatio,
  readSampledData,
  readTime,
  toConcept,
} from "./read-datatypes.ts";
import {
  below,
  fail,
  leave,
  type Node,
  one,
  type Reader,
  readBoolean,
  readDecimal,
  readText,
  readWholeNumber,
  type Spot,
} from "./reading.ts";

/** The value of an Observation in R4, as one property. */
export type FoundValue = Pick<
  Found,
  | "valueQuantity"
  | "valueCodeableConcept"
  | "valueString"
  | "valueBoolean"
  | "valueInteger"
  | "valueRange"
  | "valueRatio"
  | "valueSampledData"
  | "valueTime"
  | "valueDateTime"
  | "valuePeriod"
>;

type ReadValue = (spot: Spot, node: Node, element: string) => FoundValue;

function as<Property extends keyof FoundValue>(
  property: Property,
  read: Reader<NonNullable<FoundValue[Property]>>,
): ReadValue {
  return (spot, node, element) => {
    const value = one(spot, node, element, read);
    return value === undefined ? {} : { [property]: value };
  };
}

const readCodingAsConcept: Reader<CodeableConcept> = (spot, value) => {
  const coding = readCoding(spot, value);
  return coding === undefined ? undefined : toConcept([coding]);
};

/** Every type that a value of STU3 may have, in an Observation or an answer, and what it becomes. */
const VALUES: Readonly<Record<string, ReadValue>> = {
  valueQuantity: as("valueQuantity", readQuantity),
  valueDecimal: as("valueQuantity", (spot, value) => {
    const number = readDecimal(spot, value);
    return number === undefined ? undefined : { value: number };
  }),
  valueCodeableConcept: as("valueCodeableConcept", readConcept),
  valueCoding: as("valueCodeableConcept", readCodingAsConcept),
  valueString: as("valueString", readText),
  valueUri: as("valueString", readText),
  valueBoolean: as("valueBoolean", readBoolean),
  valueInteger: as("valueInteger", readWholeNumber),
  valueRange: as("valueRange", readRange),
  valueRatio: as("valueRatio", readRatio),
  valueSampledData: as("valueSampledData", readSampledData),
  valueTime: as("valueTime", readTime),
  valueDateTime: as("valueDateTime", readDateTime),
  valueDate: as("valueDateTime", readDateTime),
  valuePeriod: as("valuePeriod", readPeriod),
  // R4 has no attachment as a value; a document is not taken in.
  valueAttachment: (spot, _, element) => {
    leave(below(spot, element));
    return {};
  },
};

/** The value of an object and the names of the elements that said it; two values are an error. */
export function readValue(
  spot: Spot,
  node: Node,
): { readonly value: FoundValue; readonly elements: readonly string[] } {
  const elements = Object.keys(node).filter((element) => Object.hasOwn(VALUES, element));
  if (elements.length > 1) fail(below(spot, "value"), "expected one value (FHIR STU3 Observation)");
  const [element = ""] = elements;
  const value = VALUES[element]?.(spot, node, element) ?? {};
  return { value, elements };
}
