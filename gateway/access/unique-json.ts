/**
 * JSON in which every member of an object stands once. Two readers may take different ones of a repeated member, so that
 * one checks what the other does not use (RFC 7515 4, RFC 7519 4).
 */

export type Members = Readonly<Record<string, unknown>>;

/** The object that a base64url segment holds; `undefined` for anything else, spare bits and repeated members included. */
export function parseSegment(segment: string | undefined): Members | undefined {
  if (segment === undefined || !/^[A-Za-z0-9_-]+$/.test(segment)) return undefined;
  const bytes = Buffer.from(segment, "base64url");
  if (bytes.toString("base64url") !== segment) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const json: unknown = JSON.parse(text);
    if (typeof json !== "object" || json === null || Array.isArray(json) || hasRepeatedMember(text)) return undefined;
    return { ...json };
  } catch {
    return undefined;
  }
}

/** Strings, and what opens, parts and closes: all that a text known to be JSON has to be walked by. */
const SIGNS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** The text is JSON. */
export function hasRepeatedMember(text: string): boolean {
  /** Names seen of each object that is open; `undefined` for a list. */
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [sign] of text.matchAll(SIGNS)) {
    const names = open.at(-1);
    if (sign === "{") open.push(new Set());
    else if (sign === "[") open.push(undefined);
    else if (sign === "}" || sign === "]") open.pop();
    else if (sign === ":" && names !== undefined) {
      const name: unknown = JSON.parse(last);
      if (typeof name !== "string" || names.has(name)) return true;
      names.add(name);
    }
    last = sign;
  }
  return false;
}
