import type { Person, PersonName } from "../../person.ts";
import type { Frequencies, Model } from "../model/model.ts";
import { normaliseBirthDate } from "../normalise/birth-date.ts";
import { foldWords } from "../normalise/fold.ts";
import { type NormalName, normaliseName } from "../normalise/name.ts";
import { isGivenName, nicknameFamilies, spellingFamilies } from "../normalise/nicknames.ts";
import { normaliseIdentifier, normaliseNhs, normalisePermanentUpn } from "../normalise/number.ts";
import { addressWords, normalisePlace, normaliseTelecom } from "../normalise/place.ts";
import { plainSpelling } from "../normalise/spelling.ts";
import { type Features, type NameFeatures, type NameForms, STANDING } from "./features.ts";

/** No person has more of anything worth comparing; a list made longer on purpose would cost the product of two lengths. */
const VALUES_MAX = 6;
const GENDERS: readonly string[] = ["male", "female", "other"];

export interface FeatureOptions {
  readonly frequencies: Model["frequencies"];
  /** Share of people from which a given name counts as one, and not as a slip of another. */
  readonly knownGivenShare: number;
  /** YYYY-MM-DD */
  readonly today: string;
  /** Take a birth date that the calendar does not have by its digits. */
  readonly takesDateSlips?: boolean;
}

export function toFeatures(person: Person, options: FeatureOptions): Features {
  const { frequencies, today, takesDateSlips } = options;
  const nhsNumbers = person.nhsNumbers.slice(0, VALUES_MAX);
  return {
    person,
    names: person.names.slice(0, VALUES_MAX).map((name) => toNameFeatures(name, options)),
    birthDates: bounded(person.birthDates, (text) => {
      const date = normaliseBirthDate(text, today, takesDateSlips);
      return typeof date === "number" ? { date, bits: toBits(frequencies.birthDate, String(date)) } : undefined;
    }),
    postcodes: bounded(person.postcodes, (text) => {
      const place = normalisePlace(text);
      return place === undefined ? undefined : { ...place, bits: toBits(frequencies.postcode, place.code) };
    }),
    genders: person.genders.reduce((bits, gender) => bits | (1 << GENDERS.indexOf(gender)), 0) & 0b111,
    nhsNumbers: bounded(nhsNumbers, ({ value }) => normaliseNhs(value)),
    verifiedNhsNumbers: bounded(
      nhsNumbers.filter(({ isVerified }) => isVerified),
      ({ value }) => normaliseNhs(value),
    ),
    upns: bounded(person.upns, normalisePermanentUpn),
    identifiers: bounded(person.identifiers, normaliseIdentifier),
    addresses: bounded(person.addressLines, (line) => {
      const words = addressWords(line);
      return words.length === 0 ? undefined : words;
    }),
    cities: bounded(person.cities, toPlaceName),
    districts: bounded(person.districts, toPlaceName),
    telecoms: bounded(person.telecoms, normaliseTelecom),
    birthOrder: person.birthOrder ?? 0,
  };
}

function toNameFeatures(name: PersonName, options: FeatureOptions): NameFeatures {
  return featuresOfName(normaliseName(name), options);
}

/** Of a name that is normal already. */
export function featuresOfName(
  { given, givenWords, family, familyWords }: NormalName,
  options: Pick<FeatureOptions, "frequencies" | "knownGivenShare">,
): NameFeatures {
  const { givenForms, wordForms, given_bits } = givenFeatures(given, givenWords, options);
  const family_bits = toBits(options.frequencies.family, family);
  return { given, givenWords, givenForms, wordForms, given_bits, family, familyWords, family_bits };
}

type GivenFeatures = Pick<NameFeatures, "givenForms" | "wordForms" | "given_bits">;

/** Few given names are those of most children, and what is known of one takes longer to look up than to compare. */
const GIVEN_KEPT_MAX = 8_192;
const given_kept = new WeakMap<Frequencies, { readonly share: number; readonly names: Map<string, GivenFeatures> }>();

function givenFeatures(
  given: string,
  words: readonly string[],
  { frequencies, knownGivenShare }: Pick<FeatureOptions, "frequencies" | "knownGivenShare">,
): GivenFeatures {
  let kept = given_kept.get(frequencies.given);
  if (kept?.share !== knownGivenShare) {
    kept = { share: knownGivenShare, names: new Map() };
    given_kept.set(frequencies.given, kept);
  }
  const name = words.length === 1 ? given : `${given} ${words.join(" ")}`;
  const known = kept.names.get(name);
  if (known !== undefined) return known;
  const standingOf = (word: string): number =>
    isGivenName(word) || (frequencies.given.values[word] ?? 0) >= knownGivenShare ? STANDING.name : STANDING.rare;
  const made = {
    givenForms: toForms(given, standingOf),
    wordForms: words.map((word) => toForms(word, standingOf)),
    given_bits: toBits(frequencies.given, given),
  };
  if (kept.names.size >= GIVEN_KEPT_MAX) kept.names.clear();
  kept.names.set(name, made);
  return made;
}

function toForms(word: string, standingOf: (word: string) => number): NameForms {
  const plain = plainSpelling(word);
  const standing = standingOf(word);
  return {
    word,
    plain,
    families: nicknameFamilies(word),
    spellings: spellingFamilies(plain),
    standing,
    bearers: standing === STANDING.name ? 1 : 0,
    near: 0,
  };
}

/** Bits of values by name: a text that was just made is found in a map without being kept as a name of a member. */
const bits_kept = new WeakMap<
  Frequencies,
  { readonly unlisted: number; readonly values: ReadonlyMap<string, number> }
>();

function toBits(frequencies: Frequencies, value: string): number {
  let kept = bits_kept.get(frequencies);
  if (kept === undefined) {
    const bits = (share: number): number => -Math.log2(Math.max(share, frequencies.unlisted));
    const values = new Map(Object.entries(frequencies.values).map(([listed, share]) => [listed, bits(share)]));
    kept = { unlisted: bits(0), values };
    bits_kept.set(frequencies, kept);
  }
  return kept.values.get(value) ?? kept.unlisted;
}

function toPlaceName(text: string): string | undefined {
  const name = foldWords(text).join("").slice(0, 40);
  return name === "" ? undefined : name;
}

function bounded<In, Out>(values: readonly In[], normalise: (value: In) => Out | undefined): readonly Out[] {
  const kept: Out[] = [];
  for (const value of values) {
    if (kept.length === VALUES_MAX) break;
    const normal = normalise(value);
    if (normal !== undefined && !kept.includes(normal)) kept.push(normal);
  }
  return kept;
}
