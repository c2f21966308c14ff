import type { DisclosureDecision } from "../disclosure/disclosure-decision.ts";
import type { RecordKey } from "./record.ts";

/** A decision on the disclosure of a child's record, as it is kept. */
export type StoredDisclosureDecision = DisclosureDecision & {
  /** The record that it is about today: where the decision was made or, of an objection, where its Consent has moved. */
  readonly record: RecordKey;
  readonly ended?: DisclosureStep;
};

/** What was done about a decision later on. */
export interface DisclosureStep {
  readonly author: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at_ms: number;
}

export interface DisclosureReview extends DisclosureStep {
  readonly isUpheld: boolean;
}

/** A decision as it is appended. */
export type NewDisclosureDecision = Unnumbered<DisclosureDecision>;

type Unnumbered<Decision> = Decision extends unknown ? Omit<Decision, "id" | "endedAt_ms" | "review"> : never;

export interface DisclosureFilter {
  /** Children who stand in one of these authorities; any when absent. */
  readonly authorities?: readonly string[];
  readonly kinds?: readonly DisclosureDecision["kind"][];
  /** Nobody has reviewed it, and it waits for that. */
  readonly isAwaitingReview?: true;
  /** Decided before, exclusive; milliseconds since 1970. */
  readonly decidedBefore_ms?: number;
  /** Id of the last one of the page before. */
  readonly after?: number;
}

/** A Consent as it stands, without its text. */
export interface ConsentPlace {
  /** Ascends; where a page may go on. */
  readonly place: number;
  readonly record: RecordKey;
  readonly id: string;
  readonly source: string;
}

export interface DisclosureReadVerbs {
  /** Every decision on a record and on those merged into it, oldest first; ended ones too. */
  disclosureDecisionsOf(record: RecordKey): Promise<readonly StoredDisclosureDecision[]>;
  disclosureDecision(id: number): Promise<StoredDisclosureDecision | undefined>;
  /** Of all records, by id ascending. */
  disclosureDecisions(filter: DisclosureFilter, limit: number): Promise<readonly StoredDisclosureDecision[]>;
  /** Consents of children that these sources told, by place ascending, beyond `after`. */
  consentPlaces(sources: readonly string[], after: number, limit: number): Promise<readonly ConsentPlace[]>;
}

export interface DisclosureWriteVerbs {
  /**
   * Answers with its id. `awaitsReview`: it is listed until somebody has reviewed it. Touches the record, and what that is
   * merged into.
   */
  appendDisclosureDecision(record: RecordKey, decision: NewDisclosureDecision, awaitsReview: boolean): Promise<number>;
  /** False where it had ended, or is not there. */
  endDisclosureDecision(id: number, step: DisclosureStep): Promise<boolean>;
  /** False where it was reviewed, or is not there. */
  reviewDisclosureDecision(id: number, review: DisclosureReview): Promise<boolean>;
}
