/** A refusal in the words of the register. */
export interface SpineError {
  readonly status: number;
  readonly code: keyof typeof DISPLAYS;
  readonly diagnostics?: string;
}

const DISPLAYS = {
  INVALID_SEARCH_DATA: "Search data is invalid",
  UNSUPPORTED_SERVICE: "Unsupported Service",
  MISSING_VALUE: "Required value is missing",
  INVALID_VALUE: "Provided value is invalid",
  ADDITIONAL_PROPERTIES: "Additional properties are not allowed",
  ACCESS_DENIED: "Access Denied",
  UNABLE_TO_CALL_SERVICE: "Unable to call service",
  TOO_MANY_REQUESTS: "Too many requests",
  TOO_MANY_MATCHES: "Too Many Matches",
  INVALID_RESOURCE_ID: "Resource Id is invalid",
  RESOURCE_NOT_FOUND: "Resource not found",
  INVALIDATED_RESOURCE:
    "Resource that has been marked as invalid was requested - invalid resources cannot be retrieved",
  INTERNAL_SERVER_ERROR: "Internal Server Error",
} as const;

const ISSUE_CODES: Partial<Record<SpineError["code"], string>> = {
  MISSING_VALUE: "required",
  TOO_MANY_MATCHES: "multiple-matches",
  TOO_MANY_REQUESTS: "throttled",
  RESOURCE_NOT_FOUND: "not-found",
  INVALIDATED_RESOURCE: "not-found",
  ACCESS_DENIED: "forbidden",
  UNABLE_TO_CALL_SERVICE: "timeout",
  INTERNAL_SERVER_ERROR: "exception",
};

export function toOutcome({ code, diagnostics }: Omit<SpineError, "status">) {
  return {
    resourceType: "OperationOutcome",
    issue: [
      {
        severity: code === "TOO_MANY_MATCHES" ? "information" : "error",
        code: ISSUE_CODES[code] ?? "value",
        details: {
          coding: [
            {
              system: "https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode",
              version: "1",
              code,
              display: DISPLAYS[code],
            },
          ],
        },
        ...(diagnostics === undefined ? {} : { diagnostics }),
      },
    ],
  };
}
