/** Statements for lists of any length would be as many as there are lengths. */
export const LIST_LENGTHS = [1, 4, 8, 16, 32] as const;
export const PART_MAX = 32;

/** In parts of few different lengths, each filled up with its last value, which changes nothing that is found. */
export function inParts<Value>(values: readonly Value[]): readonly (readonly Value[])[] {
  const parts: (readonly Value[])[] = [];
  for (let from = 0; from < values.length; from += PART_MAX) {
    const part = values.slice(from, from + PART_MAX);
    const length = LIST_LENGTHS.find((one) => one >= part.length) ?? PART_MAX;
    parts.push([...part, ...part.slice(-1).flatMap((last) => Array<Value>(length - part.length).fill(last))]);
  }
  return parts;
}

/**
 * In one piece, where parts cannot be asked for by themselves: filled up with its last value to a power of two, so that its
 * lengths are few as well. `undefined` for an empty list, in which nothing can be found.
 */
export function filled<Value>(values: readonly Value[]): readonly Value[] | undefined {
  const last = values.at(-1);
  if (last === undefined) return undefined;
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return [...values, ...Array<Value>(length - values.length).fill(last)];
}

export function marks(count: number, one = "?"): string {
  return Array<string>(count).fill(one).join(",");
}

/** The statement for a list of each of these lengths, put together once. */
export function ofLengths(toSql: (length: number) => string): (length: number) => string {
  const made = new Map(LIST_LENGTHS.map((length): [number, string] => [length, toSql(length)]));
  return (length) => made.get(length) ?? toSql(length);
}
