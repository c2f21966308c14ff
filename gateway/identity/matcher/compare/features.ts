import type { Person } from "../../person.ts";
import type { Comparable } from "../matcher.ts";
import type { NormalPostcode } from "../normalise/place.ts";

/** One name with what the comparison needs, computed once. */
export interface NameFeatures {
  readonly given: string;
  readonly givenWords: readonly string[];
  /** Families of nicknames of the first given name and of all of them together. */
  readonly givenFamilies: readonly number[];
  /** Bits that agreement on the given name gives by its rarity: minus log2 of its share. */
  readonly given_bits: number;
  /** Whether the given name is a name in its own right, and not a slip of another. */
  readonly isKnownGiven: boolean;
  readonly family: string;
  readonly familyWords: readonly string[];
  readonly family_bits: number;
}

export interface DateFeatures {
  /** YYYYMMDD. */
  readonly date: number;
  readonly bits: number;
}

export interface PostcodeFeatures extends NormalPostcode {
  readonly bits: number;
}

/** A person made ready to be compared. */
export interface Features extends Comparable {
  readonly person: Person;
  readonly names: readonly NameFeatures[];
  readonly birthDates: readonly DateFeatures[];
  readonly postcodes: readonly PostcodeFeatures[];
  /** One bit a gender. */
  readonly genders: number;
  readonly nhsNumbers: readonly string[];
  readonly verifiedNhsNumbers: readonly string[];
  readonly upns: readonly string[];
  readonly identifiers: readonly string[];
  readonly addresses: readonly (readonly string[])[];
  readonly cities: readonly string[];
  readonly districts: readonly string[];
  readonly telecoms: readonly string[];
  /** 0 where it is not known. */
  readonly birthOrder: number;
}
