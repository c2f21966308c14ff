import { expect, test } from "vitest";
import { isProfileAge, parseAcademicYear, toAcademicYearPeriod } from "./academic-year.ts";
import { CURRENT_FRAMEWORK, FORMER_FRAMEWORK, goalOf } from "./framework.ts";
import { goodLevelOfDevelopment } from "./good-level-of-development.ts";
import { checkGoals, type GoalField } from "./profile.ts";

function goals(prefix: "E" | "G", outcome: string, changes: Readonly<Record<string, string>> = {}): GoalField[] {
  const { goals } = prefix === "E" ? CURRENT_FRAMEWORK : FORMER_FRAMEWORK;
  return goals
    .map(({ code }) => ({ field: code, code, outcome: changes[code] ?? outcome }))
    .filter((goal) => goal.outcome !== "");
}

test("each framework has seventeen goals, twelve of which count, and they share no code", () => {
  for (const framework of [CURRENT_FRAMEWORK, FORMER_FRAMEWORK]) {
    expect(framework.goals).toHaveLength(17);
    expect(framework.goals.filter(({ countsToGoodLevel }) => countsToGoodLevel)).toHaveLength(12);
    expect(framework.goals.every(({ code }) => goalOf(code)?.framework === framework)).toBe(true);
  }
});

test.each([
  ["all expected", goals("E", "2"), "achieved"],
  ["one that counts emerging", goals("E", "2", { E01: "1" }), "not-achieved"],
  ["the last that counts emerging", goals("E", "2", { E12: "1" }), "not-achieved"],
  ["none that counts emerging", goals("E", "2", { E13: "1", E14: "1", E15: "1", E16: "1", E17: "1" }), "achieved"],
  ["one that counts missing", goals("E", "2", { E05: "" }), "undetermined"],
  ["one missing and one emerging", goals("E", "2", { E05: "", E06: "1" }), "undetermined"],
  ["one that does not count missing", goals("E", "2", { E17: "" }), "achieved"],
  ["exempt", goals("E", "A"), undefined],
  ["no goal at all", [], undefined],
  ["former, exceeding", goals("G", "3"), "achieved"],
  ["former, one emerging", goals("G", "2", { G12: "1" }), "not-achieved"],
  ["former, one that does not count emerging", goals("G", "2", { G13: "1" }), "achieved"],
])("the good level of development of a profile with %s is %s", (_name, recorded, expected) => {
  const framework = recorded[0]?.code.startsWith("G") === true ? FORMER_FRAMEWORK : CURRENT_FRAMEWORK;
  expect(goodLevelOfDevelopment({ framework, endYear: 2026, goals: recorded })).toBe(expected);
});

test.each([
  ["every goal expected", goals("E", "2"), []],
  ["exempt on every goal", goals("E", "A"), []],
  ["exempt but for a missing goal", goals("E", "A", { E17: "" }), ["warning E01"]],
  ["exempt on one goal", goals("E", "2", { E09: "A" }), ["error E09"]],
  ["exceeding, which has ended", goals("E", "2", { E09: "3" }), ["error E09"]],
  ["exceeding in the former framework", goals("G", "3"), ["warning G01"]],
  ["two frameworks", [...goals("E", "2"), ...goals("G", "2")], ["error G01"]],
  ["one goal twice", [...goals("E", "2"), { field: "again", code: "E01", outcome: "1" }], ["error again"]],
  ["a goal that is none", [{ field: "X", code: "E18", outcome: "2" }], ["error X"]],
])("a profile of 2025/26 with %s has the issues %j", (_name, recorded, expected) => {
  expect(checkGoals(recorded, 2026).map(({ severity, field }) => `${severity} ${field}`)).toEqual(expected);
});

test("an academic year starts on 1 September and ends on 31 August", () => {
  expect(toAcademicYearPeriod(2026)).toEqual({ start: "2025-09-01", end: "2026-08-31" });
});

test.each([
  ["2024/2025", 2025],
  ["2024/25", undefined],
  ["2024/2026", undefined],
  ["2025/2024", undefined],
  ["202425", undefined],
])("the academic year %s ends in %s", (text, expected) => {
  expect(parseAcademicYear(text)).toBe(expected);
});

test.each([
  ["2020-09-01", true],
  ["2021-08-31", true],
  ["2022-08-31", true],
  ["2022-09-01", false],
  ["2019-09-01", true],
  ["2019-08-31", false],
])("a child born on %s can be in the profile of 2025/26: %s", (birthDate, expected) => {
  expect(isProfileAge(birthDate, 2026)).toBe(expected);
});
