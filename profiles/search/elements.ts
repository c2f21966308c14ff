/** What the generated extractors of `generated/search-parameters.ts` are made of. Shapes that do not fit yield nothing. */

interface Node {
  readonly [key: string]: unknown;
}

const NONE: readonly object[] = [];

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}

/** The value of one property, or `undefined`. */
export function property(parent: object, key: string): unknown {
  return isNode(parent) ? parent[key] : undefined;
}

/** The complex elements under a property, whether it repeats or not. */
export function elements(parent: object, key: string): readonly object[] {
  const value = property(parent, key);
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) ? [value] : NONE;
}

/** Appends the values of a property; `null`, which stands for an absent primitive, is left out. */
export function collect(parent: object, key: string, out: unknown[]): void {
  const value = property(parent, key);
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) {
    out.push(value);
    return;
  }
  for (const one of value) if (one !== undefined && one !== null) out.push(one);
}

export function hasValue(parent: object, key: string): boolean {
  const value = property(parent, key);
  return value !== undefined && value !== null;
}

/** Whether a Reference names a resource of `type`: by its `type`, else by the type part of its relative or absolute URL. */
export function isReferenceTo(reference: object, type: string): boolean {
  const declared = property(reference, "type");
  if (declared !== undefined) return declared === type;
  const literal = property(reference, "reference");
  if (typeof literal !== "string") return false;
  const parts = (literal.split("/_history/", 1)[0] ?? "").split("/");
  return parts.length >= 2 && parts[parts.length - 2] === type;
}
