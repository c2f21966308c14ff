import { expect, test } from "vitest";
import { isTelling } from "./block.ts";
import { createMatcher } from "./create-matcher.ts";
import { ENGLAND } from "./model/england.ts";
import { personOfPatient } from "./to-person.ts";

const matcher = createMatcher(ENGLAND, { today: () => "2026-09-01" });
const NOBODY_ELSE = { given: "Amina", family: "Example", birthDate: "2020-05-04", postcode: "LS1 1CI" };

test.each<[string, Partial<typeof NOBODY_ELSE>, boolean]>([
  ["all of it", NOBODY_ELSE, true],
  ["birth date and both names", { ...NOBODY_ELSE, postcode: "BD9 9OM" }, true],
  [
    "birth date and both names, given and family name swapped",
    { ...NOBODY_ELSE, given: "Example", family: "Amina", postcode: "BD9 9OM" },
    true,
  ],
  ["birth date and postcode", { ...NOBODY_ELSE, given: "Tobias", family: "Kowalski" }, true],
  ["names and postcode", { ...NOBODY_ELSE, birthDate: "2020-09-11" }, false],
  ["birth date and one name", { ...NOBODY_ELSE, given: "Tobias", postcode: "BD9 9OM" }, false],
])("a key that tells is shared by those who have one %s", (_, other, isShared) => {
  const others = new Set(keysOf({ ...NOBODY_ELSE, ...other }));
  expect(keysOf(NOBODY_ELSE).some((key) => others.has(key))).toBe(true);
  expect(keysOf(NOBODY_ELSE).some((key) => isTelling(key) && others.has(key))).toBe(isShared);
});

function keysOf({ given, family, birthDate, postcode }: typeof NOBODY_ELSE): readonly number[] {
  const person = personOfPatient({
    resourceType: "Patient",
    name: [{ given: [given], family }],
    birthDate,
    address: [{ postalCode: postcode }],
  });
  return matcher.blockingKeys(matcher.toComparable(person));
}
