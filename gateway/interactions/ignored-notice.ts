import type { OperationOutcome } from "@medplum/fhirtypes";
import { echo } from "../outcome/echo.ts";

/**
 * The entry that tells a lenient requester which parameters were ignored, so that more than was meant is not taken for
 * what was asked for. https://hl7.org/fhir/R4/search.html#errors
 */
export function toIgnoredNotice(ignored: readonly string[] | undefined): Buffer | undefined {
  if (ignored === undefined) return undefined;
  const names = ignored.map(echo).join(", ");
  const resource: OperationOutcome = {
    resourceType: "OperationOutcome",
    issue: [
      {
        severity: "warning",
        code: "not-supported",
        diagnostics: `Ignored, as Prefer: handling=lenient allows: ${names}. GET /fhir/R4/metadata lists the parameters.`,
      },
    ],
  };
  return Buffer.from(JSON.stringify({ resource, search: { mode: "outcome" } }));
}
