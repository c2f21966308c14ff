/**
 * What is known of one person, as it came: every value that was ever told, so that an earlier name or address still
 * counts. Lists are empty where nothing is known. Values are trimmed, not normalised; the matcher does that.
 */
export interface Person {
  readonly names: readonly PersonName[];
  /** YYYY-MM-DD. */
  readonly birthDates: readonly string[];
  readonly postcodes: readonly string[];
  /** FHIR administrative gender. */
  readonly genders: readonly string[];
  readonly nhsNumbers: readonly PersonNumber[];
  readonly upns: readonly string[];
  /** Other identifiers, `system|value`. */
  readonly identifiers: readonly string[];
  /** Lines of addresses without city, district and postcode. */
  readonly addressLines: readonly string[];
  readonly cities: readonly string[];
  readonly districts: readonly string[];
  /** Telephone numbers and e-mail addresses. */
  readonly telecoms: readonly string[];
  /** Place among the children of one birth, from 1. */
  readonly birthOrder?: number;
}

export interface PersonName {
  /** All given names in one text, as told. */
  readonly given?: string;
  readonly family?: string;
}

export interface PersonNumber {
  /** Ten digits with a right check digit. */
  readonly value: string;
  /** NHS NUMBER STATUS INDICATOR CODE `01`: present and verified. */
  readonly isVerified: boolean;
}

/** Of whom nothing is known. */
export const NOBODY: Person = {
  names: [],
  birthDates: [],
  postcodes: [],
  genders: [],
  nhsNumbers: [],
  upns: [],
  identifiers: [],
  addressLines: [],
  cities: [],
  districts: [],
  telecoms: [],
};
