import type { Scope } from "./requester.ts";
import { formatScope } from "./scope.ts";

type SystemScope = Extract<Scope, { context: "system" }>;

/**
 * What is both asked for and registered: never more than either. Parameters narrow from whichever side they come; the
 * same type under the same parameters stands once.
 */
export function intersectScopes(asked: readonly Scope[], registered: readonly Scope[]): readonly Scope[] {
  const held = new Map<string, SystemScope>();
  const others = new Map<string, Scope>();
  for (const wanted of asked) {
    for (const allowed of registered) {
      if (wanted.context !== "system") {
        if (formatScope(wanted) === formatScope(allowed)) others.set(formatScope(wanted), wanted);
      } else if (allowed.context === "system") {
        const common = narrow(wanted, allowed);
        if (common !== undefined) add(held, common);
      }
    }
  }
  const system = [...held.values()];
  return [...system.filter((scope) => !isSaidAlready(scope, system)), ...others.values()];
}

function narrow(wanted: SystemScope, allowed: SystemScope): SystemScope | undefined {
  const type = wanted.type === allowed.type || allowed.type === "*" ? wanted.type : allowed.type;
  if (wanted.type !== type && wanted.type !== "*") return undefined;
  const interactions = [...wanted.interactions].filter((letter) => allowed.interactions.includes(letter)).join("");
  if (interactions === "") return undefined;
  const parts = new Set([...partsOf(wanted), ...partsOf(allowed)]);
  const parameters = [...parts].join("&");
  return { context: "system", type, interactions, ...(parts.size === 0 ? {} : { parameters }) };
}

function partsOf({ parameters }: SystemScope): readonly string[] {
  return parameters?.split("&") ?? [];
}

function add(held: Map<string, SystemScope>, scope: SystemScope): void {
  const key = `${scope.type}?${partsOf(scope).toSorted().join("&")}`;
  const known = held.get(key);
  const letters = new Set([...(known?.interactions ?? ""), ...scope.interactions]);
  const interactions = [..."cruds"].filter((letter) => letters.has(letter)).join("");
  held.set(key, { ...(known ?? scope), interactions });
}

/** Whether a scope that asks for no more than this one does holds all of its letters. */
function isSaidAlready(scope: SystemScope, system: readonly SystemScope[]): boolean {
  const parts = new Set(partsOf(scope));
  return system.some(
    (other) =>
      other !== scope &&
      (other.type === scope.type || other.type === "*") &&
      [...scope.interactions].every((letter) => other.interactions.includes(letter)) &&
      partsOf(other).every((part) => parts.has(part)),
  );
}
