import type { Grade } from "../identity/matcher/matcher.ts";
import type { ReviewItem } from "../store/store.ts";

/** The JSON of `/identity/…`; times are instants (ISO 8601, UTC), days YYYY-MM-DD, weights of evidence bits. */

export interface ListedItem {
  readonly id: string;
  readonly kind: ReviewItem["kind"];
  readonly source: string;
  readonly authority: string;
  readonly openedAt: string;
  readonly state: "open" | "dismissed";
  /** Children that are compared, the one in question included. */
  readonly children: number;
  /** For the best candidate, where a matcher weighed it. */
  readonly bits?: number;
}

export interface ItemListing {
  /** Of all that this steward may see and the filter lets through, by kind; at most `countedMax` are counted. */
  readonly counts: Readonly<Record<ReviewItem["kind"], number>>;
  readonly total: number;
  /** Set when there are more than were counted. */
  readonly isMore?: true;
  readonly items: readonly ListedItem[];
  /** Give it as `page` to go on. */
  readonly next?: string;
}

/** One value of a field, and which sources tell it. */
export interface ToldValue {
  /** In one line; absent where the agreement does not let this steward read it. */
  readonly value?: string;
  /** Of a number: whether its source verified it. */
  readonly isVerified?: boolean;
  /** Set where the number is neither served nor searched for this child: another one carries it. */
  readonly isWithheld?: true;
  /** Why the value is not shown. */
  readonly notShown?: "agreement" | "restricted";
  readonly sources: readonly string[];
}

export const FIELDS = ["given", "family", "birth-date", "postcode", "gender", "nhs-number", "upn"] as const;
export type Field = (typeof FIELDS)[number];

/** How the values of a field stand to those of the child in question: by equality alone, without weight. */
export type Standing = "same" | "partly" | "different" | "not-known";

/** A source's child within a party: `A1` names it as long as the item's version stands. */
export interface PartySource {
  readonly name: string;
  readonly source: string;
  readonly authority: string;
  /** What the source calls the child; absent where the agreement does not let this steward read it. */
  readonly localId?: string;
  /** When the source last said who the child is. */
  readonly toldAt?: string;
  /** Since when it is linked with this child, and by which rule or steward. */
  readonly linkedAt?: string;
  readonly linkedBy?: string;
}

export interface WeighedField {
  readonly field: string;
  /** In words, without any value. */
  readonly level: string;
  readonly bits: number;
}

export interface Weighing {
  readonly grade: Grade;
  readonly probability: number;
  readonly bits: number;
  /** Bits before the next candidate; absent for the last one. */
  readonly margin_bits?: number;
  readonly veto?: string;
  /** Adds up to `bits`. */
  readonly evidence: readonly WeighedField[];
}

export interface PartyRelationship {
  readonly kind: string;
  /** Absent of a restricted child: it is a place. */
  readonly organization?: string;
  readonly start?: string;
  readonly end?: string;
  readonly source: string;
}

/** One child of the comparison. */
export interface Party {
  /** `A` is the child in question. */
  readonly label: string;
  /** Logical id of its Patient. */
  readonly child: string;
  readonly isRestricted: boolean;
  readonly sources: readonly PartySource[];
  readonly fields: Readonly<Record<Field, readonly ToldValue[]>>;
  /** Against child A; absent for it. */
  readonly standing?: Readonly<Record<Field, Standing>>;
  readonly weighing?: Weighing;
  readonly relationships: readonly PartyRelationship[];
  readonly decisions: readonly DecisionView[];
}

/** A relationship that speaks for or against two being one child. */
export interface SharedRelationship {
  readonly speaks: "for" | "against";
  readonly parties: readonly [string, string];
  readonly words: string;
}

export interface ItemView {
  readonly id: string;
  /** Changes whenever anything changes that a decision would stand on. */
  readonly version: string;
  readonly kind: ReviewItem["kind"];
  readonly source: string;
  readonly authority: string;
  readonly openedAt: string;
  readonly state: "open" | "dismissed";
  readonly dismissal?: { readonly by: string; readonly reason: string; readonly at: string };
  /** Why it was opened; absent where a child is not shown to this steward. */
  readonly why?: readonly string[];
  readonly matcher: string;
  readonly parties: readonly Party[];
  readonly relationships: readonly SharedRelationship[];
  /** Label of the child that stays when two are merged and nobody says another. */
  readonly survivor?: string;
}

export interface DecisionView {
  readonly decision: number;
  readonly kind: "merge" | "split" | "never" | "undo";
  readonly author: string;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly decidedAt: string;
  /** Logical ids of the Patients. */
  readonly survivor: string;
  readonly other: string;
  readonly moved: readonly { readonly source: string; readonly from: string; readonly to: string }[];
  readonly undoes?: number;
  readonly undoneBy?: number;
}

/** One client that would see more or less than before. */
export interface AudienceChange {
  readonly client: string;
  readonly name: string;
  readonly organization: string;
  /** Logical id of the Patient after the decision. */
  readonly child: string;
  /** Sources of which it would begin, or cease, to see this child's data. */
  readonly more: readonly string[];
  readonly less: readonly string[];
}

export interface DecisionPreview {
  readonly decision: string;
  /** `Type/id` of all that changes its child. */
  readonly resources: readonly string[];
  readonly moved: DecisionView["moved"];
  readonly requesters: readonly AudienceChange[];
  /** Logical id of the Patient that stays, of a merge. */
  readonly survivor?: string;
}

export interface DecisionDone extends Omit<DecisionPreview, "requesters"> {
  /** Absent of a dismissal, which decides nothing. */
  readonly decisions: readonly DecisionView[];
  readonly item?: string;
}

export interface ServedRelease {
  readonly at: string;
  readonly client: string;
  readonly organization: string;
  readonly purpose: string;
  readonly interaction: string;
  /** Id of the AuditEvent. */
  readonly event: string;
  /** `Type/id/version` of what was released under the link. */
  readonly resources: readonly string[];
}

export interface ServedListing {
  readonly decision: number;
  readonly child: string;
  /** While the link stood; without a beginning, as long as anything is recorded. */
  readonly from?: string;
  readonly until?: string;
  readonly releases: readonly ServedRelease[];
  /** Part of the log was purged in this time: what it held is not listed. */
  readonly isPurged?: true;
  readonly next?: string;
}
