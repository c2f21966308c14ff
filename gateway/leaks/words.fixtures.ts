import type { Random } from "#mappers/synthetic/random.ts";
import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isServedType } from "#profiles/interactions.ts";
import { NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { BIRTH_DATES, FAMILIES, GIVEN, PHONES, POSTCODES, pickOf, REMARKS } from "./told.fixtures.ts";

/** What requests are made of; grows with every answer and every telling. */
export interface Words {
  /** Logical ids by type. */
  readonly ids: Map<string, string[]>;
  readonly numbers: string[];
  readonly versions: string[];
  /** `system|code` of codings. */
  readonly codings: string[];
  readonly instants: string[];
}

const ABSENT = "00000000-0000-4000-8000-000000000000";
const LONGEST = 400;

export function createWords(): Words {
  return {
    ids: new Map(),
    numbers: ["9990999996"],
    versions: ["1", "2"],
    codings: ["http://loinc.org|29463-7", "|x"],
    instants: ["2026-11-20T09:00:10.000Z", "2026-09-01", "2030-01-01"],
  };
}

/** Takes in what an answer or a telling names. */
export function learn(words: Words, text: string): void {
  for (const [, type = "", id = ""] of text.matchAll(/\b([A-Z][A-Za-z]+)\/([A-Za-z0-9-]{6,64})\b/g)) {
    if (isServedType(type)) keep(listOf(words.ids, type), id);
  }
  for (const [number] of text.matchAll(/\b999\d{7}\b/g)) keep(words.numbers, number);
  for (const [, version = ""] of text.matchAll(/"versionId":"([^"]+)"/g)) keep(words.versions, version);
  for (const [, instant = ""] of text.matchAll(/"lastUpdated":"([^"]+)"/g)) keep(words.instants, instant);
  for (const [, system = "", code = ""] of text.matchAll(/"system":"(http[^"]+)","code":"([^"]+)"/g)) {
    keep(words.codings, `${system}|${code}`);
  }
}

function listOf(ids: Map<string, string[]>, type: string): string[] {
  const known = ids.get(type) ?? [];
  ids.set(type, known);
  return known;
}

/** The newest stay; what is known already comes to the fore no more than once. */
function keep(list: string[], word: string): void {
  if (list.includes(word)) return;
  list.push(word);
  if (list.length > LONGEST) list.splice(Math.floor(LONGEST / 4), 1);
}

const PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"] as const;
export const TEXTS = [
  ...FAMILIES,
  ...GIVEN,
  ...POSTCODES,
  ...REMARKS,
  ...PHONES,
  "Refuge",
  "Zebra",
  "Quill",
  "Fell",
  "Synthetic",
];
const QUANTITIES = ["5", "5.4|http://unitsofmeasure.org|kg", "3||kg", "100"] as const;

export type Values = ReturnType<typeof createValues>;

export function createValues(random: Random, words: Words) {
  const of = <Item>(items: readonly Item[]): Item => pickOf(random, items);
  const id = (type: string): string => {
    const known = words.ids.get(type) ?? [];
    return known.length === 0 || random.chance(0.06) ? ABSENT : of(known);
  };
  const token = (code: string, type: string): string => {
    if (code === "_id") return id(type);
    if (code.includes("identifier"))
      return of([`${NHS_NUMBER}|${of(words.numbers)}`, of(words.numbers), `${ODS_ORGANIZATION}|Z99101`]);
    if (["phone", "telecom"].includes(code)) return of(PHONES);
    const coding = of(words.codings);
    return of([coding, coding, coding.split("|")[1] ?? "", "male", "final", "active", "true"]);
  };
  const reference = (definition: SearchParameterDefinition): string => {
    const targets = definition.target.filter((type) => words.ids.has(type));
    const type = targets.length === 0 ? of(["Patient", "Observation"]) : of(targets);
    return of([`${type}/${id(type)}`, `${type}/${id(type)}`, id(type), `${type}/${id(type)}/_history/1`]);
  };
  const value = (definition: SearchParameterDefinition, type: string): string => {
    switch (definition.type) {
      case "token":
        return token(definition.code, type);
      case "reference":
        return reference(definition);
      case "date":
        return of(PREFIXES) + of([...BIRTH_DATES, of(words.instants), "2026", "2026-03"]);
      case "number":
      case "quantity":
        return of(PREFIXES) + of(QUANTITIES);
      case "composite":
        return (definition.component ?? [])
          .map((component) => value({ ...definition, component: [], code: component.code, type: component.type }, type))
          .join("$");
      case "uri":
        return of(["https://early-years-gateway.example/fhir/source/leeds-csds", "http://loinc.org", "x"]);
      default:
        return of(TEXTS);
    }
  };
  return {
    of,
    id,
    value,
    chance: random.chance,
    version: () => of(words.versions),
    number: () => of(words.numbers),
    instant: () => of(words.instants),
    coding: () => of(words.codings),
    between: random.between,
  };
}
