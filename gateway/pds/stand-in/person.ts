/** Somebody whom the stand-in knows. What `isPast` is found in the history alone. */
export interface StandInPerson {
  readonly nhsNumber: string;
  readonly names: readonly { readonly given: readonly string[]; readonly family: string; readonly isPast?: boolean }[];
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly gender: "male" | "female" | "other" | "unknown";
  readonly addresses: readonly {
    readonly lines?: readonly string[];
    readonly postcode: string;
    readonly isPast?: boolean;
  }[];
  readonly emails?: readonly { readonly value: string; readonly isPast?: boolean }[];
  readonly phones?: readonly { readonly value: string; readonly isPast?: boolean }[];
  /** ODS code of the practice. */
  readonly practice?: string;
  /** Place among the children of one birth, from 1. */
  readonly birthOrder?: number;
  readonly isRestricted?: boolean;
  /** Taken out of use. */
  readonly isInvalidated?: boolean;
  /** The number that took the place of this one. */
  readonly supersededBy?: string;
}
