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

/** What a print tells, to be compared with others as the `known` one until the next is read. */
export interface Printed extends Unnamed {
  /** With the names, which are made ready where they are wanted. */
  named(): Features;
}

/**
 * Reads prints of one version, `undefined` for others, each into the place of the one before: hundreds are read for one who is
 * asked for, and nearly all are done with after a look at dates and places.
 */
export function createPrintReader(
  version: string,
  options: Pick<FeatureOptions, "frequencies" | "knownGivenShare">,
): (print: string) => Printed | undefined {
  const head = `${version}${PART}`;
  const birthDate = { date: 0, bits: 0 };
  const postcode = { code: "", outward: "", area: "", bits: 0 };
  const [birthDates, postcodes, nhsNumbers, upns] = [[birthDate], [postcode], [""], [""]];
  let [print, namesFrom] = ["", 0];
  const named = (): Features => {
    const [given = "", family = "", names] = print.slice(namesFrom).split(PART);
    told.names = names === "0" ? NONE : [featuresOfName(toName(given, family), options)];
    return told;
  };
  const told: Mutable<Features & Printed> = {
    person: NOBODY,
    names: NONE,
    birthDates,
    postcodes,
    genders: 0,
    nhsNumbers,
    verifiedNhsNumbers: NONE,
    upns,
    identifiers: NONE,
    addresses: NONE,
    cities: NONE,
    districts: NONE,
    telecoms: NONE,
    birthOrder: 0,
    named,
  };
  return (next) => {
    if (!next.startsWith(head)) return undefined;
    print = next;
    let from = head.length;
    let to = print.indexOf(PART, from);
    birthDate.date = toNumber(print, from, to);
    told.birthDates = to === from ? NONE : birthDates;
    [from, to] = [to + 1, print.indexOf(PART, to + 1)];
    told.genders = toNumber(print, from, to);
    [from, to] = [to + 1, print.indexOf(PART, to + 1)];
    if (to > from) nhsNumbers[0] = print.slice(from, to);
    told.nhsNumbers = to === from ? NONE : nhsNumbers;
    [from, to] = [to + 1, print.indexOf(PART, to + 1)];
    if (to > from) upns[0] = print.slice(from, to);
    told.upns = to === from ? NONE : upns;
    [from, to] = [to + 1, print.indexOf(PART, to + 1)];
    if (to > from) readPostcode(postcode, print, { from, to });
    told.postcodes = to === from ? NONE : postcodes;
    namesFrom = to + 1;
    return told;
  };
}

type Mutable<Told> = { -readonly [Key in keyof Told]: Told[Key] };

const ZERO = 48;

function toNumber(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + text.charCodeAt(at) - ZERO;
  return number;
}

/** The code, and behind it the lengths of outward part and area, a digit each. */
function readPostcode(
  postcode: Mutable<Features["postcodes"][number]>,
  print: string,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  postcode.code = print.slice(from, to - 4);
  postcode.outward = print.slice(from, from + toNumber(print, to - 3, to - 2));
  postcode.area = print.slice(from, from + toNumber(print, to - 1, to));
}

function toName(given: string, family: string): Parameters<typeof featuresOfName>[0] {
  const givenWords = given === "" ? NONE : given.split(WORD);
  const [joined = "", ...told] = family.split(WORD);
  const familyWords = joined === "" || told[0] === NO_WORDS ? NONE : told.length === 0 ? [joined] : told;
  return { given: givenWords.join("").slice(0, NAME_LENGTH_MAX), givenWords, family: joined, familyWords };
}
