import { CENSUS_DAY, type Child } from "./child.ts";
import { MUHAMMAD_SPELLINGS } from "./names/south-asian.ts";
import { STOCKS } from "./names/stocks.ts";
import { otherSpellings, shortFormsOf } from "./names/variants.ts";
import type { Random } from "./random.ts";
import { BY_ORIGIN, LINE_OF_NAMES_CUT, PLACEHOLDER, SLIPS, TOLD } from "./rates.ts";
import { keyboardSlip, slipBirthDate, slipName } from "./slips.ts";

/** Who writes: a child health department, a nursery, a school. */
export type SourceKind = "health" | "nursery" | "school";

/** One child as one source has it; empty where it has nothing. */
export interface SourceRecord {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly gender: string;
  readonly addressLine: string;
  readonly city: string;
  readonly postcode: string;
  readonly isPlaceholder: boolean;
}

interface Names {
  readonly given: string;
  readonly family: string;
}

function joinSyllables(name: string, random: Random): string {
  if (!name.includes(" ")) return name;
  const point = random.next();
  if (point < 0.4) return name;
  const [first = "", ...rest] = name.split(" ");
  return point < 0.6 ? name.replace(" ", "-") : first + rest.join("").toLowerCase();
}

/** Boys of whom Muhammad is the first of two names are called by the second; forms have both, or that alone. */
function toldWithPrefix(child: Child, kind: SourceKind, random: Random): string {
  const [prefix = "", ...rest] = child.given;
  const point = random.next();
  if (kind !== "health" && point < 0.25) return rest.join(" ");
  if (point > (child.sharesFirstName ? 2 : 0.95)) return prefix;
  const spelt = random.chance(0.06) ? random.pick(MUHAMMAD_SPELLINGS) : prefix;
  return [spelt, ...rest].join(" ");
}

function toldGiven(child: Child, kind: SourceKind, random: Random): string {
  const names = child.given.map((name) => (child.origin === "chinese" ? joinSyllables(name, random) : name));
  const [first = "", ...later] = names;
  if (later.length > 0 && STOCKS[child.origin].prefixes?.has(first)) return toldWithPrefix(child, kind, random);
  if (later.length > 0 && random.chance(TOLD.calledByLaterName[kind])) return later[0] ?? first;
  const forms = shortFormsOf(first);
  if (forms.length > 0 && random.chance(TOLD.shortForm[kind])) return random.pick(forms);
  return random.chance(TOLD.middleNames[kind]) ? names.join(" ") : first;
}

const PARTICLES = new Set(["da", "dos", "de"]);

function toldFamily(child: Child, kind: SourceKind, random: Random): string {
  const family = (kind === "health" ? child.earlierFamily : undefined) ?? child.family;
  const parts = family.split(/[- ]/).filter((part) => !PARTICLES.has(part) && part.length > 2);
  if (parts.length > 1 && random.chance(TOLD.halfSurname[kind])) return random.pick(parts);
  return family;
}

/** The Somali line of names cut elsewhere: own name, father's and grandfather's are one line. */
function cutLine({ given, family }: Names, random: Random): Names {
  const [father, grandfather] = family.split(" ");
  if (father === undefined || grandfather === undefined || family.includes("-")) return { given, family };
  return random.chance(0.6) ? { given: `${given} ${father}`, family: grandfather } : { given, family: father };
}

function respell(text: string, random: Random): string {
  const words = text.split(" ");
  const at = words.findIndex((word) => otherSpellings(word).length > 0);
  const word = words[at];
  if (word === undefined) return text;
  return words.with(at, random.pick(otherSpellings(word))).join(" ");
}

function toldNames(child: Child, kind: SourceKind, random: Random): Names {
  const rates = BY_ORIGIN[child.origin];
  let names: Names = { given: toldGiven(child, kind, random), family: toldFamily(child, kind, random) };
  if (child.origin === "arabic-somali" && random.chance(LINE_OF_NAMES_CUT)) names = cutLine(names, random);
  if (random.chance(rates.respelt)) names = { ...names, given: respell(names.given, random) };
  if (random.chance(rates.respelt)) names = { ...names, family: respell(names.family, random) };
  names = { given: slipName(names.given, SLIPS[kind], random), family: slipName(names.family, SLIPS[kind], random) };
  return random.chance(rates.swapped) ? { given: names.family, family: names.given } : names;
}

/** What a maternity or child health system has in the field for the name of a newborn without one. */
function placeholderOf(child: Child, random: Random): string {
  const male = child.sex === "male";
  if (child.birthOrder !== undefined && random.chance(0.6))
    return random.pick([
      `Twin ${child.birthOrder}`,
      `Twin ${child.birthOrder === 1 ? "One" : "Two"}`,
      `Baby ${child.birthOrder === 1 ? "A" : "B"}`,
    ]);
  return random.pick([
    "Baby",
    "Baby",
    male ? "Baby Boy" : "Baby Girl",
    male ? "Male Infant" : "Female Infant",
    male ? "Male" : "Female",
    "Infant",
    "Unknown",
    "Not Known",
  ]);
}

function hasPlaceholder(child: Child, kind: SourceKind, random: Random): boolean {
  if (kind !== "health") return false;
  const stale = child.birthOrder === undefined ? PLACEHOLDER.stale : PLACEHOLDER.staleTwin;
  return random.chance(CENSUS_DAY - child.bornOn < PLACEHOLDER.olderThanDays ? PLACEHOLDER.young : stale);
}

function withoutDiacritics(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L");
}

/** The same for the whole record: case, diacritics, the length of the field. */
function asTyped({ given, family }: Names, kind: SourceKind, random: Random): Names {
  const point = random.next();
  const { allCapitals, allSmall, withoutDiacritics: lost, length } = TOLD;
  const bare = random.chance(lost[kind]);
  const apostrophe = random.pick(["'", "'", "’", "", " "]);
  const type = (text: string) => {
    const plain = (bare ? withoutDiacritics(text) : text).replaceAll("'", apostrophe).slice(0, length[kind]).trim();
    if (point < allCapitals[kind]) return plain.toUpperCase();
    return point < allCapitals[kind] + allSmall[kind] ? plain.toLowerCase() : plain;
  };
  return { given: type(given), family: type(family) };
}

function toldPlace(
  child: Child,
  kind: SourceKind,
  random: Random,
): Pick<SourceRecord, "addressLine" | "city" | "postcode"> {
  const stale = child.staleHomeIn === (kind === "health" ? "health" : "education");
  const home = (stale ? child.earlierHome : undefined) ?? child.home;
  let { addressLine, postcode } = home;
  if (random.chance(TOLD.addressOtherwise[kind]))
    addressLine = addressLine
      .replace(/Flat \d+, /, random.chance(0.5) ? "" : "$&")
      .replace("Road", "Rd")
      .replace("Street", "St")
      .replace("Avenue", "Ave");
  if (random.chance(TOLD.postcodeSlip[kind])) postcode = keyboardSlip(postcode, random);
  if (random.chance(TOLD.postcodeWithoutSpace[kind])) postcode = postcode.replace(" ", "").toLowerCase();
  if (random.chance(TOLD.postcodeMissing[kind])) postcode = "";
  return { addressLine, city: home.city, postcode };
}

export interface WritingOptions {
  /** Whether the name is a placeholder, where that is not left to chance. */
  readonly placeholder?: boolean;
}

/** Writes one child as one source has it. */
export function writeRecord(
  child: Child,
  kind: SourceKind,
  random: Random,
  options: WritingOptions = {},
): SourceRecord {
  const told = toldNames(child, kind, random);
  const isPlaceholder = options.placeholder ?? hasPlaceholder(child, kind, random);
  const names = isPlaceholder ? { given: placeholderOf(child, random), family: told.family } : told;
  const rates = SLIPS[kind];
  const first = random.chance(BY_ORIGIN[child.origin].firstOfJanuary);
  const birthDate = slipBirthDate(child.bornOn, CENSUS_DAY, rates, random);
  const sex = random.chance(rates.sexWrong) ? (child.sex === "male" ? "female" : "male") : child.sex;
  return {
    ...asTyped(names, kind, random),
    birthDate: first ? `${birthDate.slice(0, 5)}01-01` : birthDate,
    gender: random.chance(rates.sexMissing) ? "" : sex,
    ...toldPlace(child, kind, random),
    isPlaceholder,
  };
}
