import { applyPatch, type Operation } from "rfc6902";
import { isRecord, text } from "../json.ts";
import { applyFhirPathPatch } from "./fhirpath-patch.ts";
import { parseLossless, parseResource, requireValid } from "./parse.ts";
import { parseCriteria } from "./query.ts";
import { refuse } from "./refusal.ts";
import { TYPES, type Where } from "./search.ts";
import type { Resource, Version } from "./store.ts";

/** A request as a route or a Bundle entry makes it. */
export interface Ask {
  readonly body: string;
  readonly contentType: string;
  readonly ifMatch?: string | undefined;
  readonly ifNoneExist?: string | undefined;
}

export interface Written {
  readonly status: number;
  readonly version?: Version;
}

/** Ids given to resources of a transaction before they are stored. */
export type NewId = () => string;

const TYPE_NAMES: readonly string[] = TYPES;
const JSON_TYPES = ["application/fhir+json", "application/json", "application/json+fhir"];

export function requireType(type: string): void {
  if (!TYPE_NAMES.includes(type)) refuse(404, "not-supported", "unknown type");
}

function requireJson(contentType: string): void {
  const [media = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((part) => part.startsWith("charset="));
  if (!JSON_TYPES.includes(media)) refuse(415, "not-supported", "FHIR JSON was expected");
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    refuse(415, "not-supported", "UTF-8 was expected");
}

function matchesOf(where: Where, type: string, criteria: string): readonly Resource[] {
  const meets = parseCriteria(type, where, criteria);
  const found = where.store.live(type).filter(meets);
  return found;
}

function only(found: readonly Resource[]): Resource | undefined {
  if (found.length > 1) refuse(412, "multiple-matches", "several resources meet the criteria");
  return found[0];
}

export function create(where: Where, type: string, ask: Ask, newId: NewId = crypto.randomUUID.bind(crypto)): Written {
  requireType(type);
  requireJson(ask.contentType);
  const content = parseResource(ask.body, type);
  if (ask.ifNoneExist !== undefined) {
    const match = only(matchesOf(where, type, ask.ifNoneExist));
    const version = match && where.store.current(type, match.id);
    if (version !== undefined) return { status: 200, version };
  }
  return { status: 201, version: where.store.write("POST", type, newId(), content) };
}

export function update(where: Where, type: string, id: string, ask: Ask): Written {
  requireType(type);
  requireJson(ask.contentType);
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) refuse(400, "value", "no id");
  const content = parseResource(ask.body, type);
  if (content.id !== id) refuse(400, "invalid", "the id of the address was expected", { expression: `${type}.id` });
  const before = where.store.current(type, id);
  requireMatch(before, ask.ifMatch);
  const version = where.store.write("PUT", type, id, content);
  return { status: before?.resource === undefined ? 201 : 200, version };
}

function requireMatch(current: Version | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const [, wanted] = /^W\/"([A-Za-z0-9.-]{1,64})"$/.exec(ifMatch) ?? [];
  if (wanted === undefined) refuse(400, "invalid", "If-Match holds one weak entity tag");
  if (wanted !== current?.version) refuse(412, "conflict", "the resource has another version");
}

export function conditionalUpdate(where: Where, type: string, criteria: string, ask: Ask): Written {
  requireType(type);
  requireJson(ask.contentType);
  const content = parseResource(ask.body, type);
  const match = only(matchesOf(where, type, criteria));
  const id = text(content, "id");
  if (match === undefined && id === undefined)
    return { status: 201, version: where.store.write("PUT", type, crypto.randomUUID(), content) };
  if (match === undefined) return update(where, type, id ?? "", ask);
  if (id !== undefined && id !== match.id) refuse(400, "invalid", "the body has another id than the match");
  requireMatch(where.store.current(type, match.id), ask.ifMatch);
  return { status: 200, version: where.store.write("PUT", type, match.id, { ...content, id: match.id }) };
}

export function remove(where: Where, type: string, id: string, ifMatch?: string): Written {
  requireType(type);
  const before = where.store.current(type, id);
  if (before?.resource === undefined) return { status: 204 };
  requireMatch(before, ifMatch);
  return { status: 204, version: where.store.write("DELETE", type, id) };
}

export function conditionalDelete(where: Where, type: string, criteria: string): Written {
  requireType(type);
  const match = only(matchesOf(where, type, criteria));
  return match === undefined ? { status: 204 } : remove(where, type, match.id);
}

export function conditionalPatch(where: Where, type: string, criteria: string, ask: Ask): Written {
  requireType(type);
  const match = only(matchesOf(where, type, criteria));
  if (match === undefined) return refuse(404, "not-found", "nothing meets the criteria");
  return patch(where, type, match.id, ask);
}

export function patch(where: Where, type: string, id: string, ask: Ask): Written {
  requireType(type);
  const [media = ""] = ask.contentType.split(";");
  const isFhir = JSON_TYPES[0] === media;
  if (!isFhir && media !== "application/json-patch+json") refuse(415, "not-supported", "a patch was expected");
  const before = where.store.current(type, id);
  if (before === undefined) return refuse(404, "not-found", "no such resource");
  if (before.resource === undefined) return refuse(410, "deleted", "the resource was deleted");
  requireMatch(before, ask.ifMatch);
  const patched: unknown = structuredClone(before.resource);
  const parsed: unknown = JSON.parse(JSON.stringify(parseLossless(ask.body)));
  if (isFhir) applyFhirPathPatch(patched, parsed);
  else applyJsonPatch(patched, parsed);
  if (!isRecord(patched) || patched.id !== id || patched.resourceType !== type)
    return refuse(422, "invalid", "type and id stay as they are");
  // What the narrative says of the old data is no longer known to be true.
  const { text: _narrative, ...rest } = patched;
  requireValid(rest);
  return { status: 200, version: where.store.write("PATCH", type, id, rest) };
}

function applyJsonPatch(patched: unknown, parsed: unknown): void {
  if (!Array.isArray(parsed) || parsed.some((each) => !isOperation(each)))
    refuse(400, "structure", "a list of operations was expected");
  const failed = applyPatch(patched, parsed.filter(isOperation)).find((error) => error !== null);
  if (failed !== undefined && failed !== null) refuse(422, "processing", "an operation does not apply");
}

function isOperation(value: unknown): value is Operation {
  return isRecord(value) && typeof value.op === "string" && typeof value.path === "string";
}
