import type { Extension, OperationOutcome, OperationOutcomeIssue } from "@medplum/fhirtypes";
import { isKnownProfile } from "#profiles/validate-profile.ts";
import type { Flaw } from "../outcome/write-issue.ts";
import { isResource } from "../validation/check-resource.ts";

/** One thing that the validation says: a flaw, or a remark about the validation itself. */
export interface Finding extends Omit<Flaw, "expression"> {
  readonly expression?: string;
}

const UK_CORE = /^https:\/\/fhir\.hl7\.org\.uk\/StructureDefinition\/UKCore-[A-Za-z-]+(?:\|.*)?$/;
const LINE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line";
const COLUMN = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col";

const NOT_HELD =
  "This profile is not held here, so nothing was checked against it. GET StructureDefinition lists those that are.";

/** More remarks than a person reads are none the better. */
const REMARKS_MAX = 100;

/**
 * What could not be checked: profiles that are claimed and are not held here are remarked on; one that is asked for is an
 * error, as R4 says. https://hl7.org/fhir/R4/resource-operation-validate.html
 */
export function findingsOf(value: unknown, asked: readonly string[]): readonly Finding[] {
  if (!isResource(value)) return [];
  const claimed = Array.isArray(value.meta?.profile) ? value.meta.profile : [];
  const remarks = claimed.slice(0, REMARKS_MAX).flatMap((profile, index): readonly Finding[] => {
    if (typeof profile !== "string" || isKnownProfile(profile)) return [];
    return [remark(profile, `${value.resourceType}.meta.profile[${index}]`)];
  });
  const unknown = asked.slice(0, REMARKS_MAX).filter((profile) => !isKnownProfile(profile));
  return [...unknown.map((): Finding => ({ severity: "error", code: "not-found", message: NOT_HELD })), ...remarks];
}

function remark(profile: string, expression: string): Finding {
  if (UK_CORE.test(profile)) {
    const message = "This profile of UK Core is not held here: what it adds to base R4 was not checked.";
    return { severity: "information", code: "informational", message, expression };
  }
  return { severity: "warning", code: "not-found", message: NOT_HELD, expression };
}

export function toOutcomeBody(findings: readonly Finding[]): Buffer {
  const outcome: OperationOutcome = { resourceType: "OperationOutcome", issue: findings.map(toIssue) };
  return Buffer.from(JSON.stringify(outcome));
}

function toIssue({ severity, code, message, expression, line, column }: Finding): OperationOutcomeIssue {
  const isPlaced = line !== undefined && column !== undefined;
  const place: readonly Extension[] = isPlaced
    ? [
        { url: LINE, valueInteger: line },
        { url: COLUMN, valueInteger: column },
      ]
    : [];
  return {
    ...(isPlaced && { extension: [...place] }),
    severity,
    code,
    diagnostics: isPlaced ? `${message} (line ${line}, column ${column})` : message,
    ...(expression !== undefined && expression !== "" && { location: [expression], expression: [expression] }),
  };
}
