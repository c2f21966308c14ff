import type { ParametersParameter } from "@medplum/fhirtypes";
import type { InteractionRequest } from "../interactions/answer.ts";
import { JSON_TYPES } from "../interactions/json-types.ts";
import type { Issue } from "../outcome/issue.ts";
import { checkResource, isResource, withPlaces } from "../validation/check-resource.ts";
import { parseJson } from "../validation/parse-resource.ts";

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const MODES = ["create", "update", "delete", "profile"] as const;
export type ValidationMode = (typeof MODES)[number];

/** The resource that came with the invocation. */
export interface Sent {
  readonly value: unknown;
  /** The whole body, in which its elements have a line and a column; absent for a resource that is held. */
  readonly text: string | undefined;
  /** The resource alone with the digits it was written with; absent where no number would lose any. */
  readonly digits: string | undefined;
  /** Expression of the resource where it stands within Parameters. */
  readonly at: string | undefined;
}

export interface ValidateInvocation {
  /** Absent where the resource is the one of the address. */
  readonly sent: Sent | undefined;
  readonly mode: ValidationMode | undefined;
  readonly profiles: readonly string[];
}

type Parsed = ({ readonly ok: true } & ValidateInvocation) | { readonly ok: false; readonly issues: readonly Issue[] };

interface Named {
  readonly sent: Sent | undefined;
  readonly modes: readonly string[];
  readonly profiles: readonly string[];
}

const MODE_EXPECTED = "create, update, delete or profile, once";
const PROFILE_EXPECTED = "the canonical URL of a profile, as a uri";

/** Reads what is asked for from the query and from the body: a resource, or Parameters that hold it. */
export function parseInvocation(request: InteractionRequest): Parsed {
  const stray = [...request.parameters.keys()].find((name) => name !== "mode" && name !== "profile" && !isFormat(name));
  if (stray !== undefined) return wrong(stray, "only mode and profile in the query, and the resource in the body");
  if (request.body && !JSON_TYPES.has(request.contentType ?? "")) {
    return { ok: false, issues: [{ kind: "unsupported-media-type", expected: "application/fhir+json" }] };
  }
  const named = toNamed(request.body);
  if ("ok" in named) return named;
  const modes = [...request.parameters.getAll("mode"), ...named.modes];
  const mode = MODES.find((known) => known === modes[0]);
  if (modes.length > 1 || (modes.length === 1 && mode === undefined)) return wrong("mode", MODE_EXPECTED);
  const profiles = [...request.parameters.getAll("profile"), ...named.profiles];
  if (profiles.some((profile) => !/^\S+$/.test(profile))) return wrong("profile", PROFILE_EXPECTED);
  if (mode === "profile" && profiles.length === 0) return wrong("profile", `${PROFILE_EXPECTED}, in the mode profile`);
  // The content of a deletion is of no matter, but it needs the id of what is to go.
  const isMissing = named.sent === undefined && (request.id === undefined || mode === "create" || mode === "update");
  if (isMissing) return wrong("resource", "a resource as the body, or within Parameters");
  return { ok: true, sent: mode === "delete" && request.id !== undefined ? undefined : named.sent, mode, profiles };
}

/** `_format` and `_pretty` are for whoever sends the answer. */
function isFormat(name: string): boolean {
  return name === "_format" || name === "_pretty";
}

function wrong(parameter: string, expected: string): Extract<Parsed, { ok: false }> {
  return { ok: false, issues: [{ kind: "bad-operation-parameter", parameter, expected }] };
}

function toNamed(text: string | undefined): Named | Extract<Parsed, { ok: false }> {
  if (text === undefined || text.trim() === "") return { sent: undefined, modes: [], profiles: [] };
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const { value, lossless } = parsed;
  if (!isResource(value) || value.resourceType !== "Parameters") {
    return {
      sent: { value, text, digits: lossless === value ? undefined : text, at: undefined },
      modes: [],
      profiles: [],
    };
  }
  const issues = checkResource(value, {});
  if (issues.length > 0) return { ok: false, issues: withPlaces(issues, text) };
  const written = lossless === value ? undefined : parametersOf(lossless);
  return readParameters(value.parameter ?? [], text, written);
}

function parametersOf(value: unknown): readonly ParametersParameter[] {
  return isResource(value) && value.resourceType === "Parameters" ? (value.parameter ?? []) : [];
}

function readParameters(
  parameters: readonly ParametersParameter[],
  text: string,
  written: readonly ParametersParameter[] | undefined,
): Named | Extract<Parsed, { ok: false }> {
  let sent: Sent | undefined;
  const modes: string[] = [];
  const profiles: string[] = [];
  for (const [index, { name, resource, valueCode, valueString, valueUri, valueCanonical }] of parameters.entries()) {
    if (name === "resource") {
      if (resource === undefined || sent !== undefined) return wrong("resource", "one resource");
      const digits = written && JSON.stringify(written[index]?.resource);
      sent = { value: resource, text, digits, at: `Parameters.parameter[${index}].resource` };
    } else if (name === "mode") modes.push(valueCode ?? valueString ?? "");
    else if (name === "profile") profiles.push(valueUri ?? valueCanonical ?? valueString ?? "");
    else return wrong(name ?? "", "the parameters resource, mode and profile");
  }
  return { sent, modes, profiles };
}
