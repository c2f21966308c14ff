import type { Features } from "./compare/features.ts";
import { soundOf } from "./normalise/sound.ts";

/** First bits of a key: what the rest is about. Keys of one birth date, of one postcode begin alike. */
const KIND = { birthDate: 1, postcode: 2, names: 3, number: 4 } as const;
const LEAD_SPAN = 2 ** 24;
const REST_SPAN = 2 ** 24;
/** With a birth date, what follows from here on is shared by few: its postcode, or both names. */
const TELLING_MIN = 2 ** 22;
const SOUNDS = 2_401;

/** More are kept of nobody, however many names, dates and places were told. */
const KEYS_MAX = 48;

/** Whether few share a key who are not one: a number, or a birth date with the postcode or with both names. */
export function isTelling(key: number): boolean {
  const kind = Math.floor(key / (LEAD_SPAN * REST_SPAN));
  return kind === KIND.number || (kind === KIND.birthDate && key % REST_SPAN >= TELLING_MIN);
}

/**
 * Integers below 2^51, of which two people who may be one have at least one in common: birth date with the sound of a
 * name, birth date with postcode, postcode with the sound of a name, the sounds of both names with the year of birth,
 * and each number. Given and family name are not told apart, so that swapped ones meet.
 */
export function toBlockingKeys(features: Features): readonly number[] {
  const keys = new Set<number>();
  const sounds = new Set<number>();
  for (const { given, givenWords, family, familyWords } of features.names) {
    for (const name of [given, givenWords[0] ?? "", family, familyWords.at(-1) ?? ""]) {
      const sound = soundOf(name);
      if (sound >= 0) sounds.add(sound);
    }
  }
  const both = soundsOfBoth(features);
  for (const { date } of features.birthDates) {
    const lead = toDayNumber(date);
    for (const sound of sounds) keys.add(toKey(KIND.birthDate, lead, sound));
    for (const { code } of features.postcodes) keys.add(toKey(KIND.birthDate, lead, 2 ** 23 + (hash(code) % 2 ** 23)));
    for (const names of both) keys.add(toKey(KIND.birthDate, lead, TELLING_MIN + (names % TELLING_MIN)));
  }
  for (const { code } of features.postcodes) {
    for (const sound of sounds) keys.add(toKey(KIND.postcode, hash(code) % LEAD_SPAN, sound));
  }
  for (const names of both) {
    for (const { date } of features.birthDates) keys.add(toKey(KIND.names, names, Math.trunc(date / 10_000)));
  }
  for (const number of [...features.nhsNumbers, ...features.upns, ...features.identifiers]) {
    keys.add(toKey(KIND.number, hash(number) % LEAD_SPAN, hash(`${number}|`) % REST_SPAN));
  }
  return [...keys].slice(0, KEYS_MAX);
}

/** Of each name the sounds of given and family name as one number, whichever comes first. */
function soundsOfBoth({ names }: Features): readonly number[] {
  const both: number[] = [];
  for (const { given, family } of names) {
    const [one, other] = [soundOf(given), soundOf(family)];
    if (one >= 0 && other >= 0) both.push(Math.min(one, other) * SOUNDS + Math.max(one, other));
  }
  return both;
}

function toKey(kind: number, lead: number, rest: number): number {
  return (kind * LEAD_SPAN + (lead % LEAD_SPAN)) * REST_SPAN + rest;
}

/** The days of a birth date in order, without gaps worth speaking of. */
function toDayNumber(date: number): number {
  return Math.trunc(date / 10_000) * 384 + (Math.trunc(date / 100) % 100) * 32 + (date % 100);
}

/** FNV-1a with a final mix. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
