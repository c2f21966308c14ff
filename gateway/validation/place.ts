/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function toPlace(text: string, at: number): Place {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}
