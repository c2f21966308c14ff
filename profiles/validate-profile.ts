import { ARTEFACTS } from "./generated/artefacts.ts";
import { RESOURCE_TYPES } from "./generated/validators.ts";
import { UK_CORE } from "./uk-core/uk-core.ts";
import { type Issues, isNode, type Node, prefix, report, type ValidationIssue } from "./validation/issue.ts";
import { checkKnownCodes } from "./validation/known-codes.ts";
import { compileProfile } from "./validation/profile-check.ts";
import { readWholeProfile, WHOLE_DEFINITIONS } from "./validation/whole-profile.ts";

type ResourceCheck = (resource: Node, out: Issues) => void;

const R4 = "http://hl7.org/fhir/StructureDefinition/";
const NONE: readonly ValidationIssue[] = [];
const compiled = new Map<string, ResourceCheck | undefined>();
/** Profiles from which a compiled one is derived. */
const bases = new Map<string, readonly string[]>();

/** Canonicals of the profiles of this project, of resources and of extensions. */
export const OWN_PROFILES: readonly string[] = ARTEFACTS.flatMap(({ type, url }) =>
  type === "StructureDefinition" ? [url] : [],
);

/**
 * Checks a resource against those profiles of this project and of UK Core that it claims in `meta.profile`, and against
 * those given beside; one of ours is checked with all that UK Core says of its base. A profile that is not held here
 * passes. What base R4 asks is not repeated: `validateBase` comes first.
 */
export function validateProfiles(resource: unknown, profiles: readonly string[] = []): readonly ValidationIssue[] {
  if (!isNode(resource)) return NONE;
  const claimed = isNode(resource.meta) && Array.isArray(resource.meta.profile) ? resource.meta.profile : [];
  if (claimed.length + profiles.length === 0) return NONE;
  const out: Issues = [];
  let isOurs = false;
  const all = profiles.length === 0 ? claimed : [...new Set([...claimed, ...profiles])];
  for (const claim of all) {
    const check = typeof claim === "string" ? checkOf(claim) : undefined;
    isOurs ||= check !== undefined;
    if (check !== undefined && !isCovered(claim, all)) check(resource, out);
  }
  if (isOurs) checkKnownCodes(resource, "", out);
  if (out.length === 0) return NONE;
  prefix(out, 0, String(resource.resourceType));
  return out;
}

/** Whether another of the profiles is derived from this one, and so says all of it. */
function isCovered(claim: string, all: readonly unknown[]): boolean {
  if (all.length === 1) return false;
  return all.some((other) => other !== claim && typeof other === "string" && basesOf(other).includes(claim));
}

/** Whether a resource can be checked against a profile here: one of this project, of UK Core, or a type of base R4 itself. */
export function isKnownProfile(canonicalURL: string): boolean {
  return checkOf(canonicalURL) !== undefined;
}

function basesOf(canonicalURL: string): readonly string[] {
  const known = bases.get(canonicalURL);
  if (known !== undefined) return known;
  return checkOf(canonicalURL) === undefined ? [] : (bases.get(canonicalURL) ?? []);
}

/** Made when it is first asked for, and kept; what is not held here is not kept, since anybody may name anything. */
function checkOf(canonicalURL: string): ResourceCheck | undefined {
  const known = compiled.get(canonicalURL);
  if (known !== undefined) return known;
  const check = toCheck(canonicalURL);
  if (check !== undefined) compiled.set(canonicalURL, check);
  return check;
}

function toCheck(canonicalURL: string): ResourceCheck | undefined {
  const [url = "", version] = canonicalURL.split("|", 2);
  if (url.startsWith(R4)) {
    const type = url.slice(R4.length);
    return RESOURCE_TYPES.has(type) && (version === undefined || /^4\.0(?:\.1)?$/.test(version))
      ? ofType(type)
      : undefined;
  }
  if (!OWN_PROFILES.includes(url) && !UK_CORE.has(url)) return undefined;
  const profile = readWholeProfile(url);
  if (profile === undefined || (version !== undefined && version !== profile.version)) return undefined;
  const check = compileProfile(profile, WHOLE_DEFINITIONS);
  bases.set(canonicalURL, profile.bases);
  return ofType(profile.type, check);
}

function ofType(type: string, check?: ResourceCheck): ResourceCheck {
  return (resource, out) => {
    if (resource.resourceType === type) check?.(resource, out);
    else report(out, "structure", "meta.profile", `The profile is one of ${type}.`);
  };
}
