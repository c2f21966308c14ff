import type { Issue } from "../../outcome/issue.ts";

/**
 * The value of `If-Match` or `If-None-Match`: the versions it names, or any at all.
 * https://hl7.org/fhir/R4/http.html#concurrency, RFC 9110 section 13.1
 */
export type VersionCondition =
  | { readonly kind: "any" }
  | { readonly kind: "versions"; readonly versions: readonly string[] };

export type ParsedCondition =
  | { readonly ok: true; readonly condition: VersionCondition | undefined }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const TAG = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/;

/** Versions are opaque: a weak tag and a strong one with the same text name the same version. */
export function parseVersionCondition(header: "If-Match" | "If-None-Match", text: string | undefined): ParsedCondition {
  if (text === undefined) return { ok: true, condition: undefined };
  const trimmed = text.trim();
  if (trimmed === "*") return { ok: true, condition: { kind: "any" } };
  const versions = trimmed.split(",").map((part) => TAG.exec(part.trim())?.[1]);
  return versions.every((version) => version !== undefined)
    ? { ok: true, condition: { kind: "versions", versions } }
    : { ok: false, issues: [{ kind: "malformed-header", header, expected: 'versions as W/"1", or *' }] };
}

/** Whether a version, or there being none, meets the condition; no condition is always met. */
export function isMet(condition: VersionCondition | undefined, version: string | undefined): boolean {
  if (condition === undefined) return true;
  if (version === undefined) return false;
  return condition.kind === "any" || condition.versions.includes(version);
}
