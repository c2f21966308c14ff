import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";

export type IngestQuery<Name extends string> = { readonly [N in Name]?: string };

/**
 * What stands behind the question mark of an address below `/ingest`: each parameter once, none that is not known, and
 * none without a value. A slip in the word `dry-run`, or an empty one, must not do the real thing.
 */
export function readIngestQuery<const Name extends string>(
  request: Request,
  known: readonly Name[],
): { readonly ok: true; readonly query: IngestQuery<Name> } | { readonly ok: false; readonly issue: Issue } {
  const query: { [N in Name]?: string } = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    const found = known.find((one) => one === name);
    if (found === undefined) {
      const meant = nearest(name, known);
      const issue = { kind: "unknown-ingest-parameter" as const, parameter: name, known };
      return { ok: false, issue: meant === undefined ? issue : { ...issue, nearest: meant } };
    }
    if (query[found] !== undefined) return { ok: false, issue: { kind: "repeated-parameter", parameter: name } };
    if (value === "") {
      const expected = "a value; left out, nothing is asked by it";
      return { ok: false, issue: { kind: "bad-parameter-value", parameter: name, expected } };
    }
    query[found] = value;
  }
  return { ok: true, query };
}

/** How many are asked for, or what is expected in words. */
export function readCount(
  text: string | undefined,
  { otherwise, max }: { readonly otherwise: number; readonly max: number },
): number | string {
  if (text === undefined) return otherwise;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= max ? count : `a whole number from 1 to ${max}`;
}
