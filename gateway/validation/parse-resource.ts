import type { Resource } from "@medplum/fhirtypes";
import { type ValidationIssue, validateBase } from "#profiles/generated/validators.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { WriteIssue } from "../outcome/write-issue.ts";
import { placesOf } from "./element-places.ts";
import { parseLossless } from "./lossless.ts";
import { parseStrictJson } from "./strict-json.ts";
import { validateClaims } from "./validate.ts";

/** Neither tree may be changed: where no number would lose digits, both are one. */
export type ParsedBody =
  | { readonly ok: true; readonly value: unknown; readonly lossless: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export type ParsedResource =
  | { readonly ok: true; readonly resource: Resource; readonly lossless: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] };

type InvalidResource = Extract<WriteIssue, { kind: "invalid-resource" }>;

/** More issues than a person reads are none the better. */
const ISSUES_MAX = 100;

/**
 * Parses a body that is no resource, as a JSON Patch. `value` is plain; `lossless` is the same tree, in which numbers
 * keep the digits that they were written with when it is given to `JSON.stringify`.
 */
export function parseJson(text: string): ParsedBody {
  const parsed = parseStrictJson(text, LIMITS.json_depth_max);
  if (!parsed.ok) {
    const { line, column, reason } = parsed;
    return { ok: false, issues: [{ kind: "malformed-json", line, column, reason }] };
  }
  return { ok: true, value: parsed.value, lossless: parsed.losesDigits ? parseLossless(text) : parsed.value };
}

/**
 * Parses a resource that was sent and checks it against base R4 and the profiles that it claims; `expectedType` is the
 * type of the address it was sent to. A flaw names its element (`Observation.component[1].code`), with line and column.
 * Only errors refuse a resource.
 */
export function parseResource(text: string, expectedType?: string): ParsedResource {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const { value, lossless } = parsed;
  const issues = issuesOf(value, expectedType);
  if (issues.some(({ flaw }) => flaw.severity === "error") || !isResource(value)) {
    return { ok: false, issues: withPlaces(issues, text) };
  }
  return { ok: true, resource: value, lossless };
}

function issuesOf(value: unknown, expectedType: string | undefined): readonly InvalidResource[] {
  const mismatch = expectedType === undefined ? undefined : typeMismatch(value, expectedType);
  if (mismatch !== undefined) return [mismatch];
  const base = validateBase(value);
  if (base.some(({ severity }) => severity === "error")) return base.map((issue) => toIssue(issue, "base"));
  return isResource(value) ? validateClaims(value).map((issue) => toIssue(issue, "rule")) : [];
}

function typeMismatch(value: unknown, expected: string): InvalidResource | undefined {
  if (!isResource(value) || value.resourceType === expected) return undefined;
  const message = `Expected the resource type ${expected}, which the address names.`;
  return toIssue({ severity: "error", code: "structure", expression: "resourceType", message }, "base");
}

function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && "resourceType" in value;
}

function toIssue(issue: ValidationIssue, against: "base" | "rule"): InvalidResource {
  return { kind: "invalid-resource", against, flaw: issue };
}

function withPlaces(issues: readonly InvalidResource[], text: string): readonly InvalidResource[] {
  const told = issues.slice(0, ISSUES_MAX);
  const places = placesOf(
    text,
    told.map(({ flaw }) => flaw.expression),
  );
  return told.map((issue) => ({ ...issue, flaw: { ...issue.flaw, ...places.get(issue.flaw.expression) } }));
}
