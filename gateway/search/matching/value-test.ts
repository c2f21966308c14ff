/** Whether what a parameter extracts from a resource, or from one element of a composite, meets one value. */
export type ValueTest = (elements: readonly unknown[]) => boolean;

/** A value that can be tested. */
export interface TestedValue {
  readonly ok: true;
  readonly test: ValueTest;
  /** Of tokens: the forms of keys one of which a resource that meets the test carries, and no other does. */
  readonly forms?: readonly string[];
}

/** A value as it is to be tested, or why it cannot be. */
export type ParsedValue =
  | TestedValue
  | { readonly ok: false; readonly reason: "syntax"; readonly expected: string }
  | { readonly ok: false; readonly reason: "unknown-value-set" | "unknown-hierarchy" };

export interface Node {
  readonly [key: string]: unknown;
}

export function isNode(element: unknown): element is Node {
  return typeof element === "object" && element !== null;
}

export function expected(grammar: string): ParsedValue {
  return { ok: false, reason: "syntax", expected: grammar };
}

/** Whether an element says anything itself: one that holds extensions alone counts as missing. */
export function hasContent(element: unknown): boolean {
  if (!isNode(element)) return element !== undefined && element !== null;
  return Object.keys(element).some((key) => key !== "extension" && key !== "id" && !key.startsWith("_"));
}
