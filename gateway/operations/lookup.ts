/** CodeSystem/$lookup: https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
import type { CodeSystemConceptProperty, ParametersParameter } from "@medplum/fhirtypes";
import type { Answering } from "../interactions/answer.ts";
import { conceptOf, type KnownCodeSystem, type KnownConcept } from "../terminology/code-system.ts";
import type { Given } from "../terminology/operation-parameters.ts";
import {
  createTerminologyOperation,
  type Outcome,
  refusedOutcome,
  type TerminologyPorts,
  toParameters,
} from "./terminology-operation.ts";

export function createLookup(ports: TerminologyPorts): Answering {
  return createTerminologyOperation(ports, {
    definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
    answer: (given) => lookup(given, ports),
  });
}

function lookup(given: Given, { terminology }: TerminologyPorts): Outcome {
  const coding = given.coding("coding");
  const isCode = given.text("code") !== undefined;
  if (isCode === (coding !== undefined)) return missing("code", "a code with its system, or instead a coding");
  const { system, version, code } = coding ?? {
    system: given.text("system"),
    version: given.text("version"),
    code: given.text("code"),
  };
  if (!system) return missing(coding ? "coding" : "system", "the URI of the code's system");
  if (!code) return missing("coding", "a coding with a code");
  const codeSystem = terminology.codeSystem(system, version);
  if (!codeSystem) return refusedOutcome({ kind: "unknown-canonical", type: "CodeSystem" });
  const concept = conceptOf(codeSystem, code);
  if (!concept) return refusedOutcome({ kind: "unknown-code", isWhole: codeSystem.isWhole });
  return toParameters([
    { name: "name", valueString: nameOf(codeSystem) },
    codeSystem.version ? { name: "version", valueString: codeSystem.version } : undefined,
    { name: "display", valueString: concept.display ?? concept.code },
    ...designations(concept, given.texts("property")),
    ...properties(concept, given.texts("property")),
  ]);
}

/** Says so where only some of the codes are known. */
function nameOf({ name, isWhole }: KnownCodeSystem): string {
  return isWhole ? name : `${name} (not held as a whole: only the codes that value sets here name)`;
}

function missing(parameter: string, expected: string): Outcome {
  return refusedOutcome({ kind: "bad-operation-parameter", parameter, expected });
}

function designations({ designation }: KnownConcept, wanted: readonly string[]): readonly ParametersParameter[] {
  if (wanted.length > 0 && !wanted.includes("designation")) return [];
  return designation.map(({ language, use, value = "" }) => ({
    name: "designation",
    part: [
      ...(language ? [{ name: "language", valueCode: language }] : []),
      ...(use ? [{ name: "use", valueCoding: use }] : []),
      { name: "value", valueString: value },
    ],
  }));
}

/** Everything known of a concept, or what was asked for by name. */
function properties(concept: KnownConcept, wanted: readonly string[]): readonly ParametersParameter[] {
  const { definition, parents, children, isInactive, isAbstract, property } = concept;
  const rows: ParametersParameter[] = [
    ...(definition ? [row("definition", { valueString: definition })] : []),
    row("inactive", { valueBoolean: isInactive }),
    ...(isAbstract ? [row("abstract", { valueBoolean: true })] : []),
    ...parents.map((code) => row("parent", { valueCode: code })),
    ...children.map((code) => row("child", { valueCode: code })),
    ...property.filter(({ code }) => code !== "parent" && code !== "child").map(toRow),
  ];
  return wanted.length === 0 ? rows : rows.filter(({ part }) => wanted.includes(part?.[0]?.valueCode ?? ""));
}

function toRow({ code = "", ...value }: CodeSystemConceptProperty): ParametersParameter {
  return row(code, value);
}

function row(code: string, value: Omit<CodeSystemConceptProperty, "code" | "id" | "extension">): ParametersParameter {
  return {
    name: "property",
    part: [
      { name: "code", valueCode: code },
      { ...value, name: "value" },
    ],
  };
}
