import type { Resource } from "@medplum/fhirtypes";
import { type ValidationIssue, validateBase } from "#profiles/generated/validators.ts";
import { validateContained } from "#profiles/validate-contained.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import type { WriteIssue } from "../outcome/write-issue.ts";
import { placesOf } from "./element-places.ts";

export type InvalidResource = Extract<WriteIssue, { kind: "invalid-resource" }>;

interface CheckOptions {
  /** The type of the address that the resource was sent to. */
  readonly expectedType?: string | undefined;
  /** Canonicals to check against beside those that the resource claims. */
  readonly profiles?: readonly string[];
}

/** More issues than a person reads are none the better. */
const ISSUES_MAX = 100;

export function isResource(value: unknown): value is Resource {
  return typeof value === "object" && value !== null && "resourceType" in value;
}

/** Base R4 first; profiles only where base R4 is kept, since their checks walk over what it vouches for. */
export function checkResource(value: unknown, { expectedType, profiles }: CheckOptions): readonly InvalidResource[] {
  const mismatch = expectedType === undefined ? undefined : typeMismatch(value, expectedType);
  if (mismatch !== undefined) return [mismatch];
  const own = validateBase(value);
  const base = own.some(isError) ? own : [...own, ...validateContained(value)];
  const told = base.map((issue) => toIssue(issue, "base"));
  if (!isResource(value) || base.some(isError)) return told;
  return [...told, ...validateProfiles(value, profiles).map((issue) => toIssue(issue, "rule"))];
}

function isError({ severity }: ValidationIssue): boolean {
  return severity === "error";
}

function typeMismatch(value: unknown, expected: string): InvalidResource | undefined {
  if (!isResource(value) || value.resourceType === expected) return undefined;
  const message = `Expected the resource type ${expected}, which the address names.`;
  return toIssue({ severity: "error", code: "structure", expression: "resourceType", message }, "base");
}

function toIssue(issue: ValidationIssue, against: "base" | "rule"): InvalidResource {
  return { kind: "invalid-resource", against, flaw: issue };
}

/**
 * The issues, with the line and column of their elements in the text that was sent. `at` is the expression of the
 * resource where it stands inside another, as `Parameters.parameter[0].resource`.
 */
export function withPlaces(issues: readonly InvalidResource[], text: string, at?: string): readonly InvalidResource[] {
  const told = issues.slice(0, ISSUES_MAX);
  const expressionOf = ({ flaw }: InvalidResource) => within(flaw.expression, at);
  const places = placesOf(text, told.map(expressionOf));
  return told.map((issue) => ({ ...issue, flaw: { ...issue.flaw, ...places.get(expressionOf(issue)) } }));
}

function within(expression: string, at: string | undefined): string {
  if (at === undefined) return expression;
  return /^[A-Z]/.test(expression) ? expression.replace(/^\w+/, at) : `${at}.${expression}`;
}
