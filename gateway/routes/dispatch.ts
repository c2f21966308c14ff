import type { Interaction, ServedType } from "#profiles/interactions.ts";
import type { ClientUsage } from "../access/client-usage.ts";
import { hasReviewScope, hasScope, isDeciding, letterOf } from "../access/scope.ts";
import { forLetters, isNarrowed, lettersOf } from "../access/scope-letters.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { type Answering, type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { toUnexpected } from "../outcome/operation-outcome.ts";
import { askedIdentifiers } from "./asked-identifiers.ts";

export interface DispatchPorts {
  readonly interactions: Readonly<Record<Exclude<Interaction, "operation">, Answering>>;
  /** By type and code, as `Patient/$everything`; a type of its own goes before `*`. */
  readonly operations: Readonly<Record<string, Answering>>;
  readonly audit: AuditLog;
  /** How much the clients may ask. */
  readonly usage: ClientUsage;
  onFault(error: unknown, interaction: string): void;
}

/**
 * Scope → the interaction. Every refusal to a known requester leaves here, whether it came by HTTP or as an entry of a
 * batch, and none before the record of it is durable.
 */
export function createDispatch(ports: DispatchPorts): Answering {
  return async function dispatch(request) {
    let result: Result;
    try {
      const answering = answeringOf(request, ports);
      result = typeof answering === "function" ? await answering(narrowed(request)) : refused(answering);
      countMiss(result, request, ports.usage);
    } catch (error) {
      ports.onFault(error, request.interaction);
      result = refused(toUnexpected(error));
    }
    if (result.ok || result.issues.some((issue) => issue.kind === "unavailable" && issue.what === "audit")) {
      return result;
    }
    return recorded(result, request, ports.audit);
  };
}

/** The same for what comes by HTTP, of which a client may have so much under way at a time. */
export function createEntrance(
  dispatch: Answering,
  { usage, audit }: Pick<DispatchPorts, "usage" | "audit">,
): Answering {
  return async (request) => {
    const begun = usage.begin(request.requester.client);
    if (begun === undefined) return recorded(refused(tooMany(LIMITS.client_throttled_retry_s)), request, audit);
    try {
      return await dispatch(request);
    } finally {
      begun.end();
    }
  };
}

async function recorded(
  result: Extract<Result, { ok: false }>,
  request: InteractionRequest,
  audit: AuditLog,
): Promise<Result> {
  try {
    await audit.append(toRefusalRecord(request, result.issues));
  } catch {
    return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
  }
  return result;
}

function tooMany(retryAfter_s: number): Issue {
  return { kind: "too-many-requests", retryAfter_s };
}

/** Who answers a request, or why nobody does. */
function answeringOf(request: InteractionRequest, { usage, interactions, operations }: DispatchPorts) {
  const { interaction, type, operation } = request;
  const wait_s = usage.admit(request.requester.client, askedIdentifiers(request));
  if (wait_s !== undefined) return tooMany(wait_s);
  const issue = checkScope(request);
  if (issue) return issue;
  if (interaction !== "operation") return interactions[interaction];
  return operations[`${type}/$${operation}`] ?? operations[`*/$${operation}`] ?? UNKNOWN_ROUTE;
}

const UNKNOWN_ROUTE = { kind: "unknown-route" } as const;

/** What is read by an id and is there counts by what is released; what is not counts as asked for, as a number does. */
function countMiss(result: Result, { type, id, requester }: InteractionRequest, usage: ClientUsage): void {
  if (result.ok || id === undefined || result.issues.every(({ kind }) => kind !== "not-found")) return;
  usage.asked(requester.client, [`${type}/${id}`]);
}

/** The same request of a requester whose scopes have parameters: it sees what those for this interaction reach. */
function narrowed(request: InteractionRequest): InteractionRequest {
  if (!isNarrowed(request.requester)) return request;
  const hasCriteria = request.preconditions.ifNoneExist !== undefined;
  const requester = forLetters(request.requester, lettersOf({ ...request, hasCriteria }));
  // Parameters may be read only when they are asked for, which a copy does not bring along.
  return { ...request, parameters: request.parameters, requester };
}

/** Whether the token's scopes reach an interaction; the contract itself is read by everybody who is known. */
export function checkScope(
  asked: Pick<InteractionRequest, "interaction" | "type" | "operation" | "requester">,
): Issue | undefined {
  const { type, operation, requester } = asked;
  const letter = letterOf(asked);
  if (type !== undefined && letter !== "" && !hasScope(requester.scopes, type, letter)) {
    return { kind: "insufficient-scope", needed: `system/${type}.${letter}` };
  }
  if (isDeciding(operation) && !hasReviewScope(requester.scopes)) {
    return { kind: "insufficient-scope", needed: "identity/review" };
  }
  return undefined;
}

/** Who was refused what, and why. The query stays as it was asked, so that an attack stays visible. */
function toRefusalRecord(request: InteractionRequest, issues: readonly Issue[]): AuditRecord {
  const { interaction, operation, requester, method } = request;
  return {
    interaction: operation === undefined ? interaction : `$${operation}`,
    outcome: issues.some(({ kind }) => kind === "unexpected") ? "failed" : "refused",
    ...auditFacts(requester, request),
    query: `${method} ${toAddress(request)}`,
    detail: [...new Set(issues.map(({ kind }) => kind))].join(" "),
  };
}

interface Address {
  readonly type?: ServedType | undefined;
  readonly id?: string | undefined;
  readonly versionId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly operation?: string | undefined;
  readonly query: string;
}

/** The address of a request below the FHIR base, as the record of it names it. */
function toAddress({ type, id, versionId, patientId, operation, query }: Address): string {
  const segments = [
    ...(patientId === undefined ? [] : ["Patient", patientId]),
    type,
    id,
    ...(versionId === undefined ? [] : ["_history", versionId]),
    operation && `$${operation}`,
  ];
  const address = segments.filter((segment) => segment !== undefined).join("/");
  return query === "" ? address : `${address}?${query}`;
}
