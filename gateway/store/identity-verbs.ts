import type { SourceIdentity } from "#mappers/mapper.ts";
import type { RecordKey } from "./record.ts";

/** What one source calls one child. */
export interface SourceChildName {
  readonly source: string;
  readonly localId: string;
}

export interface AlikeBounds {
  /** No more children than this: those that share most keys, and of equals those whose keys few share. */
  readonly most?: number | undefined;
  /** Who asks, and under which keys its own children count too. */
  readonly asking?: { readonly source: string; isTelling(key: number): boolean } | undefined;
  /** Of those that would be answered, by what is kept beside their keys: `false` leaves one out unread. */
  isWorthReading?(print: string): boolean;
}

/** What a source says of who its child is, and how it is found by that. */
export interface ToldIdentity {
  readonly identity: SourceIdentity;
  readonly blockingKeys: readonly number[];
  readonly print?: string | undefined;
}

/** A source's child as identity resolution looks at it. */
export interface AlikeChild extends SourceChildName {
  /** Number of the source's child in the store; the same for ever. */
  readonly child: number;
  /** Of the latest link. */
  readonly record: RecordKey;
  /** JSON text of the identity: equal while that is the same. */
  readonly body: string;
  /** Parsed when it is first looked at. */
  readonly identity: SourceIdentity & { readonly describesNobody?: true };
}

/** A source's child tells a number by which children are linked (`nhs-number|…`, `upn|…`). */
export interface IdentityClaim extends SourceChildName {
  readonly key: string;
  readonly record: RecordKey;
  /** Another record has it first, of a source whose children may be linked with those of this one. */
  readonly isWithheld: boolean;
}

/** A decision on who is one child, as it is kept; how it comes about is the affair of `identity/decisions`. */
export interface StoredDecision {
  /** Ascends with time; names the decision. */
  readonly sequence: number;
  /**
   * `merge`: two children are one; `split`: some sources' children are another child than the rest of the record;
   * `never`: two children are not one, whatever agrees; `undo`: an earlier decision holds no more.
   */
  readonly kind: "merge" | "split" | "never" | "undo";
  /** The rule with its version, or the steward's client id. */
  readonly author: string;
  /** Why, in the steward's words; never a value that identifies a child. */
  readonly reason: string;
  readonly evidence: readonly string[];
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  /** The child that stays, and the one that is merged into it, split off, or never to be linked with it. */
  readonly survivor: RecordKey;
  readonly other: RecordKey;
  /** Which sources' children moved, from where to where. */
  readonly moved: readonly (SourceChildName & { readonly from: RecordKey; readonly to: RecordKey })[];
  /** `Type/id` of resources that moved and that no source record made. */
  readonly others: readonly string[];
  /** Whether both are never to be linked while it holds. */
  readonly isForbidding: boolean;
  /** Of an `undo`: the decision that holds no more. */
  readonly undoes?: number;
  /** The decision by which this one holds no more. */
  readonly undoneBy?: number;
}

/** Moves all that a source's child has told between records, but for resources and contributions. */
export interface ChildMove extends SourceChildName {
  readonly from: RecordKey;
  readonly to: RecordKey;
  /** Whether what was said in the record that it leaves is told there on: not, where it never was of that child. */
  readonly isPastShown: boolean;
}

/** A decision that a source's child is the child of a record; appended, never changed. */
export interface Link {
  readonly source: string;
  readonly localId: string;
  readonly record: RecordKey;
  /** The rule and its version, or a steward. */
  readonly author: string;
  readonly evidence: readonly string[];
  readonly decidedAt: number;
}

export interface IdentityReadVerbs {
  /** The latest decision on whose child a source's child is. */
  linkOf(source: string, localId: string): Promise<Link | undefined>;
  /**
   * Sources' children of whom at least one blocking key is among these, by number ascending. A key that more than `limit`
   * children share leads to some of them at most, and to none where there are others. Cut where one who shares two keys or
   * more may have been left out.
   */
  findAlike(
    keys: readonly number[],
    limit: number,
    bounds?: AlikeBounds,
  ): Promise<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }>;
  /** What sources call the child: all whose latest link is to the record, in the order in which they first came. */
  sourceChildrenOf(record: RecordKey): Promise<readonly AlikeChild[]>;
  /** The same by name alone, with those of whom nothing but the link is left. */
  namesOf(record: RecordKey): Promise<readonly SourceChildName[]>;
  /** Records that hold an identity key, each once, in the order in which they took it. */
  identityKeyHolders(key: string): Promise<readonly RecordKey[]>;
  /** Records that this one must never be linked with; of merged ones those that they are merged into. */
  neverLinked(record: RecordKey): Promise<readonly RecordKey[]>;
  /** Decisions that concern a record, or all, newest first, below `before`. */
  decisions(
    filter: { readonly record?: RecordKey; readonly before?: number },
    limit: number,
  ): Promise<readonly StoredDecision[]>;
  decision(sequence: number): Promise<StoredDecision | undefined>;
}

export interface IdentityWriteVerbs {
  /**
   * Notes that a source's child tells an identity key, or that a claim is withheld, or no more; its place among the claims
   * of the key stays. Throws when the child has no link.
   */
  claimIdentityKey(claim: IdentityClaim): Promise<void>;
  /** All claims of a key, the oldest first. */
  identityClaims(key: string): Promise<readonly IdentityClaim[]>;
  /** What a source's child claims, for whichever record. */
  identityClaimsOf(source: string, localId: string): Promise<readonly IdentityClaim[]>;
  /** Takes back what a source's child claims of a key. */
  releaseIdentityKey(key: string, source: string, localId: string): Promise<void>;
  /** `told`: what the source says of the child is put as by `putSourceIdentity`, in the same go. */
  appendLink(link: Link, told?: ToldIdentity): Promise<void>;
  /**
   * Source identities are kept as they came, one a source and local id, and found by their blocking keys. The child must
   * have a link. `print` is kept beside the keys; without it the identity is read whenever a key leads to it.
   */
  putSourceIdentity(
    source: string,
    localId: string,
    identity: SourceIdentity,
    blockingKeys: readonly number[],
    print?: string,
  ): Promise<void>;
  /** Takes back what a source called the child: nothing of the identity stays but its links. */
  removeSourceIdentity(source: string, localId: string): Promise<void>;
  /**
   * Moves what a source's child told from one record to another: lineage, relationships and claims to identity keys. The
   * link, contributions and resources are the caller's. Touches both records.
   */
  moveChild(move: ChildMove): Promise<void>;
  /** Says that a record is merged into another, or into none any more. Touches all that are merged into it as well. */
  setMerged(
    record: RecordKey,
    merged: { readonly into: RecordKey; readonly decision: number } | undefined,
  ): Promise<void>;
  /** Answers with its sequence. One that undoes another ends that. */
  appendDecision(decision: Omit<StoredDecision, "sequence" | "undoneBy">): Promise<number>;
}
