import { isServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Client } from "./register.ts";
import type { Scope } from "./requester.ts";
import { parseScope, type ScopeProblem } from "./scope.ts";
import { intersectScopes } from "./scope-intersection.ts";
import type { TokenRefusal } from "./token-refusal.ts";

/** What a token will allow, and what for. */
export interface Grant {
  readonly scopes: readonly Scope[];
  readonly purpose: string;
}

export interface Wanted {
  /** The parameter `scope` as it came. */
  readonly scope: string | undefined;
  /** The claim `purpose` as it came. */
  readonly purpose?: unknown;
}

const SCOPE_TEXTS: Readonly<Record<ScopeProblem, string>> = {
  "parameters-type": "search parameters may stand behind one type that is kept in records, as Observation",
  parameters: "behind ? must stand search parameters of the type with values, without modifiers and chains",
  context: "only system/, ingest/, identity/ and oversight/ are served",
  type: "a resource type or * must stand before the dot",
  interactions: "letters of cruds, in this order, must stand after the dot",
  source: "the name of a source must stand after ingest/",
  right: "review must stand after identity/, decide or break-glass after oversight/",
};

/** Whether what a scope's parameters ask for can be searched for; the values are for the search to read. */
export type IsSearchable = (type: string, parameters: string) => boolean;

/** Checks 12 and 13. */
export function toGrant(
  client: Client,
  wanted: Wanted,
  { now_ms, isSearchable }: { readonly now_ms: number; readonly isSearchable: IsSearchable },
): TokenRefusal | Grant {
  const asked = readScopes(wanted.scope, isSearchable);
  if ("kind" in asked) return asked;
  const scopes = intersectScopes(asked, client.scopes).filter(isServed);
  if (scopes.length === 0) return { kind: "scope-none" };

  const { purposes, from, until } = client.agreement;
  if (from !== undefined && now_ms < client.startsAt_ms) return { kind: "agreement-not-begun", from };
  if (now_ms >= client.endsAt_ms) return { kind: "agreement-ended", until };
  const purpose =
    wanted.purpose === undefined ? purposes[0] : purposes.find((registered) => registered === wanted.purpose);
  return purpose === undefined ? { kind: "purpose", registered: purposes } : { scopes, purpose };
}

/** A scope over a type that no resource here has would promise what there is not. */
function isServed(scope: Scope): boolean {
  return scope.context !== "system" || scope.type === "*" || isServedType(scope.type);
}

function readScopes(scope: string | undefined, isSearchable: IsSearchable): TokenRefusal | readonly Scope[] {
  const words = scope?.split(" ").filter((word) => word !== "") ?? [];
  if (words.length === 0) return { kind: "scope-missing" };
  if (words.length > LIMITS.scopes_max) return { kind: "scope-too-many", max: LIMITS.scopes_max };
  const asked: Scope[] = [];
  for (const [index, word] of words.entries()) {
    const parsed = parseScope(word);
    const reason = parsed.ok ? toUnsearchable(parsed.scope, isSearchable) : parsed.reason;
    if (reason !== undefined) return { kind: "scope-malformed", position: index + 1, reason: SCOPE_TEXTS[reason] };
    if (parsed.ok) asked.push(parsed.scope);
  }
  return asked;
}

function toUnsearchable(scope: Scope, isSearchable: IsSearchable): ScopeProblem | undefined {
  if (scope.context !== "system" || scope.parameters === undefined) return undefined;
  return isSearchable(scope.type, scope.parameters) ? undefined : "parameters";
}
