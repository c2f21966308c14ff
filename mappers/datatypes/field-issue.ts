import type { z } from "zod";
import type { FieldIssue } from "../mapper.ts";

/**
 * What zod found wrong, one issue a field, in the words of the schema. A schema writes each message as expectation and
 * clause and never puts the value in, so that a receipt cannot identify a child.
 */
export function toFieldIssues(error: z.ZodError, record: string): FieldIssue[] {
  return error.issues.map((issue) => ({
    severity: "error",
    field: issue.path.length === 0 ? record : issue.path.map(String).join("/"),
    message: issue.message,
  }));
}

/** A warning about one field. */
export function toFieldWarning(field: string, message: string): FieldIssue {
  return { severity: "warning", field, message };
}
