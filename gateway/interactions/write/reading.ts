import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Issue } from "../../outcome/issue.ts";
import { parseResource } from "../../validation/parse-resource.ts";
import type { InteractionRequest } from "../answer.ts";
import { JSON_TYPES } from "../json-types.ts";
import type { Sent } from "./content.ts";
import { type Criteria, readCriteria } from "./criteria.ts";
import type { Conditions, Target } from "./perform.ts";
import type { WritePorts, Writer } from "./ports.ts";
import { parseVersionCondition } from "./precondition.ts";
import { flawed } from "./refusal.ts";
import { findConditionalReference } from "./rewrite.ts";
import { writerOf } from "./transact.ts";
import { isTree } from "./tree.ts";

/** A part of a request, or why it cannot be taken. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export const NO_FHIR_JSON: Issue = { kind: "unsupported-media-type", expected: "application/fhir+json" };

export function isFhirJson(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPES.has(contentType);
}

/** Type and writer of a request that writes. */
export function readWriter(
  { requester, type, interaction }: InteractionRequest,
  ports: WritePorts,
): Read<{ readonly type: RecordType; readonly writer: Writer }> {
  if (type === undefined || !isRecordType(type)) {
    return { ok: false, issues: [{ kind: "interaction-not-served", interaction, allow: ["GET", "HEAD"] }] };
  }
  const writer = writerOf(requester, ports);
  if (writer !== undefined) return { ok: true, value: { type, writer } };
  return { ok: false, issues: [{ kind: "nothing-to-write", type }] };
}

/** The resource of the body, valid, and of the type of the address. */
export function readResource(
  { contentType, body }: Pick<InteractionRequest, "contentType" | "body">,
  type: RecordType,
): Read<Sent> {
  if (!isFhirJson(contentType)) return { ok: false, issues: [NO_FHIR_JSON] };
  return parseSent(body ?? "", type);
}

export function parseSent(text: string, type: RecordType): Read<Sent> {
  const parsed = parseResource(text, type);
  if (!parsed.ok) return parsed;
  if (!isTree(parsed.lossless)) throw new Error("a resource is an object");
  const conditional = findConditionalReference(parsed.lossless, type);
  if (conditional !== undefined) return { ok: false, issues: [unfollowed(conditional)] };
  return { ok: true, value: { resource: parsed.resource, tree: parsed.lossless } };
}

/** Criteria are followed in the resources of a transaction, before they come here: elsewhere R4 has no such reference. */
function unfollowed(expression: string): Issue {
  const message = "Expected a reference to a resource: criteria stand for one in a resource of a transaction alone.";
  return flawed("base", { code: "not-supported", expression, message });
}

/** Which resource is meant: the one of the address, or the one that its parameters find. */
export function readTarget(request: InteractionRequest, type: RecordType, fhirBase: string): Read<Target> {
  const { id, parameters, requester } = request;
  if (id !== undefined) {
    return LOGICAL_ID.test(id) ? { ok: true, value: { id } } : { ok: false, issues: [{ kind: "invalid-id", type }] };
  }
  const read = readCriteria(type, criteriaText(parameters), { requester, fhirBase });
  return read.ok ? { ok: true, value: { criteria: read.criteria } } : read;
}

const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** Criteria are what is left when the parameters that shape any answer are taken out. */
function criteriaText(parameters: URLSearchParams): string {
  const criteria = new URLSearchParams(parameters);
  for (const name of ["_format", "_pretty"]) criteria.delete(name);
  return criteria.toString();
}

export function readIfNoneExist(
  { preconditions, requester }: InteractionRequest,
  type: RecordType,
  fhirBase: string,
): Read<Criteria | undefined> {
  const { ifNoneExist } = preconditions;
  if (ifNoneExist === undefined) return { ok: true, value: undefined };
  const read = readCriteria(type, ifNoneExist, { requester, fhirBase });
  return read.ok ? { ok: true, value: read.criteria } : read;
}

export function readConditions({ preconditions }: Pick<InteractionRequest, "preconditions">): Read<Conditions> {
  const ifMatch = parseVersionCondition("If-Match", preconditions.ifMatch);
  const ifNoneMatch = parseVersionCondition("If-None-Match", preconditions.ifNoneMatch);
  if (!ifMatch.ok) return ifMatch;
  if (!ifNoneMatch.ok) return ifNoneMatch;
  return { ok: true, value: { ifMatch: ifMatch.condition, ifNoneMatch: ifNoneMatch.condition } };
}

/** The request line, for the record of it. */
export function addressOf({ method, type, id, parameters }: InteractionRequest): string {
  const path = id === undefined ? `${type}` : `${type}/${id}`;
  return `${method} ${path}${parameters.size === 0 ? "" : `?${parameters}`}`;
}

/** The body of an update carries the id of its address. */
export function idFlaw(id: unknown, type: RecordType, target: Target): Issue | undefined {
  if (!("id" in target) || id === target.id) return undefined;
  const code = id === undefined ? "required" : "value";
  return flawed("base", { code, expression: `${type}.id`, message: "Expected the id of the address." });
}

/** What is to be looked for when a target is known. */
export function namedBy(
  type: RecordType,
  target: Target,
): readonly { readonly type: RecordType; readonly id: string }[] {
  return "id" in target ? [{ type, id: target.id }] : [];
}

/** What is to be found before a target is known. */
export function criteriaOf(target: Target): readonly Criteria[] {
  return "criteria" in target ? [target.criteria] : [];
}
