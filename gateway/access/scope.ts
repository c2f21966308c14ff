import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { type Interaction, isCanonicalType, isRecordType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { OversightRight, Scope } from "./requester.ts";

/**
 * SMART App Launch 2.2 scopes, system context only, `ingest/<source>` for those who send, `identity/review` for
 * stewards, and `oversight/<right>` for those who decide on disclosure.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */

export type ParsedScope =
  | { readonly ok: true; readonly scope: Scope }
  | { readonly ok: false; readonly reason: ScopeProblem };

export type ScopeProblem =
  /** Search parameters behind `*`, or behind a type that is not kept in records. */
  | "parameters-type"
  /** A search parameter that the type does not have, has a modifier or a chain, or no value. */
  | "parameters"
  /** Anything but `system/`, `ingest/`, `identity/` and `oversight/`: no user and no patient is signed in. */
  | "context"
  /** Not a type name, nor `*`. */
  | "type"
  /** Not one or more of c r u d s, in this order, nor `read`, `write` or `*` of SMART 1. */
  | "interactions"
  | "source"
  /** Anything but `review` behind `identity/`, and `decide` or `break-glass` behind `oversight/`. */
  | "right";

type SystemScope = Extract<Scope, { context: "system" }>;

const SMART_1: ReadonlyMap<string, string> = new Map([
  ["read", "rs"],
  ["write", "cud"],
  ["*", "cruds"],
]);

export function parseScope(text: string): ParsedScope {
  const slash = text.indexOf("/");
  const context = text.slice(0, Math.max(slash, 0));
  const rest = text.slice(slash + 1);
  switch (context) {
    case "ingest":
      return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(rest)
        ? { ok: true, scope: { context, source: rest } }
        : { ok: false, reason: "source" };
    case "identity":
      return rest === "review" ? { ok: true, scope: { context, right: rest } } : { ok: false, reason: "right" };
    case "oversight":
      return isOversightRight(rest) ? { ok: true, scope: { context, right: rest } } : { ok: false, reason: "right" };
    case "system":
      return parseSystemScope(rest);
    default:
      return { ok: false, reason: "context" };
  }
}

function isOversightRight(text: string): text is OversightRight {
  return text === "decide" || text === "break-glass";
}

function parseSystemScope(rest: string): ParsedScope {
  const mark = rest.indexOf("?");
  const plain = mark < 0 ? rest : rest.slice(0, mark);
  const dot = plain.indexOf(".");
  const type = plain.slice(0, Math.max(dot, 0));
  if (!/^(\*|[A-Z][A-Za-z]{1,63})$/.test(type)) return { ok: false, reason: "type" };
  const letters = plain.slice(dot + 1);
  const interactions = SMART_1.get(letters) ?? letters;
  if (!/^(?=.)c?r?u?d?s?$/.test(interactions)) return { ok: false, reason: "interactions" };
  const scope: SystemScope = { context: "system", type, interactions };
  if (mark < 0) return { ok: true, scope };
  // What is not kept in records is released without a visible record, where alone the parameters would hold.
  if (!isRecordType(type)) return { ok: false, reason: "parameters-type" };
  const parameters = rest.slice(mark + 1);
  return areParameters(type, parameters)
    ? { ok: true, scope: { ...scope, parameters } }
    : { ok: false, reason: "parameters" };
}

/** What RFC 6749 3.3 lets a scope hold. */
const SCOPE_CHARACTERS = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Plain search parameters of the type, each with a value. Modifiers and chains are experimental in SMART 2.2, and would
 * make one resource's release depend on another.
 */
function areParameters(type: string, text: string): boolean {
  if (text.length > LIMITS.scope_parameters_characters_max || !SCOPE_CHARACTERS.test(text)) return false;
  const pairs = [...new URLSearchParams(text)];
  return (
    pairs.length === text.split("&").length &&
    pairs.length <= LIMITS.scope_parameters_max &&
    pairs.every(([name, value]) => Object.hasOwn(SEARCH_PARAMETERS[type] ?? {}, name) && /[^,\s]/.test(value))
  );
}

export function formatScope(scope: Scope): string {
  switch (scope.context) {
    case "ingest":
      return `ingest/${scope.source}`;
    case "identity":
    case "oversight":
      return `${scope.context}/${scope.right}`;
    case "system":
      return `system/${scope.type}.${scope.interactions}${scope.parameters === undefined ? "" : `?${scope.parameters}`}`;
  }
}

/**
 * The letter that an interaction needs on its type; empty where it needs none of its own: entries of a batch are checked
 * one by one, a search of the whole system finds what the scopes reach.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
 */
export const SCOPE_LETTER: Readonly<Record<Interaction, "" | "c" | "r" | "u" | "d" | "s">> = {
  capabilities: "",
  transaction: "",
  batch: "",
  "search-system": "",
  "history-system": "",
  operation: "r",
  read: "r",
  vread: "r",
  "history-instance": "r",
  "history-type": "s",
  "search-type": "s",
  "search-compartment": "s",
  create: "c",
  update: "u",
  patch: "u",
  delete: "d",
};

/** What is asked for, as far as scopes are about it. */
export interface Asked {
  readonly interaction: Interaction;
  readonly type?: string | undefined;
  /** Code of an operation, without the dollar. */
  readonly operation?: string | undefined;
}

/** Operations that find what their address does not name. */
const SEARCHING: ReadonlySet<string> = new Set(["lastn", "match", "ihe-pix"]);
/** Operations by which a steward decides who is one child. */
const DECIDING: ReadonlySet<string> = new Set(["merge", "unmerge"]);

/** The letter that is needed on the type; empty where none is: the contract itself is read by everybody who is known. */
export function letterOf({ interaction, type, operation }: Asked): (typeof SCOPE_LETTER)[Interaction] {
  if (type === undefined || isCanonicalType(type)) return "";
  return operation !== undefined && SEARCHING.has(operation) ? "s" : SCOPE_LETTER[interaction];
}

/** Whether a steward's scope is needed as well. */
export function isDeciding(operation: string | undefined): boolean {
  return operation !== undefined && DECIDING.has(operation);
}

/** Every scope that is needed, as it is written. */
export function scopesOf(asked: Asked): readonly string[] {
  const letter = letterOf(asked);
  return [
    ...(letter === "" ? [] : [`system/${asked.type}.${letter}`]),
    ...(isDeciding(asked.operation) ? ["identity/review"] : []),
    ...(asked.operation === "explain-access" ? ["oversight/decide"] : []),
  ];
}

/** `interaction` is one of c r u d s. */
export function hasScope(scopes: readonly Scope[], type: string, interaction: string): boolean {
  return scopes.some(
    (scope) =>
      scope.context === "system" &&
      (scope.type === type || scope.type === "*") &&
      scope.interactions.includes(interaction),
  );
}

export function hasIngestScope(scopes: readonly Scope[], source: string): boolean {
  return scopes.some((scope) => scope.context === "ingest" && scope.source === source);
}

export function hasOversightScope(scopes: readonly Scope[], right: OversightRight): boolean {
  return scopes.some((scope) => scope.context === "oversight" && scope.right === right);
}

export function hasReviewScope(scopes: readonly Scope[]): boolean {
  return scopes.some((scope) => scope.context === "identity" && scope.right === "review");
}
