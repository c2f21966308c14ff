import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import { echo } from "../outcome/echo.ts";

/**
 * The entry that tells a lenient requester which parameters were ignored, so that more than was meant is not taken for
 * what was asked for. https://hl7.org/fhir/R4/search.html#errors
 */
export function toIgnoredNotice(ignored: readonly string[] | undefined): Buffer | undefined {
  if (ignored === undefined) return undefined;
  const names = ignored.map(echo).join(", ");
  return toNotice({
    severity: "warning",
    code: "not-supported",
    diagnostics: `Ignored, as Prefer: handling=lenient allows: ${names}. GET /fhir/R4/metadata lists the parameters.`,
  });
}

/** The entry that tells which inclusions followed nothing, so that nothing is not taken for all that there is. */
export function toIdleNotice(idle: readonly string[] | undefined): Buffer | undefined {
  if (idle === undefined) return undefined;
  return toNotice({
    severity: "warning",
    code: "informational",
    diagnostics: `These lead neither from nor to a match: ${[...new Set(idle)].join(", ")}. What was included is followed with :iterate alone.`,
  });
}

function toNotice(issue: OperationOutcomeIssue): Buffer {
  return Buffer.from(
    JSON.stringify({ resource: { resourceType: "OperationOutcome", issue: [issue] }, search: { mode: "outcome" } }),
  );
}
