import { CANONICAL_BASE } from "../canonical.ts";
import { displayOf } from "../generated/codes.ts";
import { type Issues, isNode, report } from "./issue.ts";

const OURS = `${CANONICAL_BASE}/CodeSystem/`;

/** Our code systems are complete: a code that they do not have is none, wherever in a resource it stands. */
export function checkKnownCodes(value: unknown, path: string, out: Issues): void {
  // To spell out the path of every element would take longer than to look at them all first.
  if (!hasOnlyKnown(value)) reportUnknown(value, path, out);
}

function hasOnlyKnown(value: unknown): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && !hasOnlyKnown(item)) return false;
    return true;
  }
  if (!isNode(value)) return true;
  const { system, code } = value;
  if (typeof system === "string" && typeof code === "string" && system.startsWith(OURS)) {
    return displayOf(system, code) !== undefined;
  }
  for (const name in value) {
    const child = value[name];
    if (typeof child === "object" && !hasOnlyKnown(child)) return false;
  }
  return true;
}

function reportUnknown(value: unknown, path: string, out: Issues): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item === "object") reportUnknown(item, `${path}[${index}]`, out);
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
    if (typeof child === "object") reportUnknown(child, path === "" ? name : `${path}.${name}`, out);
  }
}
