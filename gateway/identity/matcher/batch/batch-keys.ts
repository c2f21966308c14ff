import { hash } from "../block.ts";
import type { Features } from "../compare/features.ts";
import { soundOf } from "../normalise/sound.ts";

/**
 * Families of keys in batch, where many more can be afforded than are kept of children as they come. Two records are
 * compared when they have any key of any family in common.
 */
export const KEY_FAMILIES = [
  "number",
  "telephone",
  "birth date and a name's sound",
  "birth date and postcode",
  "postcode and a name's sound",
  "both names",
  "address line",
  "sounds of both names",
  "birth date",
  "postcode",
  "family name",
  "given name and year of birth",
  "part of the birth date and a name's sound",
  "beginnings of both names",
  "postcode and part of the birth date",
  "address and a name's sound",
  "letters of a name and postcode",
  "a name without one letter and part of the birth date",
] as const;

export type KeyFamily = (typeof KEY_FAMILIES)[number];

/** Told the place of a key's family in `KEY_FAMILIES`, and the key. */
export type AddKey = (family: number, key: number) => void;

/** Adds the keys of a person, of the first so many families. */
export function addBatchKeys(features: Features, families: number, add: AddKey): void {
  addNumberKeys(features, add);
  for (const { date } of features.birthDates) {
    addDateKeys(features, date, add);
    if (families === KEY_FAMILIES.length) addSlipKeys(features, date, add);
  }
  addPlaceKeys(features, add);
  addNameKeys(features, add);
}

function addNumberKeys(features: Features, add: AddKey): void {
  for (const number of features.nhsNumbers) add(0, keyOf("n", number));
  for (const number of features.upns) add(0, keyOf("u", number));
  for (const number of features.identifiers) add(0, keyOf("i", number));
  for (const telecom of features.telecoms) add(1, keyOf("t", telecom));
}

function addDateKeys(features: Features, date: number, add: AddKey): void {
  const [year, month, day] = [Math.trunc(date / 10_000), Math.trunc(date / 100) % 100, date % 100];
  const canonical = `${year}-${Math.min(month, day)}-${Math.max(month, day)}`;
  add(8, keyOf("d", canonical));
  const parts = partsOf(date);
  for (const sound of soundsOf(features)) {
    add(2, keyOf("ds", `${canonical}|${sound}`));
    for (const part of parts) add(12, keyOf("ps", `${part}|${sound}`));
  }
  for (const { code } of features.postcodes) {
    add(3, keyOf("dp", `${canonical}|${code}`));
    for (const part of [`y${year}`, ...parts]) add(14, keyOf("pp", `${part}|${code}`));
  }
  for (const { given } of features.names) {
    if (given !== "") add(11, keyOf("gy", `${given}|${year}`));
  }
}

/** Two names that a slip parts have one in common when a letter is left out of each. */
function addSlipKeys(features: Features, date: number, add: AddKey): void {
  for (const { given, family } of features.names) {
    for (const name of [given, family]) {
      if (name.length < 4) continue;
      for (const rest of withoutOneLetter(name)) {
        for (const part of partsOf(date)) add(17, keyOf("wp", `${rest}|${part}`));
      }
    }
  }
}

function partsOf(date: number): readonly string[] {
  const [year, month, day] = [Math.trunc(date / 10_000), Math.trunc(date / 100) % 100, date % 100];
  return [`${year}-${month}`, `${year}--${day}`, `${month}-${day}`];
}

function addPlaceKeys(features: Features, add: AddKey): void {
  const sounds = soundsOf(features);
  for (const { code } of features.postcodes) {
    add(9, keyOf("p", code));
    for (const sound of sounds) add(4, keyOf("sp", `${code}|${sound}`));
    for (const { given, family } of features.names) {
      if (given.length > 2) add(16, keyOf("lp", `${[...given].toSorted().join("").slice(0, 4)}|${code}`));
      if (family.length > 2) add(16, keyOf("lp", `${[...family].toSorted().join("").slice(0, 4)}|${code}`));
    }
  }
  for (const words of features.addresses) {
    const line = words.join(" ");
    add(6, keyOf("a", line));
    for (const sound of sounds) add(15, keyOf("as", `${words.slice(-2).join(" ")}|${sound}`));
  }
}

function addNameKeys(features: Features, add: AddKey): void {
  for (const { given, family } of features.names) {
    if (family !== "") add(10, keyOf("f", family));
    if (given === "" || family === "") continue;
    add(5, keyOf("gf", [given, family].toSorted().join("|")));
    add(7, keyOf("gs", [soundOf(given), soundOf(family)].toSorted((left, right) => left - right).join("|")));
    add(13, keyOf("b", [given.slice(0, 3), family.slice(0, 3)].toSorted().join("|")));
  }
}

/** Sounds of the names of a person, given and family names not told apart. */
function soundsOf({ names }: Features): ReadonlySet<number> {
  const sounds = new Set<number>();
  for (const { given, givenWords, family, familyWords } of names) {
    for (const name of [given, givenWords[0] ?? "", family, familyWords.at(-1) ?? ""]) {
      const sound = soundOf(name);
      if (sound >= 0) sounds.add(sound);
    }
  }
  return sounds;
}

/** A name, and what is left of it without any one of its first twelve letters. */
export function* withoutOneLetter(name: string): Generator<string> {
  yield name;
  for (let at = 0; at < Math.min(name.length, 12); at++) yield name.slice(0, at) + name.slice(at + 1);
}

function keyOf(kind: string, text: string): number {
  const whole = `${kind}:${text}`;
  return (hash(whole) % 2 ** 21) * 2 ** 32 + hash(`${whole}#`);
}
