/** Prefixes of ordered values: numbers, dates and quantities. https://hl7.org/fhir/R4/search.html#prefix */
export const PREFIXES = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"] as const;
export type Prefix = (typeof PREFIXES)[number];

/** A value without its prefix; none means `eq`. */
export function splitPrefix(text: string): readonly [prefix: Prefix, value: string] {
  const found = PREFIXES.find((prefix) => text.startsWith(prefix));
  return found === undefined ? ["eq", text] : [found, text.slice(2)];
}

/** How a prefix is written in the grammar that an issue shows. */
export const PREFIX_GRAMMAR = `[${PREFIXES.join("|")}]`;
