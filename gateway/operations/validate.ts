/** $validate: https://hl7.org/fhir/R4/resource-operation-validate.html */
import type { AuditLog } from "../audit/audit.ts";
import { type Answering, type InteractionRequest, refused } from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { checkResource, isResource, withPlaces } from "../validation/check-resource.ts";
import { checkWholeNumbers } from "../validation/whole-numbers.ts";
import { parseInvocation, type Sent, type ValidateInvocation } from "./validate-invocation.ts";
import { type Finding, findingsOf, toOutcomeBody } from "./validate-outcome.ts";
import { findStored, type StoredPorts } from "./validate-stored.ts";

export interface ValidatePorts extends StoredPorts {
  readonly audit: AuditLog;
}

/**
 * Tells what is wrong with a resource that is sent, or with one that is held and that the requester sees. Whatever could
 * be looked at is answered by 200 and an OperationOutcome; 400 is for a body that is no JSON and for wrong parameters.
 */
export function createValidate(ports: ValidatePorts): Answering {
  return async function validate(request) {
    const invocation = parseInvocation(request);
    if (!invocation.ok) return refused(...invocation.issues);
    const stored = invocation.sent === undefined ? await findStored(ports, request) : undefined;
    if (stored !== undefined && !stored.ok) return refused(stored.issue);
    const sent = invocation.sent ?? { value: stored?.resource, text: undefined, digits: undefined, at: undefined };
    const findings = [...flawsOf(sent, request, invocation), ...modeFindings(sent, request, invocation)];
    const isValid = findings.every(({ severity }) => severity !== "error");
    const body = toOutcomeBody(isValid ? [...findings, VALID] : findings);
    try {
      await ports.audit.append(toAuditRecord(request, stored?.patientId ?? ""));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

const VALID: Finding = {
  severity: "information",
  code: "informational",
  message: "The resource is valid.",
};

function flawsOf(
  { value, text, digits, at }: Sent,
  { type }: InteractionRequest,
  { profiles }: ValidateInvocation,
): readonly Finding[] {
  const found = checkResource(value, { expectedType: type, profiles });
  const issues = found.length === 0 && digits !== undefined ? checkWholeNumbers(digits) : found;
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

function toAuditRecord(request: InteractionRequest, patientId: string) {
  const { type, id, parameters, requester } = request;
  return {
    ...auditFacts(requester, request),
    interaction: "$validate",
    outcome: "success",
    query: `${type}${id === undefined ? "" : `/${id}`}/$validate?${parameters}`,
    ...(patientId !== "" && { patients: [patientId] }),
  } as const;
}
