import type { Person } from "../person.ts";

/** https://hl7.org/fhir/R4/extension-match-grade.html */
export type Grade = "certain" | "probable" | "possible" | "certainly-not";

/** What one field says of a pair. */
export interface FieldEvidence {
  /** `given`, `family`, `birth-date`, `postcode`, `gender`, `nhs-number`, `upn`, `address`, `family-tie` … */
  readonly field: string;
  /** Level of agreement in words, without any value, as `close spelling` or `day and month swapped`. */
  readonly level: string;
  /** Weight of evidence: log2 of the ratio of probabilities among matches and among others; negative speaks against. */
  readonly bits: number;
}

/** How two people compare. The bits of the evidence add up to `bits` (±0.01). */
export interface Comparison {
  /** Log2 odds after all evidence, those before any evidence included as the field `prior`. */
  readonly bits: number;
  /** Calibrated probability that both are one person, 0 to 1. */
  readonly probability: number;
  readonly evidence: readonly FieldEvidence[];
  /** Why both can never be one person whatever else agrees, or a certain link must not come about by itself. */
  readonly veto?: "nhs-number" | "upn" | "twin" | "do-not-link" | "same-source";
}

/** A candidate with its grade. */
export interface Graded<T> extends Comparison {
  readonly candidate: T;
  readonly grade: Grade;
  /** Bits by which it stands before the next candidate; absent for the last one. */
  readonly margin_bits?: number;
}

/** Normalised features of a person, made once and compared often. Only the matcher looks into it. */
export interface Comparable {
  readonly person: Person;
}

export interface Matcher<C extends Comparable = Comparable> {
  /** Of rules and model together; stands in every link and in keys of cached outcomes. */
  readonly version: string;
  toComparable(person: Person): C;
  /**
   * Keys of which two people have at least one in common when they may be the same; integers below 2^53, few enough to
   * be kept of everybody. Keys that begin alike lie side by side in the store: those of one birth date, of one postcode.
   */
  blockingKeys(comparable: C): readonly number[];
  compare(asked: C, known: C): Comparison;
  /**
   * Grades candidates, most to least likely. A candidate is one identity, made of all that is known of it (every one of
   * its `known`; the best counts). Certain only with a margin over the runner-up, with evidence from the given name (or
   * a number), and without a veto.
   */
  grade<T>(
    asked: C,
    candidates: readonly { readonly candidate: T; readonly known: readonly C[] }[],
  ): readonly Graded<T>[];
}
