import type { FieldName } from "../compare/fields.ts";

/**
 * Probabilities of the levels of one field, best level first, each list adding up to 1: among pairs of records of one
 * person, of any two people, of twins, and of a brother or sister born at another time.
 */
export interface FieldModel {
  readonly same: readonly number[];
  readonly others: readonly number[];
  readonly twins: readonly number[];
  readonly siblings: readonly number[];
  /** Two people of one name, who share what people of one origin share. */
  readonly namesakes: readonly number[];
}

/** How often values are had, as shares of all people. */
export interface Frequencies {
  readonly values: Readonly<Record<string, number>>;
  /** Share of a value that is not in the list. */
  readonly unlisted: number;
  /** Rarity of a value that two people drawn at random agree on: minus log2 of the chance that they do. */
  readonly average_bits: number;
}

/** What the matcher knows of how records agree; data, learned without labels. */
export interface Model {
  /** Raised whenever anything in it changes. */
  readonly version: string;
  /** How it came about, in a sentence. */
  readonly origin: string;
  /** Log2 odds that any two records are of one person, of twins, of siblings, against being of any two people. */
  readonly prior_bits: number;
  readonly twinsPrior_bits: number;
  readonly siblingsPrior_bits: number;
  readonly namesakesPrior_bits: number;
  readonly fields: Readonly<Record<FieldName, FieldModel>>;
  readonly frequencies: {
    readonly given: Frequencies;
    readonly family: Frequencies;
    readonly birthDate: Frequencies;
    readonly postcode: Frequencies;
  };
  /** Given names that are names in their own right even where they look like a slip of another. */
  readonly knownGivenShare: number;
}
