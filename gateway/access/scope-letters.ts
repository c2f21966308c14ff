import type { Requester } from "./requester.ts";
import { type Asked, letterOf } from "./scope.ts";

/** Which scope letters an answer needs, for those whose scopes narrow by letter what is seen. */

export interface AskedFully extends Asked {
  readonly id?: string | undefined;
  /** Whether a create has criteria. */
  readonly hasCriteria: boolean;
}

/** `undefined` where all that are held must hold: entries of a transaction are answered in one view. */
export function lettersOf(asked: AskedFully): string | undefined {
  switch (asked.interaction) {
    case "transaction":
    case "batch":
      return undefined;
    case "search-system":
      return "s";
    case "history-system":
      return "r";
    case "create":
      // What is created is held against the scopes for itself; what is there already is only searched for.
      return asked.hasCriteria ? "s" : "r";
    case "update":
    case "patch":
    case "delete":
      return asked.id === undefined ? `${letterOf(asked)}s` : letterOf(asked);
    default:
      return letterOf(asked) || undefined;
  }
}

const derived = new WeakMap<Requester, Map<string, Requester>>();

/** The same requester, seeing what these letters reach; one object for the same letters, so that views are kept. */
export function forLetters(requester: Requester, letters: string | undefined): Requester {
  if (letters === undefined || requester.letters === letters) return requester;
  const known = derived.get(requester) ?? new Map<string, Requester>();
  derived.set(requester, known);
  const made = known.get(letters) ?? Object.freeze({ ...requester, letters });
  known.set(letters, made);
  return made;
}

/** Whether any scope has parameters. */
export function isNarrowed({ scopes }: Pick<Requester, "scopes">): boolean {
  return scopes.some((scope) => scope.context === "system" && scope.parameters !== undefined);
}
