/** Whose children may be linked with whose, as the register says. */
export interface MatchingScope {
  /** Whether children that two authorities tell of may be linked; one authority always matches with itself. */
  readonly matches: (authority: string, other: string) => boolean;
  /** Authority of a source, also of one that left the register. */
  readonly authorityOf: (source: string) => string;
}

/**
 * Two records may be of one child, and stand in each other's way, only where every authority of one matches with every
 * one of the other: that A matches with B and B with C links no child of A with one of C.
 */
export function areInScope(
  authorities: readonly string[],
  others: readonly string[],
  { matches }: Pick<MatchingScope, "matches">,
): boolean {
  return authorities.every((authority) => others.every((other) => matches(authority, other)));
}

/** Authorities of the sources of some children, each once. */
export function authoritiesOf(
  children: readonly { readonly source: string }[],
  { authorityOf }: Pick<MatchingScope, "authorityOf">,
): readonly string[] {
  return [...new Set(children.map(({ source }) => authorityOf(source)))];
}
