import type { ParametersParameter, Patient } from "@medplum/fhirtypes";
import { validateBase } from "#profiles/generated/validators.ts";
import type { InteractionRequest } from "../interactions/answer.ts";
import { JSON_TYPES } from "../interactions/json-types.ts";
import type { Issue } from "../outcome/issue.ts";
import { isResource } from "../validation/check-resource.ts";
import { parseJson } from "../validation/parse-resource.ts";
import { findModifier } from "./modifiers.ts";

/** What `$match` is asked. https://profiles.ihe.net/ITI/PDQm/ITI-119.html */
export interface MatchInvocation {
  /** Need not be whole: cardinalities of R4 are not asked of it. */
  readonly patient: Patient;
  readonly onlyCertainMatches: boolean;
  readonly count?: number;
}

type Parsed =
  | { readonly ok: true; readonly invocation: MatchInvocation }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const BODY_EXPECTED = "a Patient, as the body itself or within a Parameters resource";

/** Reads the body: a bare Patient, or Parameters of nothing but `resource`, `onlyCertainMatches` and `count`. */
export function parseMatchInvocation({ parameters, body, contentType }: InteractionRequest): Parsed {
  const stray = [...parameters.keys()].find((name) => name !== "_format" && name !== "_pretty");
  if (stray !== undefined) return wrong(stray, "no parameter in the URL, which is logged on the way");
  if (body === undefined || body.trim() === "") return wrong("resource", BODY_EXPECTED);
  if (!JSON_TYPES.has(contentType ?? "")) {
    return { ok: false, issues: [{ kind: "unsupported-media-type", expected: "application/fhir+json" }] };
  }
  const parsed = parseJson(body);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (!isResource(value)) return wrong("resource", BODY_EXPECTED);
  const modifier = findModifier(value, value.resourceType);
  if (modifier !== undefined) return { ok: false, issues: [{ kind: "modifier-extension", expression: modifier }] };
  if (value.resourceType !== "Patient" && value.resourceType !== "Parameters") return wrong("resource", BODY_EXPECTED);
  const flaws = validateBase(value).filter(
    ({ severity, code, expression }) => severity === "error" && !(UNASKED.has(code) && isWithin(expression)),
  );
  if (flaws.length > 0) {
    return { ok: false, issues: flaws.map((flaw) => ({ kind: "invalid-resource", against: "base", flaw })) };
  }
  if (value.resourceType === "Patient") {
    return { ok: true, invocation: { patient: value, onlyCertainMatches: false } };
  }
  return readParameters(value.parameter ?? []);
}

/** A Patient that is matched by need not be whole, nor go well together. */
const UNASKED: ReadonlySet<string> = new Set(["required", "invariant"]);

/** Of the Patient, not of the Parameters around it. */
function isWithin(expression: string): boolean {
  return expression.startsWith("Patient") || /^Parameters\.parameter\[\d+\]\.resource\./.test(expression);
}

interface Read {
  patient?: Patient;
  onlyCertainMatches?: boolean;
  count?: number;
}

function readParameters(parameters: readonly ParametersParameter[]): Parsed {
  const read: Read = {};
  const named = new Set<string>();
  for (const parameter of parameters) {
    const { name = "" } = parameter;
    if (named.has(name)) return wrong(name, "one of it");
    named.add(name);
    const expected = readParameter(parameter, read);
    if (expected !== undefined) return wrong(name, expected);
  }
  const { patient, onlyCertainMatches = false, count } = read;
  if (patient === undefined) return wrong("resource", "a Patient, once");
  return { ok: true, invocation: { patient, onlyCertainMatches, ...(count !== undefined && { count }) } };
}

/** Takes one parameter; what was expected in its place where it is none that is known. */
function readParameter(parameter: ParametersParameter, into: Read): string | undefined {
  const { name, resource, valueBoolean, valueInteger } = parameter;
  const members = Object.keys(parameter).filter((member) => member !== "id" && member !== "extension");
  switch (name) {
    case "resource":
      if (resource?.resourceType !== "Patient" || members.length !== 2) return "a Patient as its resource";
      into.patient = resource;
      return undefined;
    case "onlyCertainMatches":
      if (valueBoolean === undefined || members.length !== 2) return "valueBoolean alone";
      into.onlyCertainMatches = valueBoolean;
      return undefined;
    case "count":
      if (valueInteger === undefined || members.length !== 2 || valueInteger < 1) return "valueInteger alone, from 1";
      into.count = valueInteger;
      return undefined;
    default:
      return "the parameters resource, onlyCertainMatches and count";
  }
}

function wrong(parameter: string, expected: string): Extract<Parsed, { ok: false }> {
  return { ok: false, issues: [{ kind: "bad-operation-parameter", parameter, expected }] };
}
