import type { Resource } from "@medplum/fhirtypes";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { checkResource, isResource, withPlaces } from "./check-resource.ts";
import { parseLossless } from "./lossless.ts";
import { parseStrictJson } from "./strict-json.ts";
import { checkWholeNumbers } from "./whole-numbers.ts";

/** Neither tree may be changed: where no number would lose digits, both are one. */
export type ParsedBody =
  | { readonly ok: true; readonly value: unknown; readonly lossless: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export type ParsedResource =
  | { readonly ok: true; readonly resource: Resource; readonly lossless: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] };

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
  const found = checkResource(value, { expectedType });
  const issues = found.length === 0 && lossless !== value ? checkWholeNumbers(text) : found;
  if (issues.some(({ flaw }) => flaw.severity === "error") || !isResource(value)) {
    return { ok: false, issues: withPlaces(issues, text) };
  }
  return { ok: true, resource: value, lossless };
}
