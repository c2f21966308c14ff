import { expect, test } from "vitest";
import { BIRTH_DATE, FAMILY, FIELD, FIELD_NAMES, GIVEN, MISSING, POSTCODE } from "./compare/fields.ts";
import { toFeatures } from "./compare/to-features.ts";
import { judge, type Population } from "./grade.ts";
import { HAND_SET } from "./model/hand-set.ts";
import { toPerson } from "./to-person.ts";

const SOMEBODY = toFeatures(toPerson({ localId: "1" }), { ...HAND_SET, today: "2026-11-23" });
const GROWN_UPS: Population = { isFamilyless: false, isOfAllAges: true, isWhole: true };
const CHILDREN: Population = { isFamilyless: false, isOfAllAges: false, isWhole: true };

/** Two of one family name and postcode. */
function highestOf(given: number, birthDate: number, population: Population) {
  const level = new Int8Array(FIELD_NAMES.length).fill(MISSING);
  level[FIELD.given] = given;
  level[FIELD.family] = FAMILY.same;
  level[FIELD.birthDate] = birthDate;
  level[FIELD.postcode] = POSTCODE.same;
  return judge(SOMEBODY, SOMEBODY, level, population).highest;
}

test.each([
  ["a similar name beside one birth date", "certain", GIVEN.similar, BIRTH_DATE.same, GROWN_UPS],
  ["a similar name beside a slip of the birth date", "certain", GIVEN.similar, BIRTH_DATE.slip, GROWN_UPS],
  ["a similar name beside another birth date", "probable", GIVEN.similar, BIRTH_DATE.different, GROWN_UPS],
  ["the same name beside another birth date", "certain", GIVEN.same, BIRTH_DATE.different, GROWN_UPS],
  ["a child's similar name beside one birth date", "probable", GIVEN.similar, BIRTH_DATE.same, CHILDREN],
  ["a child's name beside a slip of the birth date", "probable", GIVEN.same, BIRTH_DATE.slip, CHILDREN],
  ["a child's name beside one birth date", "certain", GIVEN.same, BIRTH_DATE.same, CHILDREN],
] as const)("in one home and family, %s is %s at most", (_, highest, given, birthDate, population) => {
  expect(highestOf(given, birthDate, population)).toBe(highest);
});

test("where nobody has relatives, a similar name is enough", () => {
  const alone = { ...GROWN_UPS, isFamilyless: true };
  expect(highestOf(GIVEN.similar, BIRTH_DATE.different, alone)).toBe("certain");
});
