declare global {
  // https://tc39.es/proposal-json-parse-with-source/, which the runtime has and the language's library has not yet.
  interface JSON {
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** A JSON object as it was parsed. */
export interface Tree {
  readonly [member: string]: unknown;
}

/** The same, ours to change. */
export interface OpenTree {
  [member: string]: unknown;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/**
 * A copy that may be changed. Numbers whose digits must stay become marked strings, since whoever works on the copy
 * knows plain JSON only; `closeTree` turns them back.
 */
export function openTree(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith(MARK) ? `${MARK}s${value}` : value;
  if (Array.isArray(value)) return value.map(openTree);
  if (typeof value !== "object" || value === null) return value;
  if (JSON.isRawJSON(value)) return `${MARK}n${value.rawJSON}`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, openTree(member)]));
}

/** The reverse of `openTree`. */
export function closeTree(value: unknown): unknown {
  if (typeof value === "string") {
    if (!value.startsWith(MARK)) return value;
    const text = value.slice(MARK.length + 1);
    return value.startsWith(`${MARK}n`) ? JSON.rawJSON(text) : text;
  }
  if (Array.isArray(value)) return value.map(closeTree);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closeTree(member)]));
}

/** No string of FHIR begins so. */
const MARK = "\u0000";

export function isOpenTree(value: unknown): value is OpenTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
