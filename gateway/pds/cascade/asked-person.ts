import { parseDate } from "#mappers/datatypes/date.ts";
import { isPseudoPostcode, normalisePostcode } from "#mappers/datatypes/postcode.ts";
import type { Person } from "../../identity/person.ts";

/** The details by which PDS is asked; a name or a place that names nobody and nowhere is left out. */
export interface AskedPerson {
  /** A compound given name stays one value: further names that PDS does not hold would hide the child. */
  readonly given?: string;
  readonly family?: string;
  /** YYYY-MM-DD. */
  readonly birthDate?: string;
  readonly postcode?: string;
  /** FHIR administrative gender, where it is one of two that PDS can tell apart. */
  readonly gender?: string;
}

/** `isPlaceholder` says of a name, as told, that it names nobody ("Baby", "Twin 1"). */
export function toAskedPerson(person: Person, isPlaceholder: (name: string) => boolean, today: string): AskedPerson {
  const names = person.names.map(({ given, family }) => ({
    given: toName(given, isPlaceholder),
    family: toName(family, isPlaceholder),
  }));
  const name = names.find(({ given, family }) => given !== undefined && family !== undefined) ?? names[0];
  const birthDates = person.birthDates.flatMap((text) => parseDate(text) ?? []).filter((date) => date <= today);
  const postcode = person.postcodes.flatMap((text) => normalisePostcode(text) ?? []).find((p) => !isPseudoPostcode(p));
  const gender = person.genders.find((told) => told === "male" || told === "female");
  return {
    ...(name?.given && { given: name.given }),
    ...(name?.family && { family: name.family }),
    ...(birthDates[0] && { birthDate: birthDates[0] }),
    ...(postcode && { postcode }),
    ...(gender && { gender }),
  };
}

/** Without what is no part of a name: direction marks and controls, and the star that PDS would read as a wildcard. */
function toName(told: string | undefined, isPlaceholder: (name: string) => boolean): string | undefined {
  const name = (told ?? "")
    .normalize("NFC")
    .replace(/[\p{C}*]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return name === "" || !/\p{L}/u.test(name) || isPlaceholder(name) ? undefined : name;
}
