/** One thing wrong with a resource. Never holds a value of it. */
export interface ValidationIssue {
  readonly severity: "error" | "warning";
  readonly code: "structure" | "required" | "value" | "invariant" | "code-invalid";
  /** FHIRPath of the element, as `Observation.code.coding[0].system`. */
  readonly expression: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** An issue on its way up: its expression is relative to the element that is being checked. */
export interface PendingIssue extends ValidationIssue {
  /** Id of a contained resource; the issue falls away when the resource contains it. */
  readonly unlessContained?: string;
  /** Then it falls away for one of these types alone; or where there is none of that id, which is another issue. */
  readonly ofTypes?: ReadonlySet<string>;
}

export type Issues = PendingIssue[];

/** Checks one element and appends what is wrong with it. */
export type Check = (value: unknown, out: Issues) => void;

/** A JSON object. */
export interface Node {
  readonly [key: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Beyond so many issues nothing more is noted: a megabyte of flaws would take the memory and the time of a thousand. */
const ISSUES_MAX = 1_000;

export function report(out: Issues, code: ValidationIssue["code"], expression: string, message: string): void {
  // What may fall away yet does not stand for what will stay.
  if (out.length >= ISSUES_MAX && out[out.length - 1]?.unlessContained === undefined) return;
  out.push({ severity: "error", code, expression, message });
}

/**
 * Puts `name` before the expressions of all issues from index `from`. Paths are built only on the way back from a
 * fault, so that a valid resource costs no string.
 */
export function prefix(out: Issues, from: number, name: string): void {
  for (let index = from; index < out.length; index += 1) {
    const issue = out[index];
    if (issue === undefined) continue;
    const separator = issue.expression === "" || issue.expression.startsWith("[") ? "" : ".";
    out[index] = { ...issue, expression: `${name}${separator}${issue.expression}` };
  }
}
