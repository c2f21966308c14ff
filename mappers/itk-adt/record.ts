import type { Gender } from "../datatypes/gender.ts";
import type { LocalNumber } from "./numbers.ts";

/** What A28 (add a person) and A31 (update a person) say, and A40 (merge) of whom it says it. */
export interface AdtRecord {
  readonly event: "A28" | "A31" | "A40";
  /** When the sender recorded it, in milliseconds since 1970. */
  readonly writtenAt: number;
  /** What the source calls the child. */
  readonly localId: string;
  readonly numbers: readonly LocalNumber[];
  readonly nhsNumber?: string | undefined;
  /** NHS NUMBER STATUS INDICATOR CODE. */
  readonly nhsNumberStatus?: string | undefined;
  /** Absent in a merge, which says who is who and not what they are. */
  readonly person?: Person;
  /** What the source called the child before; of a merge. */
  readonly replaces: readonly string[];
  readonly notCarried: readonly string[];
}

export interface Person {
  readonly name: PersonName;
  readonly birthDate?: string | undefined;
  readonly gender?: Gender | undefined;
  readonly ethnicCategory?: string | undefined;
  readonly address?: PersonAddress | undefined;
  readonly multipleBirth?: number | boolean | undefined;
  /** YYYY-MM-DD, or that the child has died on a day that is not told. */
  readonly deceased?: string | true | undefined;
  /** ODS code, upper case. */
  readonly practice?: string | undefined;
  readonly isRestricted: boolean;
}

export interface PersonName {
  readonly family?: string | undefined;
  readonly given: readonly string[];
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
}

export interface PersonAddress {
  readonly line: readonly (string | undefined)[];
  readonly city?: string | undefined;
  readonly district?: string | undefined;
  readonly postalCode?: string | undefined;
}
