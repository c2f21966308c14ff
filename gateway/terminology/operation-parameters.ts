import type {
  CodeableConcept,
  Coding,
  OperationDefinition,
  OperationDefinitionParameter,
  Resource,
} from "@medplum/fhirtypes";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";

/**
 * What an operation was given, by query or in a Parameters resource, held against its OperationDefinition.
 * https://hl7.org/fhir/R4/operations.html#executing
 */
export interface Given {
  /** Every value of a primitive parameter, as text. */
  texts(name: string): readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** A whole number from 0. */
  count(name: string): number | undefined;
  coding(name: string): Coding | undefined;
  codeableConcept(name: string): CodeableConcept | undefined;
  resource<Type extends Resource["resourceType"]>(
    name: string,
    type: Type,
  ): Extract<Resource, { resourceType: Type }> | undefined;
}

export type ReadParameters =
  | { readonly ok: true; readonly given: Given }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface Invocation {
  readonly query: URLSearchParams;
  /** JSON value of the body; absent without one. */
  readonly body: unknown;
}

/** Those of the answer's form are dealt with by who sends it. */
const OF_THE_ANSWER = new Set(["_format", "_pretty", "_summary", "_elements"]);
const PARAMETERS_max = 100;

interface Value {
  readonly name: string;
  /** Text of a primitive, or an object; never checked further than its parameter's type. */
  readonly value: unknown;
}

type Expectation = readonly [pattern: RegExp, expected: string];

const TEXT: Expectation = [/\S/, "a text"];
const EXPECTED: ReadonlyMap<string, Expectation> = new Map<string, Expectation>([
  ["boolean", [/^(true|false)$/, "true or false"]],
  ["integer", [/^(0|[1-9]\d{0,8})$/, "a whole number from 0"]],
  ["code", [/^\S+( \S+)*$/, "a code without spaces around it"]],
  ["uri", [/^\S+$/, "a URI"]],
  ["canonical", [/^\S+$/, "a canonical URL"]],
  ["dateTime", [/^\d{4}(-\d\d(-\d\d(T\S+)?)?)?$/, "a date, as 2026-01-31"]],
]);
const COMPLEX = new Set(["Coding", "CodeableConcept"]);

function bad(parameter: string, expected: string): Issue {
  return { kind: "bad-operation-parameter", parameter, expected };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Each parameter of a Parameters resource; `undefined` for what is none. */
function bodyValues(body: unknown): readonly Value[] | undefined {
  if (!isObject(body) || body.resourceType !== "Parameters") return undefined;
  const rows = body.parameter ?? [];
  if (!Array.isArray(rows)) return undefined;
  const values: Value[] = [];
  for (const row of rows) {
    if (!isObject(row) || typeof row.name !== "string") return undefined;
    const key = Object.keys(row).find((name) => name === "resource" || /^value[A-Z]/.test(name));
    values.push({ name: row.name, value: key === undefined ? undefined : row[key] });
  }
  return values;
}

function issueOf({ name, value }: Value, definition: OperationDefinitionParameter): Issue | undefined {
  const { type = "", part } = definition;
  if (part) return undefined;
  if (COMPLEX.has(type)) return isObject(value) ? undefined : bad(name, `a ${type}, in a Parameters resource by POST`);
  if (/^[A-Z]/.test(type)) {
    const isRight = isObject(value) && value.resourceType === type;
    return isRight ? undefined : bad(name, `a ${type} as resource, in a Parameters resource by POST`);
  }
  const [pattern, expected] = EXPECTED.get(type) ?? TEXT;
  return isPrimitive(value) && pattern.test(String(value)) ? undefined : bad(name, expected);
}

function unknownIssue(name: string, known: readonly string[]): Issue {
  const closest = nearest(name, known);
  return bad(name, closest === undefined ? `one of ${known.join(", ")}` : `${closest}, the nearest known parameter`);
}

/** Reads what `definition` allows and `supported` names; all other parameters are an issue, none is ignored in silence. */
export function readParameters(
  { query, body }: Invocation,
  definition: OperationDefinition,
  supported: readonly string[],
): ReadParameters {
  const inBody = body === undefined ? [] : bodyValues(body);
  if (!inBody) return { ok: false, issues: [bad("body", "a Parameters resource, each parameter with a name")] };
  const inQuery = [...query].filter(([name]) => !OF_THE_ANSWER.has(name)).map(([name, value]) => ({ name, value }));
  const values = [...inQuery, ...inBody];
  if (values.length > PARAMETERS_max)
    return { ok: false, issues: [{ kind: "too-many-parameters", max: PARAMETERS_max }] };
  const definitions = (definition.parameter ?? []).filter(({ use }) => use === "in");
  const seen = new Set<string>();
  const issues = values.flatMap((value): readonly Issue[] => {
    const { name } = value;
    const known = definitions.find((one) => one.name === name);
    if (!known) return [unknownIssue(name, supported)];
    if (!supported.includes(name)) return [bad(name, "it to be left out, since it is not supported here")];
    if (seen.has(name) && known.max === "1") return [{ kind: "repeated-parameter", parameter: name }];
    seen.add(name);
    const issue = issueOf(value, known);
    return issue ? [issue] : [];
  });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, given: toGiven(values) };
}

function toGiven(values: readonly Value[]): Given {
  const all = (name: string) => values.flatMap((one) => (one.name === name ? [one.value] : []));
  const texts = (name: string) => all(name).filter(isPrimitive).map(String);
  const object = (name: string) => all(name).find(isObject);
  return {
    texts,
    text: (name) => texts(name)[0],
    flag: (name) => texts(name)[0] === "true",
    count(name) {
      const [text] = texts(name);
      return text === undefined ? undefined : Number(text);
    },
    coding: (name) => toCoding(object(name)),
    codeableConcept(name) {
      const found = object(name);
      if (!found) return undefined;
      const codings = Array.isArray(found.coding) ? found.coding : [];
      return { coding: codings.flatMap((one) => toCoding(one) ?? []) };
    },
    resource(name, type) {
      const found = object(name);
      return isResourceOf(found, type) ? found : undefined;
    },
  };
}

function isResourceOf<Type extends Resource["resourceType"]>(
  value: unknown,
  type: Type,
): value is Extract<Resource, { resourceType: Type }> {
  return isObject(value) && value.resourceType === type;
}

/** What of a Coding says which code is meant. */
function toCoding(value: unknown): Coding | undefined {
  if (!isObject(value)) return undefined;
  const { system, version, code, display } = value;
  return {
    ...(typeof system === "string" && { system }),
    ...(typeof version === "string" && { version }),
    ...(typeof code === "string" && { code }),
    ...(typeof display === "string" && { display }),
  };
}
