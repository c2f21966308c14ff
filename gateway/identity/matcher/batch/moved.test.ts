import { expect, test } from "vitest";
import type { Person } from "../../person.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { gradePairs } from "./grade-pairs.ts";
import { linkPeople } from "./link-people.ts";

const GIVEN = "olivia noah amelia george isla arthur ava leo ivy harry freya oscar lily jack rosie henry".split(" ");
const FAMILY = "rigby sutcliffe okafor nowak patel hussain byrne costa mensah ashworth haddad lowe quigley".split(" ");

interface Told {
  readonly given: string;
  readonly family: string;
  readonly born: string;
  readonly postcode: string;
  readonly address?: string;
}

const person = ({ given, family, born, postcode, address }: Told): Person => ({
  names: [{ given, family }],
  birthDates: [born],
  postcodes: [postcode],
  genders: ["female"],
  nhsNumbers: [],
  upns: [],
  identifiers: [],
  addressLines: address === undefined ? [] : [address],
  cities: [],
  districts: [],
  telecoms: [],
});

/** Children of a place, each in both files. */
const PLACE: readonly Told[] = Array.from({ length: 400 }, (_, at) => ({
  given: GIVEN[(at * 7) % GIVEN.length] ?? "",
  family: `${FAMILY[(at * 5) % FAMILY.length]}${FAMILY[Math.floor(at / 13) % FAMILY.length]?.slice(0, 2)}`,
  born: new Date(Date.UTC(2020, 0, 1 + ((at * 787) % 1800))).toISOString().slice(0, 10),
  postcode: `LS${1 + (at % 9)} ${at % 10}${"CIKMOV"[at % 6]}${"CIKMOV"[Math.floor(at / 6) % 6]}`,
  address: `${1 + (at % 150)} Mill Lane`,
}));

/** Grade of the last record of the left file with the last one of the right one. */
function gradeOfLast(left: readonly Told[], right: readonly Told[]): string {
  const toAll = (told: readonly Told[]) =>
    [...PLACE, ...told].map((one) => toFeatures(person(one), { ...HAND_SET, today: "2026-11-23" }));
  const people = { left: toAll(left), right: toAll(right) };
  const pairs = gradePairs(linkPeople(people, { start: HAND_SET, onProgress: () => {} }));
  const [last, other] = [people.left.length - 1, people.right.length - 1];
  return pairs.find((pair) => pair.left === last && pair.right === other)?.grade ?? "none";
}

const RARE = { given: "Zubaydette", family: "Whistlecroft", born: "2022-03-14", postcode: "LS1 4CI" };
const DOUBLE = { ...RARE, family: "Whistlecroft Dunnington" };
const TWO_NAMES = { ...RARE, given: "Zubaydette Perpetuelle" };
const OF_MANY = { ...RARE, given: "Mohammed Zubayd" };
const THERE = "CH41 7KM";

test.each<[string, readonly Told[], readonly Told[], boolean]>([
  ["nobody else bears the names", [RARE], [{ ...RARE, postcode: THERE }], true],
  ["one has a partner at home", [RARE], [RARE, { ...RARE, postcode: THERE }], false],
  [
    "two live elsewhere",
    [RARE],
    [
      { ...RARE, postcode: "LS9 1KK" },
      { ...RARE, postcode: THERE },
    ],
    false,
  ],
  ["one family name is cut short", [DOUBLE], [{ ...DOUBLE, family: "Whistlecroft", postcode: THERE }], true],
  ["two family names share a part", [DOUBLE], [{ ...DOUBLE, family: "Whistlecroft Ede", postcode: THERE }], false],
  [
    "a slip makes the difference",
    [{ ...RARE, given: "Olivia" }],
    [{ ...RARE, given: "Olivva", postcode: THERE }],
    true,
  ],
  ["a second name is left out", [TWO_NAMES], [{ ...RARE, postcode: THERE }], true],
  [
    "the second name of one is all that the other has",
    [TWO_NAMES],
    [{ ...RARE, given: "Perpetuelle", postcode: THERE }],
    false,
  ],
  ["the name of many of one is left out", [OF_MANY], [{ ...RARE, given: "Zubayd", postcode: THERE }], true],
])("who moved is told from a namesake born that day: %s", (_, left, right, isCertain) => {
  expect(gradeOfLast(left, right) === "certain").toBe(isCertain);
});
