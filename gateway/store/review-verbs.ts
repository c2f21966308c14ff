import type { RecordKey } from "./record.ts";

export interface ReviewItem {
  readonly kind: "identifier-conflict" | "ambiguous" | "unlinked";
  readonly source: string;
  readonly localId: string;
  readonly record: RecordKey;
  readonly candidates: readonly RecordKey[];
  /** Field by field, in words, without values. */
  readonly evidence: readonly string[];
  readonly createdAt: number;
  /** Evidence for the best candidate. */
  readonly bits?: number;
}

/** A review item as it stands in the store. */
export interface StoredReview extends ReviewItem {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly closedAt?: number;
  readonly dismissal?: ReviewDismissal;
}

export interface ReviewDismissal {
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ReviewFilter {
  readonly sources: readonly string[];
  readonly kinds?: readonly ReviewItem["kind"][];
  /** Milliseconds since 1970 between which it was opened; the second exclusive. */
  readonly from?: number;
  readonly until?: number;
  readonly order: "newest" | "oldest" | "most-evidence";
  /** Where the page before ended: an item as it was then, open still or not. */
  readonly after?: Pick<StoredReview, "id" | "bits">;
  /** `open` when absent. */
  readonly state?: "open" | "dismissed";
}

export interface ReviewReadVerbs {
  /** Open items, oldest first. */
  reviewItems(limit: number): Promise<readonly StoredReview[]>;
  /** One item, closed or not. */
  reviewItem(id: number): Promise<StoredReview | undefined>;
  reviewPage(filter: ReviewFilter, limit: number): Promise<readonly StoredReview[]>;
  /** Open items in which the record is the one told of, or a candidate. */
  reviewItemsOf(record: RecordKey): Promise<readonly StoredReview[]>;
}

export interface ReviewWriteVerbs {
  openReview(item: ReviewItem): Promise<void>;
  /** Closes the items of this source child that a later decision has answered, but those of the kinds still open. */
  closeReview(source: string, localId: string, stillOpen?: readonly ReviewItem["kind"][]): Promise<void>;
  closeReviewItem(id: number, at: number): Promise<void>;
  /**
   * A person has looked and leaves all as it is: open no more, until it is opened with other candidates or another record.
   */
  dismissReview(id: number, dismissal: ReviewDismissal): Promise<void>;
  reopenReview(id: number): Promise<void>;
}
