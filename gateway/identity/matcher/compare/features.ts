import type { Person } from "../../person.ts";
import type { Comparable } from "../matcher.ts";
import type { NormalPostcode } from "../normalise/place.ts";

/** What is known of a word as a given name. */
export interface NameForms {
  readonly word: string;
  /** Without what spellings differ in. */
  readonly plain: string;
  /** Families of names for each other that it stands in; the first name of a family is the full one. */
  readonly families: readonly number[];
  /** Families of spellings of one name. */
  readonly spellings: readonly number[];
  readonly standing: number;
  /** How many bear it: records of the files, or 1 where it is a name that is listed. */
  readonly bearers: number;
  /** Of a word that nobody else bears, how many bear a name that is a slip away from it; 0 where that is not known. */
  readonly near: number;
}

/** Whether a word is a name in its own right: borne by nobody else that is known of, by few, or by many or listed. */
export const STANDING = { unheard: 0, rare: 1, name: 2 } as const;

/** One name with what the comparison needs, computed once. */
export interface NameFeatures {
  readonly given: string;
  readonly givenWords: readonly string[];
  /** What is known of all given names run together, and of each of them, as names. */
  readonly givenForms: NameForms;
  readonly wordForms: readonly NameForms[];
  /** Bits that agreement on the given name gives by its rarity: minus log2 of its share. */
  readonly given_bits: number;
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

/** All that is compared but the names. */
export type Unnamed = Omit<Features, "person" | "names">;
