import type { Issue } from "../../outcome/issue.ts";

/** Thrown within a store transaction, where nothing else undoes what was written; caught where the transaction ends. */
export class Refusal extends Error {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super("a write was refused");
    this.name = "Refusal";
    this.issues = issues;
  }
}

export function refuse(...issues: readonly Issue[]): never {
  throw new Refusal(issues);
}

export type FlawCode =
  | "structure"
  | "required"
  | "value"
  | "business-rule"
  | "processing"
  | "duplicate"
  | "not-supported";

/** A fault of what was sent against R4 itself (`base`, 400) or against a rule of this gateway (`rule`, 422). */
export function flawed(
  against: "base" | "rule",
  told: { readonly code: FlawCode; readonly expression: string; readonly message: string },
): Issue {
  return { kind: "invalid-resource", against, flaw: { severity: "error", ...told } };
}

/** The same issue as that of an entry. Line and column would be those of a text that the caller never saw. */
export function inEntry(issue: Issue, entry: number): Issue {
  return { ...withoutLine(issue), entry };
}

export function withoutLine(issue: Issue): Issue {
  if (issue.kind !== "invalid-resource") return issue;
  const { line: _, column: __, ...flaw } = issue.flaw;
  return { ...issue, flaw };
}
