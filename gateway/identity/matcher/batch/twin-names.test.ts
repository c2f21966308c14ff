import { expect, test } from "vitest";
import { GIVEN } from "../compare/fields.ts";
import { toFeatures } from "../compare/to-features.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { toPerson } from "../to-person.ts";
import { lookWithin } from "./families.ts";
import { areNamesOfTwins, joinTwinNames, type TwinNames } from "./twin-names.ts";

const FAMILIES = "rigby sutcliffe okafor nowak patel hussain byrne costa mensah ashworth haddad lowe quigley".split(
  " ",
);

const child = (given: string, home = 0) =>
  toFeatures(
    toPerson({
      localId: "1",
      given,
      family: FAMILIES[home % FAMILIES.length] ?? "",
      birthDate: new Date(Date.UTC(2020, 0, 1 + 7 * home)).toISOString().slice(0, 10),
      postcode: `LS${1 + home} 4CI`,
    }),
    { ...HAND_SET, today: "2026-11-23" },
  );

/** What a file of twins shows, each pair in a home of its own. */
function look(twins: readonly (readonly [string, string])[]): TwinNames {
  const people = twins.flatMap(([one, other], at) => [child(one, at), child(other, at)]);
  return joinTwinNames([lookWithin(people, HAND_SET).twinNames ?? new Map()]);
}

const GIRLS = "olivia amelia isla ava ivy freya lily rosie edith harriet beatrix".split(" ");
const BOYS = "noah george arthur leo harry oscar jack henry edmund winston rupert".split(" ");
const OTHERS = Array.from(
  { length: 120 },
  (_, at) => [GIRLS[at % GIRLS.length] ?? "", BOYS[Math.floor(at / 13) % BOYS.length] ?? ""] as const,
);

test.each<[string, readonly (readonly [string, string])[], string, string, boolean]>([
  ["nobody bears side by side", OTHERS, "Sameer", "Samir", false],
  ["twins bear side by side", [...OTHERS, ["Sameer", "Samir"]], "Sameer", "Samir", true],
  ["twins bear side by side before other names", [...OTHERS, ["Samir Leo", "Sameer"]], "Sameer", "Samir Omar", true],
  ["twins bear side by side at another level", [...OTHERS, ["Sameer", "Samir"]], "Safiya", "Safia", false],
])("names that sound alike are taken for those of two where %s", (_, twins, one, other, expected) => {
  const found = areNamesOfTwins(look(twins), GIVEN.spelling, child(one), child(other));
  expect(found).toBe(expected);
});

test("a file that holds children twice shows nothing of twins", () => {
  const people = Array.from({ length: 40 }, (_, at) => [child("Edith", at), child("Edith", at)]).flat();
  expect(lookWithin(people, HAND_SET).twinNames).toBeUndefined();
});
