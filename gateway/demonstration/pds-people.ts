import { toSetting } from "#mappers/synthetic/generate.ts";
import { personOf } from "#mappers/synthetic/people.ts";
import type { ChildRecords } from "#mappers/synthetic/records.ts";
import { REFERENCE_DATE, SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import type { StandInPerson } from "../pds/stand-in/person.ts";
import { SEED } from "./data.ts";

/** The demonstration's children as PDS would know them: the named ones, and `children` others. */
export function demonstrationPeople(children: number): readonly StandInPerson[] {
  const setting = toSetting({ children, seed: SEED, today: REFERENCE_DATE });
  const others = Array.from({ length: children }, (_, index): StandInPerson => {
    const { nhsNumber, given, family, birthDate, sex, postcode } = personOf(index, setting);
    return { nhsNumber, names: [{ given: [given], family }], birthDate, gender: sex, addresses: [{ postcode }] };
  });
  const people = new Map<string, StandInPerson>();
  // One story is of a number that its source mistyped: it stays the first child's.
  for (const person of [...SCENARIOS.flatMap(toNamed), ...others]) {
    if (!people.has(person.nhsNumber)) people.set(person.nhsNumber, person);
  }
  return [...people.values()];
}

function toNamed(scenario: (typeof SCENARIOS)[number]): readonly StandInPerson[] {
  const { nhsNumber, supersededNhsNumber, given, family, birthDate, practice, records } = scenario;
  if (nhsNumber === undefined) return [];
  const all = everyRecord(records);
  const postcodes = [...new Set(all.flatMap(({ held }) => held.postcode ?? []))];
  const person: StandInPerson = {
    nhsNumber,
    names: [{ given: [given], family }],
    birthDate,
    gender: all[0]?.held.sex ?? "unknown",
    // The last one told is where the child lives.
    addresses: postcodes.map((postcode, n) => ({ postcode, isPast: n < postcodes.length - 1 })),
    practice,
    isRestricted: all.some(({ restricted }) => restricted === true),
  };
  if (supersededNhsNumber === undefined) return [person];
  return [person, { ...person, nhsNumber: supersededNhsNumber, supersededBy: nhsNumber }];
}

function everyRecord({ health, progress, eyfsp, ctf, census, check, hub }: ChildRecords) {
  return [...health, ...progress, ...eyfsp, ...ctf, ...census, ...check, ...hub];
}
