import type { Coding, Observation } from "@medplum/fhirtypes";

/** What is found of an Observation, in R4, before the message as a whole adds id, profile, child and performer. */
export type Found = Omit<
  Observation,
  "resourceType" | "id" | "meta" | "identifier" | "subject" | "performer" | "hasMember" | "derivedFrom"
>;

/** One finding of a message: an Observation to be. Plain data, as it is hashed. */
export interface Finding {
  readonly slot: string;
  readonly found: Found;
  /** Logical ids of our profiles and canonicals of others that it follows. */
  readonly profiles: readonly string[];
  /** Identifiers that the source gave the resource itself. */
  readonly identifiers: readonly { readonly system?: string; readonly value: string }[];
  /** Confidentiality labels, with the R4 code system. */
  readonly security: readonly Coding[];
  /** Slots of the findings that this one groups, or is calculated from. */
  readonly members: readonly string[];
  readonly derivedFrom: readonly string[];
}
