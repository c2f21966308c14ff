import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Person } from "../person.ts";
import { createMatcher } from "./create-matcher.ts";
import type { Grade } from "./matcher.ts";
import { ENGLAND } from "./model/england.ts";
import { toPerson } from "./to-person.ts";

const matcher = createMatcher(ENGLAND, { today: () => "2026-11-23" });

const MARTHA = { given: "Martha", family: "Entwistle", birthDate: "2022-03-14", postcode: "LS1 4CI" };
const [ONE_NUMBER, OTHER_NUMBER] = ["9990000018", "9990000026"];

type Told = Partial<typeof MARTHA> & {
  nhsNumber?: string;
  nhsNumberStatus?: string;
  upn?: string;
  gender?: "male" | "female";
};

function person(told: Told): Person {
  return toPerson({ localId: "1", ...told });
}

function gradeOf(left: Told, right: Told): { grade: Grade | undefined; veto: string | undefined } {
  const asked = matcher.toComparable(person(left));
  const [graded] = matcher.grade(asked, [{ candidate: 1, known: [matcher.toComparable(person(right))] }]);
  return { grade: graded?.grade, veto: graded?.veto };
}

describe("grades", () => {
  test.each<[string, Told, Told, Grade]>([
    ["the same names, birth date and postcode", MARTHA, MARTHA, "certain"],
    [
      "capitals, accents and a moved hyphen",
      { ...MARTHA, given: "ZOË-MAY" },
      { ...MARTHA, given: "Zoe May" },
      "certain",
    ],
    ["a slip in the given name", { ...MARTHA, given: "Marhta" }, MARTHA, "certain"],
    ["swapped names", { ...MARTHA, given: "Entwistle", family: "Martha" }, MARTHA, "certain"],
    [
      "a verified number and the birth date",
      { birthDate: MARTHA.birthDate, nhsNumber: ONE_NUMBER },
      { ...MARTHA, nhsNumber: ONE_NUMBER },
      "certain",
    ],
    ["a twin", { ...MARTHA, given: "Edith" }, MARTHA, "possible"],
    ["a twin whose name is a slip away", { ...MARTHA, given: "Eva" }, { ...MARTHA, given: "Ava" }, "possible"],
    ["a namesake born on another day", { ...MARTHA, birthDate: "2020-09-01" }, MARTHA, "probable"],
    [
      "other people of one postcode",
      { given: "Noah", family: "Rigby", birthDate: "2019-01-02", postcode: MARTHA.postcode },
      MARTHA,
      "certainly-not",
    ],
  ])("%s", (_, left, right, at_most) => {
    const order = ["certainly-not", "possible", "probable", "certain"];
    const { grade } = gradeOf(left, right);
    if (at_most === "certain") expect(grade).toBe("certain");
    else
      expect(order.indexOf(grade ?? "certain")).toBeLessThanOrEqual(
        order.indexOf(at_most === "possible" ? "probable" : at_most),
      );
  });

  test.each(["Baby", "Male Infant", "Twin 1", "Baby Entwistle", "Entwistle", "Not known", ""])(
    "a child called %j is never certain by family, birth date and postcode",
    (given) => {
      expect(gradeOf({ ...MARTHA, given }, MARTHA).grade).not.toBe("certain");
      expect(gradeOf({ ...MARTHA, given }, { ...MARTHA, given }).grade).not.toBe("certain");
    },
  );

  test.each([
    ["Ava", "Eva"],
    ["Ella", "Bella"],
    ["Jayden", "Kayden"],
    ["Mohammed A.", "Mohammed I."],
    ["Mohammed Ali", "Mohammed Ibrahim"],
    ["Mary Jane", "Mary Ann"],
    ["Mia", "Amelia"],
    ["Lily", "Elizabeth"],
    ["Mohammed", "Mohammed Yusuf"],
  ])("twins called %s and %s are never certain", (one, other) => {
    expect(gradeOf({ ...MARTHA, given: one }, { ...MARTHA, given: other }).grade).not.toBe("certain");
  });

  test("two verified NHS numbers that differ are never one child", () => {
    const verified = { ...MARTHA, nhsNumberStatus: "01" };
    const graded = gradeOf({ ...verified, nhsNumber: ONE_NUMBER }, { ...verified, nhsNumber: OTHER_NUMBER });
    expect(graded).toEqual({ grade: "certainly-not", veto: "nhs-number" });
  });

  test("differing numbers that were not verified are never certain", () => {
    const graded = gradeOf({ ...MARTHA, nhsNumber: ONE_NUMBER }, { ...MARTHA, nhsNumber: OTHER_NUMBER });
    expect(["possible", "certainly-not"]).toContain(graded.grade);
  });

  test("a number beside another birth date is never certain", () => {
    const other = { ...MARTHA, birthDate: "2017-11-30", nhsNumber: ONE_NUMBER };
    expect(gradeOf({ ...MARTHA, nhsNumber: ONE_NUMBER }, other).grade).not.toBe("certain");
  });

  test("two candidates that agree alike are both short of certain", () => {
    const known = [matcher.toComparable(person(MARTHA))];
    const graded = matcher.grade(matcher.toComparable(person(MARTHA)), [
      { candidate: "one", known },
      { candidate: "other", known },
    ]);
    expect(graded.map(({ grade }) => grade)).toEqual(["probable", "probable"]);
    expect(graded[0]?.margin_bits).toBeCloseTo(0, 6);
  });

  test("one known identity that can never be the child holds against the others of a candidate", () => {
    const known = [
      matcher.toComparable(person(MARTHA)),
      matcher.toComparable(person({ ...MARTHA, nhsNumber: OTHER_NUMBER, nhsNumberStatus: "01" })),
    ];
    const asked = matcher.toComparable(person({ ...MARTHA, nhsNumber: ONE_NUMBER, nhsNumberStatus: "01" }));
    expect(matcher.grade(asked, [{ candidate: 1, known }])[0]?.grade).toBe("certainly-not");
  });
});

describe("bad input", () => {
  test("a number of ten zeros, a name of ten thousand letters, marks of direction and a birth date to come say nothing wrong", () => {
    const odd = {
      given: "A".repeat(10_000),
      family: "\u202EEntwistle\u202C",
      birthDate: "2999-01-01",
      nhsNumber: "0000000000",
    };
    const features = matcher.toComparable(person(odd));
    expect(features.birthDates).toEqual([]);
    expect(features.nhsNumbers).toEqual([]);
    expect(features.names[0]?.family).toBe("entwistle");
    expect(features.names[0]?.given.length).toBeLessThanOrEqual(32);
    expect(gradeOf(odd, MARTHA).grade).not.toBe("certain");
  });

  test("nobody is compared with nobody without a grade", () => {
    expect(gradeOf({}, {}).grade).toBe("certainly-not");
    expect(matcher.blockingKeys(matcher.toComparable(person({})))).toEqual([]);
  });
});

const GIVEN = ["Ava", "Eva", "Mohammed A.", "Mohammed I.", "Baby", "Martha", "Marhta", "Zoë-May", "O’Neil", "", "J"];
const TOLD = fc.record(
  {
    given: fc.constantFrom(...GIVEN),
    family: fc.constantFrom("Entwistle", "Entwhistle", "Smith-Jones", "Jones", "van der Berg", "Martha", ""),
    birthDate: fc.constantFrom("2022-03-14", "2022-03-15", "2021-03-14", "2022-04-03", "2022-02-31", "2999-01-01"),
    postcode: fc.constantFrom("LS1 4CI", "LS1 4CK", "LS2 9CK", "ZZ99 3VZ", "3000", "wrong"),
    nhsNumber: fc.constantFrom(ONE_NUMBER ?? "", OTHER_NUMBER ?? "", "0000000000"),
    gender: fc.constantFrom("male" as const, "female" as const),
  },
  { requiredKeys: [] },
);

describe("any two people", () => {
  test("the bits of the evidence add up, and both ways give the same", () => {
    fc.assert(
      fc.property(TOLD, TOLD, (one, other) => {
        const [left, right] = [matcher.toComparable(person(one)), matcher.toComparable(person(other))];
        const { bits, evidence, probability } = matcher.compare(left, right);
        expect(evidence.reduce((sum, field) => sum + field.bits, 0)).toBeCloseTo(bits, 6);
        expect(matcher.score(left, right)).toBeCloseTo(bits, 9);
        expect(matcher.compare(right, left).bits).toBeCloseTo(bits, 9);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("evidence names levels and holds no value", () => {
    fc.assert(
      fc.property(TOLD, TOLD, (one, other) => {
        const evidence = matcher.compare(
          matcher.toComparable(person(one)),
          matcher.toComparable(person(other)),
        ).evidence;
        const words = JSON.stringify(evidence).toLowerCase();
        for (const value of ["entwistle", "martha", "ls1", "2022-03", ONE_NUMBER ?? ""])
          expect(words).not.toContain(value);
      }),
    );
  });

  test("keys are integers below 2^53, and the same person has the same", () => {
    fc.assert(
      fc.property(TOLD, (told) => {
        const keys = matcher.blockingKeys(matcher.toComparable(person(told)));
        expect(keys).toEqual(matcher.blockingKeys(matcher.toComparable(person(told))));
        for (const key of keys) expect(Number.isSafeInteger(key) && key > 0).toBe(true);
      }),
    );
  });
});

test("keys of one birth date, and those of one postcode, begin alike", () => {
  const keysOf = (told: Told): readonly number[] =>
    matcher.blockingKeys(matcher.toComparable(person(told))).map((key) => Math.floor(key / 2 ** 24));
  const byDate = [...keysOf(MARTHA), ...keysOf({ ...MARTHA, given: "Edith", family: "Rigby", postcode: "L1 8CV" })];
  expect(byDate.length - new Set(byDate).size).toBeGreaterThanOrEqual(5);
  expect(keysOf(MARTHA).length).toBeLessThanOrEqual(8);
});
