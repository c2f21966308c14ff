import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import { type Follow, parseChain, parseHas } from "./chain.ts";
import { toFastCondition, toTokenCondition } from "./fast-condition.ts";
import { leadOf } from "./leads.ts";
import { hasContent, type TestedValue } from "./matching/value-test.ts";
import { modifiersOf } from "./parameter-kind.ts";
import { hasLoneBackslash, identifierLead, mistypedNhsNumber, splitUnescaped, unescapeValue } from "./query-values.ts";
import type { Condition, Lead } from "./search-query.ts";
import { type CriterionOptions, parseValueTest } from "./value-tests.ts";

/** One search parameter of a query as a condition, with where it leads; or every reason against it. */
export type ParsedCriterion =
  | { readonly ok: true; readonly condition: Condition; readonly lead: Lead | undefined }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;

function refuse(...issues: readonly Issue[]): ParsedCriterion {
  return { ok: false, issues };
}

/** `name=value` as sent: a parameter with or without modifier, a chain, or `_has`. */
export function parseCriterion(
  type: ServedType,
  name: string,
  value: string,
  options: CriterionOptions,
  depth = 0,
): ParsedCriterion {
  if (hasLoneBackslash(value)) {
    const expected = "a backslash only before a comma, a dollar, a bar or another backslash";
    return refuse({ kind: "bad-parameter-value", parameter: name, expected });
  }
  const values = splitUnescaped(value, ",").filter((part) => part !== "");
  if (values.length > LIMITS.or_values_max) {
    return refuse({ kind: "too-many-values", parameter: name, max: LIMITS.or_values_max });
  }
  const follow: Follow = (target, rest) => parseCriterion(target, rest, value, options, depth + 1);
  if (name === "_has" || name.startsWith("_has:")) return parseHas(type, name, depth, follow);
  const dot = name.indexOf(".");
  const [code, modifier] = splitModifier(dot < 0 ? name : name.slice(0, dot));
  const definition = SEARCH_PARAMETERS[type]?.[code];
  if (!definition) return refuse(unknownParameter(type, code));
  if (dot < 0) return parseDirect({ type, definition, modifier, values }, options);
  const rest = name.slice(dot + 1);
  if (leadsToChild(type, code, modifier) && rest === "identifier") {
    const child = parseChildIdentifier(name, values, options);
    if (child) return child;
  }
  return parseChain({ definition, target: modifier, rest }, depth, follow);
}

export function splitModifier(name: string): readonly [code: string, modifier: string | undefined] {
  const colon = name.indexOf(":");
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Parameters of R4 that are not served: whoever sends one means it, and no other. */
const NOT_SERVED: ReadonlySet<string> = new Set([
  "_text",
  "_content",
  "_filter",
  "_list",
  "_query",
  "_contained",
  "_containedType",
  "_type",
]);

export function unknownParameter(type: ServedType, code: string, further: readonly string[] = []): Issue {
  const known = [...Object.keys(SEARCH_PARAMETERS[type] ?? {}), ...further];
  const closest = NOT_SERVED.has(code) ? undefined : nearest(code, known);
  const issue = { kind: "unknown-parameter", parameter: code, type } as const;
  return closest === undefined ? issue : { ...issue, nearest: closest };
}

/** Whether the subject of every resource of this kind in a child's record is that child. */
function leadsToChild(type: ServedType, code: string, target: string | undefined): boolean {
  if (target !== undefined && target !== "Patient") return false;
  return (
    (type === "Observation" && (code === "patient" || code === "subject")) || (type === "Consent" && code === "patient")
  );
}

/** `patient.identifier` with system and value, the question of nearly every GP system, needs no search within a search. */
function parseChildIdentifier(
  name: string,
  values: readonly string[],
  options: CriterionOptions,
): ParsedCriterion | undefined {
  const lead = identifierLead(values, options.strictNhsNumbers !== false);
  if (!lead) return undefined;
  const mistyped = options.strictNhsNumbers === false ? undefined : mistypedNhsNumber(name, lead.identifiers);
  if (mistyped) return refuse(mistyped);
  return { ok: true, lead, condition: { kind: "child-identifier", identifiers: lead.identifiers } };
}

interface Direct {
  readonly type: ServedType;
  readonly definition: SearchParameterDefinition;
  readonly modifier: string | undefined;
  readonly values: readonly string[];
}

function parseDirect(direct: Direct, options: CriterionOptions): ParsedCriterion {
  const { definition, modifier, values } = direct;
  const { code } = definition;
  if (modifier !== undefined) {
    const known = modifiersOf(definition);
    const takesAnyType = definition.target.includes("Resource") && /^[A-Z][A-Za-z]+$/.test(modifier);
    if (!known.includes(modifier) && !takesAnyType) {
      return refuse({ kind: "unknown-modifier", parameter: code, modifier, known });
    }
    if (modifier === "missing") return parseMissing(definition, values);
  }
  if (code === "_id" && !values.map(unescapeValue).every((id) => LOGICAL_ID.test(id))) {
    return refuse({ kind: "bad-parameter-value", parameter: code, expected: "a logical id, as [A-Za-z0-9-.]{1,64}" });
  }
  const tested: TestedValue[] = [];
  for (const value of values) {
    const parsed = parseValueTest(definition, value, modifier, options);
    if (parsed.ok) tested.push(parsed);
    else if (parsed.reason === "syntax") {
      return refuse({ kind: "bad-parameter-value", parameter: code, expected: parsed.expected });
    } else return refuse({ kind: parsed.reason, parameter: code });
  }
  if (modifier === undefined) return parseUnmodified(direct, tested, options);
  if (definition.type === "reference" && modifier !== "identifier") {
    const typed = values.map((value) => (LOGICAL_ID.test(value) ? `${modifier}/${value}` : value));
    return parseUnmodified({ ...direct, values: typed }, tested, options);
  }
  const isNegated = modifier === "not" || modifier === "not-in";
  const condition = toCondition(direct, tested, isNegated) ?? resourceCondition(definition, tested, isNegated);
  return { ok: true, lead: undefined, condition };
}

function parseUnmodified(direct: Direct, tested: readonly TestedValue[], options: CriterionOptions): ParsedCriterion {
  const { type, definition, values } = direct;
  const { code } = definition;
  const lead = leadOf(type, code, values, options);
  if (lead?.kind === "identifier") {
    const mistyped = options.strictNhsNumbers === false ? undefined : mistypedNhsNumber(code, lead.identifiers);
    if (mistyped) return refuse(mistyped);
    return { ok: true, lead, condition: { kind: "token", code, hashes: lead.identifiers.map(({ hash }) => hash) } };
  }
  const fast = toCondition(direct, tested, false) ?? toFastCondition(type, definition, values, options);
  return { ok: true, lead, condition: fast ?? resourceCondition(definition, tested, false) };
}

function toCondition(
  { type, definition }: Direct,
  tested: readonly TestedValue[],
  isNegated: boolean,
): Condition | undefined {
  return definition.type === "token" ? toTokenCondition(type, definition, tested, isNegated) : undefined;
}

function resourceCondition(
  { code, extract }: SearchParameterDefinition,
  tested: readonly TestedValue[],
  isNegated: boolean,
): Condition {
  return {
    kind: "resource",
    code,
    holds(resource) {
      const elements = extract(resource);
      return tested.some(({ test }) => test(elements)) !== isNegated;
    },
  };
}

/** An element that holds extensions alone counts as missing. https://hl7.org/fhir/R4/search.html#modifiers */
function parseMissing({ code, extract }: SearchParameterDefinition, values: readonly string[]): ParsedCriterion {
  const [value] = values;
  if (values.length !== 1 || (value !== "true" && value !== "false")) {
    return refuse({ kind: "bad-parameter-value", parameter: code, expected: "true or false" });
  }
  const isWanted = value === "true";
  return {
    ok: true,
    lead: undefined,
    condition: { kind: "resource", code, holds: (resource) => extract(resource).some(hasContent) !== isWanted },
  };
}
