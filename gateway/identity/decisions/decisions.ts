import type { RecordKey, SourceChildName, StoredDecision } from "../../store/store.ts";

/**
 * A decision on who is one child: appended, never changed, never taken away. What was decided is undone by a further
 * decision that restores exactly what it had moved, whatever was told since.
 */
export type IdentityDecision = Omit<StoredDecision, "others" | "isForbidding">;

export interface DecisionRequest {
  readonly author: string;
  readonly reason: string;
  readonly evidence?: readonly string[];
}

/** Why a decision is not possible; nothing was written. */
export type DecisionRefusal =
  | { readonly kind: "unknown" }
  | { readonly kind: "same-child" }
  | { readonly kind: "already-merged"; readonly into: RecordKey }
  | { readonly kind: "do-not-link"; readonly decision: number }
  | { readonly kind: "numbers-differ" }
  | { readonly kind: "out-of-scope" }
  | { readonly kind: "already-undone"; readonly by: number }
  /** A later decision stands on this one and must be undone first. */
  | { readonly kind: "built-upon"; readonly by: number };

export type DecisionOutcome =
  | {
      readonly ok: true;
      /** Absent in a preview. */
      readonly decision?: IdentityDecision;
      /** What moves or would move: `Type/id` of every resource that changes its subject. */
      readonly resources: readonly string[];
      /** Sources' children that move or would move. */
      readonly moved: IdentityDecision["moved"];
      /** Records in which anything changed, so that caches can follow. */
      readonly records: readonly RecordKey[];
    }
  | { readonly ok: false; readonly refusal: DecisionRefusal };

/**
 * The steward's verbs. Each is one store transaction: re-pointed resources get a new version and a Provenance, the
 * merged child stays readable (inactive, `replaced-by`) to whom the survivor is visible; identifiers go with whoever
 * told them. With `isPreview` nothing is written.
 */
export interface Decisions {
  merge(
    request: DecisionRequest & {
      readonly survivor: RecordKey;
      readonly merged: RecordKey;
      readonly isPreview?: boolean;
      /** Set by a steward who has looked: two verified NHS numbers that differ are refused otherwise. */
      readonly numbersChecked?: boolean;
    },
  ): Promise<DecisionOutcome>;
  /**
   * Takes sources' children out of a record into a child of their own (or back into the one named), never to be linked
   * again by a rule unless `mayRejoin`. After an adoption nothing of the old identity is reachable from the new, nor the
   * other way: no `link`, no identifier, no history.
   */
  split(
    request: DecisionRequest & {
      readonly record: RecordKey;
      readonly children: readonly SourceChildName[];
      readonly into?: RecordKey;
      readonly mayRejoin?: boolean;
      readonly isPreview?: boolean;
    },
  ): Promise<DecisionOutcome>;
  never(request: DecisionRequest & { readonly one: RecordKey; readonly other: RecordKey }): Promise<DecisionOutcome>;
  undo(
    request: DecisionRequest & { readonly decision: number; readonly isPreview?: boolean },
  ): Promise<DecisionOutcome>;
  /** Decisions that concern a record, or all, newest first; `before` continues a listing. */
  list(
    filter: { readonly record?: RecordKey; readonly before?: number },
    limit: number,
  ): Promise<readonly IdentityDecision[]>;
}
