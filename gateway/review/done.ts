import type { Issue } from "../outcome/issue.ts";

/** What is answered, and what the record of it says was disclosed. */
export interface Done<T> {
  readonly value: T;
  /** Ids of the Patients whose identities are in it. */
  readonly patients: readonly string[];
  readonly released: readonly string[];
  /** Names and counts, never content. */
  readonly detail: string;
  /** Set when something was decided, so that it stands although its record could not be written. */
  readonly isDecided?: true;
}

export type Answered<T> = Done<T> | Issue;

export function isIssue<T>(answered: Answered<T>): answered is Issue {
  return "kind" in answered;
}
