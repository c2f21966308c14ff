import { expect, test } from "vitest";
import { withRarities } from "../batch/learn-model.ts";
import { toStandings } from "../batch/standing.ts";
import { HAND_SET } from "../model/hand-set.ts";
import { toPerson } from "../to-person.ts";
import type { Features, NameFeatures } from "./features.ts";
import { GIVEN } from "./fields.ts";
import { compareGiven } from "./given-names.ts";
import { toFeatures } from "./to-features.ts";

function child(given: string): Features {
  return toFeatures(toPerson({ localId: "1", given, family: "Rigby" }), { ...HAND_SET, today: "2026-11-23" });
}

/** Two names as they stand in a file in which the others are borne by ten each. */
function inFile(one: string, other: string, many: readonly string[]): readonly [NameFeatures, NameFeatures] {
  const left = [child(one), child(other), ...many.flatMap((name) => Array.from({ length: 10 }, () => child(name)))];
  const [first, second] = withRarities(left, HAND_SET, toStandings({ left, right: undefined }));
  const [name, otherName] = [first?.names[0], second?.names[0]];
  if (name === undefined || otherName === undefined) throw new RangeError("a child without a name");
  return [name, otherName];
}

test.each<[string, string, string, readonly string[], number]>([
  ["a slip of a name that others bear", "Anyika", "Anika", ["Anika"], GIVEN.close],
  ["two names a letter apart that others bear", "Anvika", "Anika", ["Anika", "Anvika"], GIVEN.alike],
  ["a rare name a letter away from a rare name", "Xinyuq", "Xinyiq", [], GIVEN.similar],
  ["a spelling", "Mohammed Omar", "Muhamad Umar", [], GIVEN.spelling],
  ["a short form that few bear", "Ollie", "Oliver", ["Oliver"], GIVEN.nickname],
  ["a short form that as many bear", "Grace", "Gracie", ["Grace", "Gracie"], GIVEN.alike],
  ["a short form of a name of few", "Dija", "Khadija", ["Khadija"], GIVEN.nickname],
  ["a servant's name by its second half", "Fatah", "Abdifatah", ["Abdifatah"], GIVEN.nickname],
  ["what follows the praise of God", "Tunde", "Babatunde", ["Babatunde"], GIVEN.nickname],
  ["the beginning of what follows it", "Dara", "Oluwadarasimi Grace", ["Oluwadarasimi"], GIVEN.nickname],
  ["what as many bear who do not praise", "Tunde", "Babatunde", ["Babatunde", "Tunde"], GIVEN.different],
  ["three letters after a beginning like it", "Ara", "Chiara", ["Chiara"], GIVEN.different],
  ["a silent letter", "Fathima", "Fatima", ["Fatima", "Fathima"], GIVEN.spelling],
  ["a spelling of a name that is listed in another", "Mostapha", "Mostafa", [], GIVEN.spelling],
  ["the key beside in place of the first letter", "Dreddie", "Freddie", ["Freddie"], GIVEN.close],
  ["another first letter", "Mreddie", "Freddie", ["Freddie"], GIVEN.similar],
  ["a slip that is as near to another name", "Rowhan", "Rohan", ["Rohan", "Rowan"], GIVEN.similar],
  ["syllables run together beside another name", "Zi Hao Ming", "Zihao", [], GIVEN.part],
  ["syllables apart beside another name", "Chloe Zihao", "Zi Hao", [], GIVEN.part],
  ["names of many beside another", "Syed Muhammad Ali", "Syed Muhammad", [], GIVEN.ofMany],
  ["a spelling of what follows a name of many", "Muhammad Zakariya", "Zakaria", [], GIVEN.spelling],
  ["what is a letter away from what follows a name of many", "Muhammad Amin", "Amina", ["Amina"], GIVEN.different],
  ["the same where others are called so, too", "Muhammad Amin", "Amina", ["Amina", "Amin"], GIVEN.different],
  ["a short form of what follows a name of many", "Muhammad Alexander", "Alex", ["Alexander"], GIVEN.nickname],
  ["a spelling of what follows another name", "Alexander Zakariya", "Zakaria", [], GIVEN.different],
  ["one of two names", "Leo William", "Leo", [], GIVEN.part],
  ["a name like one of two", "Maria Anne", "Daria", ["Daria"], GIVEN.different],
  ["a name of many alone", "Muhammad", "Mohammed Yusuf", [], GIVEN.ofMany],
  ["another spelling of a name of many alone", "Muhamad", "Mohammed Ibrahim", [], GIVEN.ofMany],
  ["names of many with different others", "Muhammad Ali", "Muhammad Omar", [], GIVEN.partDiffers],
  ["a slip beside a name that is the same", "Ivxy Mae", "Ivy Mae", ["Ivy"], GIVEN.close],
])("in a file, %s", (_, one, other, many, level) => {
  const [left, right] = inFile(one, other, many);
  expect(compareGiven(left, right)).toBe(level);
  expect(compareGiven(right, left)).toBe(level);
});
