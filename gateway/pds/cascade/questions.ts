import type { AskedPerson } from "./asked-person.ts";

/** Longest value that PDS takes for a name, wildcard included. */
const NAME_CHARACTERS_MAX = 35;
/** Of a given name: enough for another spelling or a pet name that begins alike. */
const PREFIX_CHARACTERS = 3;
const AREA_CHARACTERS = 2;

/** One search of PDS for a single match; parameters as its specification names them. */
export interface Question {
  readonly family?: string;
  readonly given?: string;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly postcode?: string;
  readonly gender?: string;
  readonly isFuzzy: boolean;
}

/** What can be asked about a person, from the likeliest to match once to the narrower ones. */
export interface Questions {
  /** Beginning of the given name, family name and birth date, history included. */
  readonly wide?: Question;
  /** The same with the given name in full; absent where it says no more. */
  readonly whole?: Question;
  /** The same within the postcode's area. */
  readonly area?: Question;
  /** The wide one with the whole postcode: finds nobody who never lived there. */
  readonly home?: Question;
  /** Sounds and swapped names. */
  readonly fuzzy?: Question;
  /** The same with the postcode. */
  readonly fuzzyHome?: Question;
}

/**
 * The questions that PDS permits and that can tell one child from its siblings: none without a given name and a birth
 * date, since every question is recorded as an access to whoever fits.
 */
export function toQuestions({ given, family, birthDate, postcode, gender }: AskedPerson): Questions {
  if (given === undefined || birthDate === undefined) return {};
  if (family === undefined) {
    if (gender === undefined || postcode === undefined) return {};
    return only({ fuzzy: { given, birthDate, gender, postcode, isFuzzy: true } });
  }
  const names = { family: toPattern(family), birthDate, isFuzzy: false };
  const prefix = toPrefix(given);
  const area = postcode?.slice(0, AREA_CHARACTERS).concat("*");
  const full = toPattern(given);
  const wide: Question = { ...names, given: prefix ?? full };
  const fuzzy: Question = { family, given, birthDate, isFuzzy: true };
  return only({
    wide,
    ...(prefix === undefined ? {} : { whole: { ...names, given: full } }),
    ...(area === undefined ? {} : { area: { ...names, given: full, postcode: area } }),
    ...(postcode === undefined ? {} : { home: { ...wide, postcode } }),
    fuzzy,
    ...(postcode === undefined ? {} : { fuzzyHome: { ...fuzzy, postcode } }),
  });
}

/**
 * What PDS's specification demands of a combination: non-fuzzy a family name and a birth date; fuzzy one of three sets
 * and no wildcard; a wildcard never in the first two characters; no name longer than 35.
 */
export function isValidQuestion(question: Question): boolean {
  const { family, given, birthDate, postcode, gender, isFuzzy } = question;
  const values = [family, given, postcode].flatMap((value) => value ?? []);
  if (values.some((value) => value === "" || value.length > NAME_CHARACTERS_MAX)) return false;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return false;
  if (!isFuzzy) return family !== undefined && values.every((value) => !value.slice(0, 2).includes("*"));
  if (values.some((value) => value.includes("*"))) return false;
  const hasHome = gender !== undefined && postcode !== undefined;
  return (given !== undefined && family !== undefined) || (hasHome && (given !== undefined || family !== undefined));
}

export function toSearchParameters(question: Question): Record<string, string> {
  const { family, given, birthDate, postcode, gender, isFuzzy } = question;
  return {
    // More than one is refused to an application without a user.
    "_max-results": "1",
    ...(isFuzzy ? { "_fuzzy-match": "true" } : { _history: "true" }),
    ...(family && { family }),
    ...(given && { given }),
    birthdate: `eq${birthDate}`,
    ...(postcode && { "address-postalcode": postcode }),
    ...(gender && { gender }),
  };
}

function only(questions: Questions): Questions {
  return Object.fromEntries(Object.entries(questions).filter(([, question]) => isValidQuestion(question)));
}

/** A name that is too long, by its beginning. */
function toPattern(name: string): string {
  return name.length > NAME_CHARACTERS_MAX ? `${cut(name, NAME_CHARACTERS_MAX - 1)}*` : name;
}

function toPrefix(given: string): string | undefined {
  const prefix = [...given].slice(0, PREFIX_CHARACTERS).join("");
  // "Al Amin" begins with a word of two letters: a blank or a mark is no letter that tells names apart.
  return [...given].length > PREFIX_CHARACTERS && /^\p{L}{3}/u.test(prefix) ? `${prefix}*` : undefined;
}

/** Within so many UTF-16 units, never through a character. */
function cut(text: string, length: number): string {
  let kept = "";
  for (const character of text) {
    if (kept.length + character.length > length) break;
    kept += character;
  }
  return kept;
}
