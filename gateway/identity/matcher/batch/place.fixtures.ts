import type { Person } from "../../person.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { gradePairs } from "./grade-pairs.ts";
import { linkPeople } from "./link-people.ts";

const GIVEN = "olivia noah amelia george isla arthur ava leo ivy harry freya oscar lily jack rosie henry".split(" ");
const FAMILY = "rigby sutcliffe okafor nowak patel hussain byrne costa mensah ashworth haddad lowe quigley".split(" ");

export interface Told {
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
export function gradeOfLast(left: readonly Told[], right: readonly Told[]): string {
  const toAll = (told: readonly Told[]) =>
    [...PLACE, ...told].map((one) => toFeatures(person(one), { ...HAND_SET, today: "2026-11-23" }));
  const people = { left: toAll(left), right: toAll(right) };
  const pairs = gradePairs(linkPeople(people, { start: HAND_SET, onProgress: () => {} }));
  const [last, other] = [people.left.length - 1, people.right.length - 1];
  return pairs.find((pair) => pair.left === last && pair.right === other)?.grade ?? "none";
}
