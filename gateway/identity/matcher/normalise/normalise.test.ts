import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseBirthDate } from "./birth-date.ts";
import { foldWords } from "./fold.ts";
import { normaliseName } from "./name.ts";
import { nicknameFamilies } from "./nicknames.ts";
import { normaliseIdentifier, normaliseNhs, normalisePermanentUpn } from "./number.ts";
import { addressWords, normalisePlace, normaliseTelecom } from "./place.ts";

test.each([
  ["Siobhán", "Ní Bhriain", "siobhan", "nibhriain"],
  ["Łucja", "Wójcik", "lucja", "wojcik"],
  ["Mary-Jane", "O’Sullivan", "maryjane", "osullivan"],
  ["\u202EAisha\u202C", "Al-Hassan", "aisha", "alhassan"],
  ["Baby", "Smith", "", "smith"],
  ["Baby Smith", "Smith", "", "smith"],
  ["Smith", "Smith", "", "smith"],
  ["MALE INFANT", "Smith", "", "smith"],
  ["Twin 1", "Smith", "", "smith"],
  ["Baby B", "Smith", "", "smith"],
  ["not known", "Smith", "", "smith"],
  ["Martha", "Unknown", "martha", ""],
  ["Beth", "Boyd", "beth", "boyd"],
])("%s %s is compared as %j %j", (given, family, expectedGiven, expectedFamily) => {
  const normal = normaliseName({ given, family });
  expect([normal.given, normal.family]).toEqual([expectedGiven, expectedFamily]);
});

test("folding what is folded changes nothing, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      const words = foldWords(text);
      expect(foldWords(words.join(" "))).toEqual(words);
    }),
  );
});

test.each([
  ["2022-02-28", false, 20_220_228],
  ["20220228", false, 20_220_228],
  ["2022-02-31", false, "not-a-date"],
  ["2022-02-31", true, 20_220_231],
  ["31/02/2022", true, "not-a-date"],
  ["2026-11-24", false, "in-the-future"],
])("the birth date %s, slips taken: %s, is %s", (text, takesSlips, expected) => {
  expect(normaliseBirthDate(text, "2026-11-23", takesSlips)).toBe(expected);
});

test.each([
  ["ls14ci", "LS14CI", "LS1", "LS"],
  ["LS1 4CI", "LS14CI", "LS1", "LS"],
  ["3044", "3044", "", ""],
])("the postcode %s is compared as %s", (text, code, outward, area) => {
  expect(normalisePlace(text)).toEqual({ code, outward, area });
});

test.each(["ZZ99 3VZ", "zz993cz", "", " - "])("the postcode %j names no place", (text) => {
  expect(normalisePlace(text)).toBeUndefined();
});

test("numbers that stand for not known are none", () => {
  expect([normaliseNhs("0000000000"), normaliseNhs("999 000 0018"), normaliseNhs("9990000019")]).toEqual([
    undefined,
    "9990000018",
    undefined,
  ]);
  expect([normalisePermanentUpn("F383399925001"), normalisePermanentUpn("E38339992501A")]).toEqual([
    "F383399925001",
    undefined,
  ]);
  expect([normaliseIdentifier("00000"), normaliseIdentifier("AB-12 3")]).toEqual([undefined, "ab123"]);
  expect([normaliseTelecom("+44 113 496 0000"), normaliseTelecom("0113 4960000"), normaliseTelecom("none")]).toEqual([
    "1134960000",
    "1134960000",
    undefined,
  ]);
});

test("streets are compared by their short forms, names by the families they belong to", () => {
  expect(addressWords("12 Acacia Avenue")).toEqual(addressWords("12 ACACIA AVE."));
  expect(nicknameFamilies("bill").some((family) => nicknameFamilies("william").includes(family))).toBe(true);
});
