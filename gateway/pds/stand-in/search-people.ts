import type { StandInPerson } from "./person.ts";
import type { DateTest, SearchQuery } from "./search-query.ts";
import { fold, soundsAlike } from "./sound.ts";

export interface ScoredPerson {
  readonly person: StandInPerson;
  /** 1 where every value asked for is the current one; the lower figures are this stand-in's own. */
  readonly score: number;
}

/**
 * Who fits a search, best first. Numbers out of use are never found; whom another took the place of is found by the
 * former details and told with the present ones.
 */
export function searchPeople(people: readonly StandInPerson[], query: SearchQuery): readonly ScoredPerson[] {
  const found = new Map<string, ScoredPerson>();
  for (const person of people) {
    const score = toScore(person, query);
    if (score === undefined || (query.isExact && score < 1)) continue;
    const current = toCurrent(people, person);
    if (current === undefined || isHidden(current, query)) continue;
    const before = found.get(current.nhsNumber)?.score ?? 0;
    if (score > before) found.set(current.nhsNumber, { person: current, score });
  }
  return [...found.values()].sort((one, other) => other.score - one.score);
}

/** The person under the number that is in use; `undefined` where there is none. */
export function toCurrent(people: readonly StandInPerson[], person: StandInPerson): StandInPerson | undefined {
  if (person.supersededBy === undefined) return person.isInvalidated === true ? undefined : person;
  const next = people.find(({ nhsNumber }) => nhsNumber === person.supersededBy);
  return next === undefined ? undefined : toCurrent(people, next);
}

/** Asked with a place, the register does not tell of whoever's place is guarded. */
function isHidden({ isRestricted }: StandInPerson, { postcode, practice }: SearchQuery): boolean {
  return isRestricted === true && (postcode !== undefined || practice !== undefined);
}

/** `undefined` for who does not fit. A birth date is compared with the present one alone, whatever is searched. */
function toScore(person: StandInPerson, query: SearchQuery): number | undefined {
  if (!query.born.every((test) => isDate(person.birthDate, test))) return undefined;
  // Nobody here has died.
  if (query.died.length > 0 && !query.isFuzzy) return undefined;
  if (query.gender !== undefined && query.gender !== person.gender) return undefined;
  const hasHistory = query.hasHistory || query.isFuzzy;
  if (!hasContact(person.emails, query.email, hasHistory) || !hasContact(person.phones, query.phone, hasHistory)) {
    return undefined;
  }
  const name = query.isFuzzy ? fuzzyName(person, query) : plainName(person, query, hasHistory);
  const place = query.isFuzzy ? fuzzyPlace(person, query) : plainPlace(person, query, hasHistory);
  if (name === undefined || place === undefined) return undefined;
  const practice = query.practice === undefined || sameText(query.practice, person.practice ?? "") ? 1 : 0.95;
  if (practice < 1 && !query.isFuzzy) return undefined;
  return Number((name * place * practice).toFixed(4));
}

function isDate(date: string, { prefix, date: asked }: DateTest): boolean {
  if (prefix === "ge") return date >= asked;
  return prefix === "le" ? date <= asked : date === asked;
}

function hasContact(
  known: readonly { readonly value: string; readonly isPast?: boolean }[] | undefined,
  asked: string | undefined,
  hasHistory: boolean,
): boolean {
  if (asked === undefined) return true;
  return known?.some(({ value, isPast }) => (hasHistory || isPast !== true) && sameText(value, asked)) ?? false;
}

function plainName({ names }: StandInPerson, query: SearchQuery, hasHistory: boolean): number | undefined {
  const scores = names.flatMap(({ given, family, isPast }) => {
    if (isPast === true && !hasHistory) return [];
    const [first = "", ...others] = given;
    const isNamed = query.given.every((asked, place) =>
      asked.includes("*") && place === 0
        ? isLike(first, asked)
        : [first, ...others].some((name) => isLike(name, asked)),
    );
    if (!isNamed || (query.family !== undefined && !isLike(family, query.family))) return [];
    const isWild = [query.family, ...query.given].some((asked) => asked?.includes("*"));
    return [(isPast === true ? 0.95 : 1) * (isWild ? 0.95 : 1)];
  });
  return scores.length === 0 ? undefined : Math.max(...scores);
}

function plainPlace({ addresses }: StandInPerson, { postcode }: SearchQuery, hasHistory: boolean): number | undefined {
  if (postcode === undefined) return 1;
  if (/^ZZ99/i.test(postcode)) return undefined;
  const scores = addresses.flatMap(({ postcode: known, isPast }) => {
    if ((isPast === true && !hasHistory) || !isLike(known, postcode)) return [];
    return [(isPast === true ? 0.95 : 1) * (postcode.includes("*") ? 0.95 : 1)];
  });
  return scores.length === 0 ? undefined : Math.max(...scores);
}

/** Sounds, pet names, and given and family name the wrong way round; all of the history. */
function fuzzyName({ names }: StandInPerson, { given, family }: SearchQuery): number | undefined {
  const [first] = given;
  const scores = names.flatMap((name) => {
    const [known = ""] = name.given;
    const past = name.isPast === true ? 0.95 : 1;
    const scored = (a: string | undefined, b: string | undefined): number | undefined => {
      if ((a !== undefined && !soundsAlike(a, known)) || (b !== undefined && !soundsAlike(b, name.family))) {
        return undefined;
      }
      const isSame = (a === undefined || fold(a) === fold(known)) && (b === undefined || fold(b) === fold(name.family));
      return isSame ? past : past * 0.92;
    };
    const swapped = first !== undefined && family !== undefined ? scored(family, first) : undefined;
    return [scored(first, family) ?? (swapped === undefined ? [] : swapped * 0.97)].flat();
  });
  return scores.length === 0 ? undefined : Math.max(...scores);
}

/** A wrong place lowers the score; where it stands in for a name, its outward part must fit. */
function fuzzyPlace({ addresses }: StandInPerson, { postcode, given, family }: SearchQuery): number | undefined {
  if (postcode === undefined) return 1;
  if (/^ZZ99/i.test(postcode)) return undefined;
  if (addresses.some((address) => isLike(address.postcode, postcode))) return 1;
  const outward = fold(postcode).slice(0, -3);
  const isNear = addresses.some((address) => fold(address.postcode).slice(0, -3) === outward);
  const hasBothNames = given.length > 0 && family !== undefined;
  return isNear || hasBothNames ? 0.9 : undefined;
}

/** `*` stands for any characters, also none. */
function isLike(known: string, asked: string): boolean {
  const pattern = asked.split("*").map(fold).join(".*");
  return new RegExp(`^${pattern}$`).test(fold(known));
}

function sameText(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
