import { type Interaction, isCanonicalType } from "#profiles/interactions.ts";
import type { Scope } from "./requester.ts";

/**
 * SMART App Launch 2.2 scopes, system context only, `ingest/<source>` for those who send, and `identity/review` for
 * stewards.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */

export type ParsedScope =
  | { readonly ok: true; readonly scope: Scope }
  | { readonly ok: false; readonly reason: ScopeProblem };

export type ScopeProblem =
  /** `?category=…`: would have to hold for every answer, and does not yet. */
  | "granular"
  /** Anything but `system/`, `ingest/` and `identity/`: no user and no patient is signed in. */
  | "context"
  /** Not a type name, nor `*`. */
  | "type"
  /** Not one or more of c r u d s, in this order, nor `read`, `write` or `*` of SMART 1. */
  | "interactions"
  | "source"
  /** Anything but `review` behind `identity/`. */
  | "right";

const SMART_1: ReadonlyMap<string, string> = new Map([
  ["read", "rs"],
  ["write", "cud"],
  ["*", "cruds"],
]);

export function parseScope(text: string): ParsedScope {
  const slash = text.indexOf("/");
  const context = text.slice(0, Math.max(slash, 0));
  const rest = text.slice(slash + 1);
  if (context === "ingest")
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(rest)
      ? { ok: true, scope: { context, source: rest } }
      : { ok: false, reason: "source" };
  if (context === "identity")
    return rest === "review" ? { ok: true, scope: { context, right: rest } } : { ok: false, reason: "right" };
  if (context !== "system") return { ok: false, reason: "context" };
  if (rest.includes("?")) return { ok: false, reason: "granular" };

  const dot = rest.indexOf(".");
  const type = rest.slice(0, Math.max(dot, 0));
  if (!/^(\*|[A-Z][A-Za-z]{1,63})$/.test(type)) return { ok: false, reason: "type" };
  const letters = rest.slice(dot + 1);
  const interactions = SMART_1.get(letters) ?? letters;
  if (!/^(?=.)c?r?u?d?s?$/.test(interactions)) return { ok: false, reason: "interactions" };
  return { ok: true, scope: { context, type, interactions } };
}

export function formatScope(scope: Scope): string {
  switch (scope.context) {
    case "ingest":
      return `ingest/${scope.source}`;
    case "identity":
      return `identity/${scope.right}`;
    case "system":
      return `system/${scope.type}.${scope.interactions}`;
  }
}

/** What is both asked for and registered: never more than either, each type once. */
export function intersectScopes(asked: readonly Scope[], registered: readonly Scope[]): readonly Scope[] {
  const sources = new Set<string>();
  const rights = new Set<"review">();
  const letters = new Map<string, Set<string>>();
  for (const wanted of asked) {
    for (const allowed of registered) {
      if (wanted.context === "ingest") {
        if (allowed.context === "ingest" && allowed.source === wanted.source) sources.add(wanted.source);
      } else if (wanted.context === "identity") {
        if (allowed.context === "identity" && allowed.right === wanted.right) rights.add(wanted.right);
      } else if (allowed.context === "system") {
        const type = narrower(wanted.type, allowed.type);
        if (type === undefined) continue;
        const common = [...wanted.interactions].filter((letter) => allowed.interactions.includes(letter));
        letters.set(type, new Set([...(letters.get(type) ?? []), ...common]));
      }
    }
  }
  const everyType = letters.get("*") ?? new Set<string>();
  return [
    ...[...letters]
      // A type that holds no more than `*` already does would say the same twice.
      .filter(([type, held]) => held.size > 0 && (type === "*" || !held.isSubsetOf(everyType)))
      .map(([type, held]) => ({ context: "system", type, interactions: inOrder(held) }) as const),
    ...[...sources].map((source) => ({ context: "ingest", source }) as const),
    ...[...rights].map((right) => ({ context: "identity", right }) as const),
  ];
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

export function hasReviewScope(scopes: readonly Scope[]): boolean {
  return scopes.some((scope) => scope.context === "identity" && scope.right === "review");
}

function narrower(left: string, right: string): string | undefined {
  if (left === right || right === "*") return left;
  return left === "*" ? right : undefined;
}

function inOrder(held: ReadonlySet<string>): string {
  return [..."cruds"].filter((letter) => held.has(letter)).join("");
}
