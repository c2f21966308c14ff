/** Statements for lists of any length would be as many as there are lengths. */
export const LIST_LENGTHS = [1, 4, 8, 16, 32] as const;
export const PART_MAX = 32;

/** In parts of few different lengths, each filled up with its last value, which changes nothing that is found. */
export function inParts(values: readonly number[]): readonly (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let from = 0; from < values.length; from += PART_MAX) {
    const part = values.slice(from, from + PART_MAX);
    const length = LIST_LENGTHS.find((one) => one >= part.length) ?? PART_MAX;
    parts.push([...part, ...Array<number>(length - part.length).fill(part.at(-1) ?? 0)]);
  }
  return parts;
}

export function marks(count: number): string {
  return Array<string>(count).fill("?").join(",");
}
