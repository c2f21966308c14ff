import type { Identifier, Parameters, ParametersParameter, Patient } from "@medplum/fhirtypes";
import { type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { parseResource } from "../validation/parse-resource.ts";
import { findModifier } from "./modifiers.ts";

type Refused = Extract<Result, { ok: false }>;

/** The parameters of an operation that decides, once each is of its kind and none is given too often. */
export interface DecisionParameters {
  readonly ok: true;
  /** As it was sent, for the answer. */
  readonly sent: Parameters;
  text(name: string): string | undefined;
  flag(name: string): boolean;
  number(name: string): number | undefined;
  /** Of a reference: what it points at. */
  reference(name: string): string | undefined;
  identifiers(name: string): readonly Identifier[];
  patient(name: string): Patient | undefined;
}

/** How each parameter is given; `valueIdentifier` alone repeats. */
export type ParameterKinds = Readonly<
  Record<string, "string" | "boolean" | "positiveInt" | "Reference" | "Identifier" | "Patient">
>;

/** Reads a Parameters resource of nothing but the parameters that are named. */
export function readDecisionParameters(
  { parameters, body }: InteractionRequest,
  kinds: ParameterKinds,
): DecisionParameters | Refused {
  const stray = [...parameters.keys()].find((name) => name !== "_format" && name !== "_pretty");
  if (stray !== undefined) return wrong(stray, "no parameter in the URL: all of them in a Parameters resource");
  const parsed = parseResource(body ?? "", "Parameters");
  if (!parsed.ok) return parsed;
  if (parsed.resource.resourceType !== "Parameters") return wrong("resource", "a Parameters resource");
  const sent = parsed.resource;
  const modifier = findModifier(sent, "Parameters");
  if (modifier !== undefined) return refused({ kind: "modifier-extension", expression: modifier });
  const given = sent.parameter ?? [];
  const counts = new Map<string, number>();
  for (const parameter of given) {
    const { name = "" } = parameter;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) return wrong(name, `one of ${Object.keys(kinds).join(", ")}`);
    if (!isOf(kind, parameter)) return wrong(name, WORDS[kind]);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (kind !== "Identifier" && counts.get(name) === 2) return wrong(name, `${WORDS[kind]}, once`);
  }
  const first = (name: string) => given.find((parameter) => parameter.name === name);
  return {
    ok: true,
    sent,
    text: (name) => first(name)?.valueString,
    flag: (name) => first(name)?.valueBoolean === true,
    number: (name) => first(name)?.valuePositiveInt ?? first(name)?.valueInteger,
    reference: (name) => first(name)?.valueReference?.reference,
    identifiers: (name) => given.flatMap((one) => (one.name === name ? (one.valueIdentifier ?? []) : [])),
    patient: (name) => patientOf(first(name)),
  };
}

function patientOf(parameter: ParametersParameter | undefined): Patient | undefined {
  return parameter?.resource?.resourceType === "Patient" ? parameter.resource : undefined;
}

type Kind = ParameterKinds[string];

const WORDS: Readonly<Record<Kind, string>> = {
  string: "a text, as valueString",
  boolean: "true or false, as valueBoolean",
  positiveInt: "a whole number from 1, as valuePositiveInt",
  Reference: "a reference to a Patient of this server, as valueReference",
  Identifier: "an identifier with system and value, as valueIdentifier",
  Patient: "a Patient, as resource",
};

function isOf(kind: Kind, { valueString, valueBoolean, ...parameter }: ParametersParameter): boolean {
  switch (kind) {
    case "string":
      return valueString !== undefined;
    case "boolean":
      return valueBoolean !== undefined;
    case "positiveInt":
      return (parameter.valuePositiveInt ?? parameter.valueInteger ?? 0) >= 1;
    case "Reference":
      return parameter.valueReference?.reference !== undefined;
    case "Identifier":
      return parameter.valueIdentifier?.system !== undefined && parameter.valueIdentifier.value !== undefined;
    case "Patient":
      return parameter.resource?.resourceType === "Patient";
  }
}

function wrong(parameter: string, expected: string): Refused {
  return refused({ kind: "bad-operation-parameter", parameter, expected });
}
