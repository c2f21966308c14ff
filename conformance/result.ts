import type { Group } from "./case.ts";
import type { Exchange } from "./http.ts";
import type { Level } from "./requirements/requirement.ts";

export const OUTCOMES = ["pass", "fail", "warn", "not-declared", "not-applicable", "blocked", "error"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** One case on the server, or on one type of it. */
export interface CaseResult {
  /** `group/case`, with the type in brackets where the case is about a type. */
  readonly id: string;
  readonly caseId: string;
  readonly group: Group;
  readonly type?: string;
  readonly requirements: readonly string[];
  readonly level: Level;
  readonly rule: string;
  readonly anchor: string;
  readonly title: string;
  readonly outcome: Outcome;
  /** Why, for everything but pass. */
  readonly reason?: string;
  readonly expected?: string;
  readonly got?: string;
  /** The exchange that shows it, redacted. */
  readonly exchange?: Exchange;
  /** Set where a baseline knows of the failure: why it is tolerated. */
  readonly known?: string;
  /** Commands that repeat the case up to there, set-up included, to be pasted in order, with the token as $TOKEN. */
  readonly curl?: readonly string[];
  readonly time_ms: number;
}

export interface MatrixRow {
  readonly id: string;
  readonly level: Level;
  readonly anchor: string;
  readonly rule: string;
  readonly core: boolean;
  readonly cases: readonly string[];
  readonly outcome: Outcome | "not-tested" | "not-run";
  readonly reason?: string;
}

export interface RunReport {
  readonly base: string;
  /** ISO 8601. */
  readonly started: string;
  readonly time_ms: number;
  readonly software: string;
  /** Set where the plan could not be made from the server's own statement. */
  readonly assumed?: string;
  readonly results: readonly CaseResult[];
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly matrix: readonly MatrixRow[];
  /** The mark on everything the run made: the code of its tag, and of its identifiers' system. */
  readonly run: string;
  /** What the kit made and the server would not delete, or all of it where it was to be kept. */
  readonly leftBehind: readonly string[];
  /** Every exchange, redacted. */
  readonly exchanges: readonly Exchange[];
}
