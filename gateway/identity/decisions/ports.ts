import type {
  RecordKey,
  RecordSearchKey,
  Store,
  StoredContribution,
  StoredResource,
  TextedResource,
  ToldResource,
} from "../../store/store.ts";

/** Name under which decisions tell of themselves; no source of the register is called so. */
export const DECISION_SOURCE = "identity-decisions";

/** An identifier whose child may be another one now. */
export interface TouchedIdentifier {
  readonly system: string;
  readonly value: string;
}

/** A resource that is about another child from now on. */
export interface Repointing {
  /** Logical ids of the Patients. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface DecisionProvenance {
  readonly id: string;
  /** `Type/id` of all that moved, at least one. */
  readonly targets: readonly string[];
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
}

export interface DecisionPorts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Whether the agreements let children of two sources, by name, be linked with each other. */
  matches(one: string, other: string): boolean;
  /** Authority of a source, by name. */
  authorityOf(source: string): string;
  /** The next version of a resource, about another child; all else stays to the digit. */
  repoint(resource: StoredResource, to: Repointing): ToldResource;
  provenance(told: DecisionProvenance): TextedResource;
  /** Keys under which a child is found by what a source says of it, without what is withheld. */
  keysOf(contribution: StoredContribution): readonly RecordSearchKey[];
  /**
   * Told once a decision is durable, before it is acknowledged: what is remembered of these records, or resolved from
   * these identifiers, is to be forgotten everywhere.
   */
  onRecords(records: readonly RecordKey[], identifiers: readonly TouchedIdentifier[]): Promise<void>;
}

/** What moving children needs, within whoever's transaction. */
export type MovingPorts = Omit<DecisionPorts, "store" | "onRecords">;
