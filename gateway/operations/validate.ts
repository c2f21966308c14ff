/** $validate: https://hl7.org/fhir/R4/resource-operation-validate.html */
import type { AuditLog } from "../audit/audit.ts";
import { type Answering, type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import type { Store } from "../store/store.ts";
import { checkResource, isResource, withPlaces } from "../validation/check-resource.ts";
import { parseInvocation, type Sent, type ValidateInvocation } from "./validate-invocation.ts";
import { type Finding, findingsOf, toOutcomeBody } from "./validate-outcome.ts";
import { findStored, type Stored } from "./validate-stored.ts";

export interface ValidatePorts {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly audit: AuditLog;
}

/**
 * Tells what is wrong with a resource that is sent, or with one that is held and that the requester sees. Whatever could
 * be looked at is answered by 200 and an OperationOutcome; 400 is for a body that is no JSON and for wrong parameters.
 */
export function createValidate(ports: ValidatePorts): Answering {
  return async (request) => {
    const invocation = parseInvocation(request);
    const stored =
      invocation.ok && invocation.sent === undefined && request.id !== undefined
        ? await findStored(ports, request)
        : undefined;
    const result = invocation.ok ? answer(request, invocation, stored) : refused(...invocation.issues);
    try {
      await ports.audit.append(toAuditRecord(request, result, stored));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return result;
  };
}

function answer(request: InteractionRequest, invocation: ValidateInvocation, stored: Stored | undefined): Result {
  const { type = "Patient" } = request;
  if (invocation.sent === undefined && stored === undefined) return refused({ kind: "not-found", type });
  const sent = invocation.sent ?? { value: stored?.resource, text: undefined, at: undefined };
  const findings = [...flawsOf(sent, request, invocation), ...modeFindings(sent, request, invocation)];
  const body = toOutcomeBody(findings.length > 0 ? findings : [VALID]);
  return { ok: true, answer: { status: 200, headers: {}, body } };
}

const VALID: Finding = {
  severity: "information",
  code: "informational",
  message: "The resource is valid.",
};

function flawsOf(
  { value, text, at }: Sent,
  { type }: InteractionRequest,
  { profiles }: ValidateInvocation,
): readonly Finding[] {
  const issues = checkResource(value, { expectedType: type, profiles });
  const placed = text === undefined ? issues : withPlaces(issues, text, at);
  return [...placed.map(({ flaw }) => flaw), ...findingsOf(value, profiles)];
}

/** What the mode asks beyond the content: https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
function modeFindings({ value }: Sent, { id, requester }: InteractionRequest, { mode }: ValidateInvocation): Finding[] {
  const findings: Finding[] = [];
  if (mode !== undefined && mode !== "profile" && requester.agreement.writes === undefined) {
    findings.push({
      severity: "error",
      code: "forbidden",
      message: "The agreement of this client lets it write nothing.",
    });
  }
  const own = isResource(value) ? value.id : undefined;
  if (mode === "update" && own === undefined) {
    findings.push({
      severity: "error",
      code: "required",
      expression: "id",
      message: "An update has an id in its body.",
    });
  }
  if (mode === "update" && id !== undefined && own !== undefined && own !== id) {
    findings.push({ severity: "error", code: "value", expression: "id", message: "Expected the id of the address." });
  }
  return findings;
}

function toAuditRecord(request: InteractionRequest, result: Result, stored: Stored | undefined) {
  const { type, id } = request;
  return {
    ...auditFacts(request.requester, request.requestId),
    interaction: "validate",
    outcome: result.ok ? "success" : "refused",
    query: [type, id, `$validate?${request.parameters}`].filter((part) => part !== undefined).join("/"),
    ...(stored && stored.patientId !== "" && { patients: [stored.patientId] }),
  } as const;
}
