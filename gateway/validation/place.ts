/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function toPlace(text: string, at: number): Place {
  return createPlacer(text)(at);
}

/** Places of many indexes: the lines of the text are counted once. */
export function createPlacer(text: string): (at: number) => Place {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}
