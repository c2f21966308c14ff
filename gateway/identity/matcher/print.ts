import { NOBODY } from "../person.ts";
import type { Features, Unnamed } from "./compare/features.ts";
import { type FeatureOptions, featuresOfName } from "./compare/to-features.ts";

/** Between the parts of a print; no normal value holds it. */
const PART = ",";
const WORD = " ";
/** Stands for a family name of which no word but particles is left. */
const NO_WORDS = "-";

/**
 * All that is compared of a person of whom each detail was told once, in one short text: version, birth date, gender,
 * NHS number, UPN, postcode with the lengths of its parts, given names, family name. `undefined` where that is not all.
 */
export function toPrint(features: Features, version: string): string | undefined {
  const { person, names, birthDates, postcodes, nhsNumbers, upns } = features;
  const [name, birthDate, postcode] = [names[0], birthDates[0], postcodes[0]];
  const isOnce = [names, birthDates, postcodes, nhsNumbers, upns].every(({ length }) => length < 2);
  // One that lies ahead is known from its day on.
  const isAhead = birthDate === undefined && person.birthDates.length > 0;
  if (!isOnce || isAhead || hasMore(features)) return undefined;
  const family = name === undefined ? [] : toFamilyWords(name.family, name.familyWords);
  const place =
    postcode === undefined ? "" : `${postcode.code}${WORD}${postcode.outward.length}${WORD}${postcode.area.length}`;
  return [
    version,
    birthDate?.date ?? "",
    features.genders,
    nhsNumbers[0] ?? "",
    upns[0] ?? "",
    place,
    name?.givenWords.join(WORD) ?? "",
    family.join(WORD),
    names.length,
  ].join(PART);
}

function hasMore({ identifiers, addresses, cities, districts, telecoms, birthOrder }: Features): boolean {
  return birthOrder > 0 || [identifiers, addresses, cities, districts, telecoms].some(({ length }) => length > 0);
}

function toFamilyWords(family: string, words: readonly string[]): readonly string[] {
  if (family === "") return [];
  if (words.length === 0) return [family, NO_WORDS];
  return words.length === 1 && words[0] === family ? words : [family, ...words];
}

const NAME_LENGTH_MAX = 32;
const NONE: readonly never[] = [];

/** What a print tells, ready to be compared with others as the `known` one; the names are made ready where they are wanted. */
export interface Printed extends Unnamed {
  named(): Features;
}

/** `undefined` for a print of another version. */
export function fromPrint(
  print: string,
  version: string,
  options: Pick<FeatureOptions, "frequencies" | "knownGivenShare">,
): Printed | undefined {
  const [made, date = "", genders, nhsNumber = "", upn = "", place = "", given = "", family = "", names] =
    print.split(PART);
  if (made !== version) return undefined;
  const unnamed: Unnamed = {
    birthDates: date === "" ? NONE : [{ date: Number(date), bits: 0 }],
    postcodes: place === "" ? NONE : [toPostcode(place)],
    genders: Number(genders),
    nhsNumbers: nhsNumber === "" ? NONE : [nhsNumber],
    verifiedNhsNumbers: NONE,
    upns: upn === "" ? NONE : [upn],
    identifiers: NONE,
    addresses: NONE,
    cities: NONE,
    districts: NONE,
    telecoms: NONE,
    birthOrder: 0,
  };
  return {
    ...unnamed,
    named: () => ({
      ...unnamed,
      person: NOBODY,
      names: names === "0" ? NONE : [featuresOfName(toName(given, family), options)],
    }),
  };
}

function toName(given: string, family: string): Parameters<typeof featuresOfName>[0] {
  const givenWords = given === "" ? NONE : given.split(WORD);
  const [joined = "", ...told] = family.split(WORD);
  const familyWords = joined === "" || told[0] === NO_WORDS ? NONE : told.length === 0 ? [joined] : told;
  return { given: givenWords.join("").slice(0, NAME_LENGTH_MAX), givenWords, family: joined, familyWords };
}

function toPostcode(place: string): Features["postcodes"][number] {
  const [code = "", outward = "", area = ""] = place.split(WORD);
  return { code, outward: code.slice(0, Number(outward)), area: code.slice(0, Number(area)), bits: 0 };
}
