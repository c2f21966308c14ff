import { expect, test } from "vitest";
import type { Person } from "../person.ts";
import { createMatcher } from "./create-matcher.ts";
import { ENGLAND } from "./model/england.ts";
import { toPerson } from "./to-person.ts";

const matcher = createMatcher(ENGLAND, { today: () => "2026-11-23" });

const MARTHA = { given: "Martha", family: "Entwistle", birthDate: "2022-03-14", postcode: "LS1 4CI" };

function person(told: Partial<typeof MARTHA> & { nhsNumber?: string; nhsNumberStatus?: string } = {}): Person {
  return toPerson({ localId: "1", ...told });
}

test("the bits of the evidence add up to the bits of the comparison", () => {
  const [left, right] = [person(MARTHA), person({ ...MARTHA, given: "Marhta", postcode: "LS2 9CK" })];
  const { bits, evidence } = matcher.compare(matcher.toComparable(left), matcher.toComparable(right));
  expect(evidence.reduce((sum, field) => sum + field.bits, 0)).toBeCloseTo(bits, 6);
});

test("names, birth date and postcode that agree make one child certain", () => {
  const asked = matcher.toComparable(person(MARTHA));
  const [graded] = matcher.grade(asked, [{ candidate: "martha", known: [matcher.toComparable(person(MARTHA))] }]);
  expect(graded?.grade).toBe("certain");
});

test("a twin is never certain", () => {
  const asked = matcher.toComparable(person(MARTHA));
  const twin = matcher.toComparable(person({ ...MARTHA, given: "Edith" }));
  const [graded] = matcher.grade(asked, [{ candidate: "edith", known: [twin] }]);
  expect(graded?.grade).not.toBe("certain");
  expect(graded?.veto).toBe("twin");
});
