import type { OperationDefinition, Parameters, ParametersParameter, Resource, ValueSet } from "@medplum/fhirtypes";
import { OPERATION_PARAMETERS } from "#profiles/operation-parameters.ts";
import type { AuditLog } from "../audit/audit.ts";
import { type Answering, type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import type { Issue } from "../outcome/issue.ts";
import { type Given, readParameters } from "../terminology/operation-parameters.ts";
import { readSentValueSet } from "../terminology/sent-value-set.ts";
import type { HeldTerminology } from "../terminology/terminology.ts";
import { parseJson } from "../validation/parse-resource.ts";

export interface TerminologyPorts {
  readonly terminology: HeldTerminology;
  readonly audit: AuditLog;
  /** A new UUID. */
  ids(): string;
}

/** What an operation answers: a resource, or what is wrong. */
export type Outcome =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface TerminologyOperation {
  /** Canonical URL of its OperationDefinition. */
  readonly definition: string;
  answer(given: Given, request: InteractionRequest): Outcome;
}

/**
 * What the operations on terminology have in common: parameters → answer → audit, durable → respond. They are about the
 * contract alone, never about a child, so everybody who is known may invoke them.
 */
export function createTerminologyOperation(ports: TerminologyPorts, operation: TerminologyOperation): Answering {
  const supported = OPERATION_PARAMETERS.get(operation.definition) ?? [];
  return async (request): Promise<Result> => {
    if (request.body && !JSON_TYPE.test(request.contentType ?? "")) {
      return refused({ kind: "unsupported-media-type", expected: "application/fhir+json" });
    }
    const body = request.body ? parseJson(request.body) : undefined;
    if (body && !body.ok) return refused(...body.issues);
    const invocation = { query: request.parameters, body: body?.value };
    const read = readParameters(invocation, definitionOf(operation.definition, ports), supported);
    if (!read.ok) return read;
    const outcome = operation.answer(read.given, request);
    if (!outcome.ok) return outcome;
    try {
      await ports.audit.append({
        interaction: `$${request.operation}`,
        outcome: "success",
        ...auditFacts(request.requester, request),
        query: `${address(request)}?${request.parameters}`,
      });
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(outcome.resource)) } };
  };
}

const JSON_TYPE = /^(application|text)\/(fhir\+)?json(\+fhir)?$/;

function address({ type, id, operation }: InteractionRequest): string {
  return `${type}${id === undefined ? "" : `/${id}`}/$${operation}`;
}

function definitionOf(url: string, { terminology }: TerminologyPorts): OperationDefinition {
  const found = terminology.operation(url);
  if (!found) throw new Error(`${url} is served and not published`);
  return found;
}

export function refusedOutcome(...issues: readonly Issue[]): Extract<Outcome, { ok: false }> {
  return { ok: false, issues };
}

export function toParameters(parameter: readonly (ParametersParameter | undefined)[]): Outcome {
  const resource: Parameters = { resourceType: "Parameters", parameter: parameter.filter((one) => one !== undefined) };
  return { ok: true, resource };
}

export type FoundValueSet = { readonly ok: true; readonly valueSet: ValueSet } | Extract<Outcome, { ok: false }>;

/** The value set that an invocation is about: by its own address, by URL, or sent along. */
export function valueSetOf(given: Given, { id }: InteractionRequest, { terminology }: TerminologyPorts): FoundValueSet {
  const url = given.text("url");
  const sent = given.resource("valueSet", "ValueSet");
  const ways = [id, url, sent].filter((way) => way !== undefined).length;
  if (ways !== 1) {
    const expected = "the canonical URL of a value set, at an address without an id and without a valueSet sent along";
    return refusedOutcome({ kind: "bad-operation-parameter", parameter: "url", expected });
  }
  if (sent) {
    const read = readSentValueSet(sent);
    if (read.ok) return read;
    const expected = `a value set that says in a few parts what is in it: see ${read.expression}`;
    return refusedOutcome({ kind: "bad-operation-parameter", parameter: "valueSet", expected });
  }
  const which = id === undefined ? { url: url ?? "", version: given.text("valueSetVersion") } : { id };
  const valueSet = terminology.valueSet(which);
  if (valueSet) return { ok: true, valueSet };
  return refusedOutcome(
    id === undefined ? { kind: "unknown-canonical", type: "ValueSet" } : { kind: "not-found", type: "ValueSet" },
  );
}
