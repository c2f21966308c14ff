import { CANONICAL_BASE } from "../canonical.ts";
import { displayOf } from "../generated/codes.ts";
import { type Issues, isNode, report } from "./issue.ts";

const OURS = `${CANONICAL_BASE}/CodeSystem/`;

/** Our code systems are complete: a code that they do not have is none, wherever in a resource it stands. */
export function checkKnownCodes(value: unknown, path: string, out: Issues): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item === "object") checkKnownCodes(item, `${path}[${index}]`, out);
    }
    return;
  }
  if (!isNode(value)) return;
  const { system, code } = value;
  if (typeof system === "string" && typeof code === "string" && system.startsWith(OURS)) {
    if (displayOf(system, code) !== undefined) return;
    // A binding that is broken by it has said so.
    if (out.some(({ expression }) => path.startsWith(expression) && expression !== "")) return;
    report(out, "code-invalid", path, "The code system has no such code.");
    return;
  }
  for (const name in value) {
    const child = value[name];
    if (typeof child === "object") checkKnownCodes(child, path === "" ? name : `${path}.${name}`, out);
  }
}
