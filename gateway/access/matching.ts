import type { ParsedRegisterFile } from "./register-file.ts";

/** Whether children that two authorities tell of may be linked: one authority with itself, two when both say so. */
export type Matches = (authority: string, other: string) => boolean;

export function createMatches(matching: ParsedRegisterFile["matching"]): Matches {
  const said = new Map(matching.map((entry) => [entry.authority, new Set(entry.with)]));
  return (authority, other) =>
    authority === other || (said.get(authority)?.has(other) === true && said.get(other)?.has(authority) === true);
}

/** Name of a source → its authority, also of a source that stands in the register no more. */
export type AuthorityOf = (source: string) => string;

/**
 * The name of a source begins with its authority, so that one that left the register is still known by it; where no
 * authority of the register fits, it stands alone under its own name.
 */
export function createAuthorityOf({ sources, writtenSources, organizations }: ParsedRegisterFile): AuthorityOf {
  const named = new Map([...sources, ...writtenSources].map(({ source, authority }) => [source, authority]));
  const authorities = [...new Set([...named.values(), ...organizations.map(({ authority }) => authority)])].toSorted(
    (one, other) => other.length - one.length,
  );
  return (source) => named.get(source) ?? authorities.find((authority) => source.startsWith(`${authority}-`)) ?? source;
}
