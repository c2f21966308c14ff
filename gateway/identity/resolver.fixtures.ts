import { createMatcher } from "./matcher/create-matcher.ts";
import { ENGLAND } from "./matcher/model/england.ts";
import type { MatchingScope } from "./matching-scope.ts";
import { type ChildResolver, createChildResolver } from "./resolve-child.ts";

/** Sources named `<authority>-<kind>`; pairs of authorities, as `leeds wirral`, that match with each other. */
export function scopeOf(...pairs: readonly string[]): MatchingScope {
  return {
    matches: (authority, other) =>
      authority === other || pairs.includes(`${authority} ${other}`) || pairs.includes(`${other} ${authority}`),
    authorityOf: (source) => source.slice(0, source.lastIndexOf("-")),
  };
}

/** A resolver with the matcher as it is shipped, on the day on which the tests' deliveries come in. */
export function startResolver(scope: MatchingScope = scopeOf()): ChildResolver {
  return createChildResolver(createMatcher(ENGLAND, { today: () => "2026-11-02" }), scope);
}
