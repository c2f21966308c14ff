import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import type { SpineError } from "./spine-error.ts";

/** What is made of one issue: the status, and what its OperationOutcome says. */
export interface Answer {
  readonly status: number;
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  readonly code: OperationOutcomeIssue["code"];
  readonly severity?: OperationOutcomeIssue["severity"];
  readonly spine?: SpineError;
  readonly diagnostics?: string;
  /** Where in a resource the fault is. */
  readonly expression?: string;
  /** The query or form parameter that is at fault. */
  readonly parameter?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refused(code: Answer["code"], spine: SpineError, parameter?: string): Answer {
  return { status: 400, code, spine, ...(parameter === undefined ? {} : { parameter }) };
}

export function denied(status: 401 | 403, code: Answer["code"]): Answer {
  return { status, code, spine: "ACCESS_DENIED" };
}

export function meant(word: string | undefined): string {
  return word === undefined ? "" : ` Did you mean ${word}?`;
}

/** A parser's reason may quote the body it read, so only one in bare words is passed on. */
export function plain(reason: string): string {
  return /^[A-Za-z_ ,;()-]{1,120}$/.test(reason) ? ` (${reason})` : "";
}
