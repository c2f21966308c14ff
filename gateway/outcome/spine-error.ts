import type { Coding } from "@medplum/fhirtypes";
import { SPINE_ERROR } from "#profiles/systems.ts";

/** The words of the Personal Demographics Service for what went wrong, which NHS systems already know how to read. */
const DISPLAYS = {
  ACCESS_DENIED: "Access denied",
  ADDITIONAL_PROPERTIES: "Additional properties are not allowed",
  INVALID_RESOURCE_ID: "Resource Id is invalid",
  INVALID_SEARCH_DATA: "Search data is invalid",
  INVALID_VALUE: "Provided value is invalid",
  MISSING_VALUE: "Required value is missing",
  RESOURCE_NOT_FOUND: "Resource not found",
  TOO_MANY_REQUESTS: "Too many requests",
  TOO_MANY_VALUES_SUBMITTED: "Too many values submitted",
  UNABLE_TO_CALL_SERVICE: "Unable to call service",
  UNSUPPORTED_SERVICE: "Unsupported service",
} as const;

export type SpineError = keyof typeof DISPLAYS;

export function toSpineCoding(code: SpineError): Coding {
  return { system: SPINE_ERROR, version: "1", code, display: DISPLAYS[code] };
}
