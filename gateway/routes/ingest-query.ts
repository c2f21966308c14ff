import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";

/** What stands behind the question mark of an address below `/ingest`: each parameter once, none that is not known. */
export function readIngestQuery<const Name extends string>(
  request: Request,
  known: readonly Name[],
):
  | { readonly ok: true; readonly query: { readonly [N in Name]?: string } }
  | { readonly ok: false; readonly issue: Issue } {
  const query: { [N in Name]?: string } = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    const found = known.find((one) => one === name);
    if (found === undefined) {
      const meant = nearest(name, known);
      const issue = { kind: "unknown-parameter" as const, parameter: name, type: "ingest" };
      return { ok: false, issue: meant === undefined ? issue : { ...issue, nearest: meant } };
    }
    if (query[found] !== undefined) return { ok: false, issue: { kind: "repeated-parameter", parameter: name } };
    if (value !== "") query[found] = value;
  }
  return { ok: true, query };
}
