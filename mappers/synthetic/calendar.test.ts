import { expect, test } from "vitest";
import { addMonths, lastProfileYear, monthsAndDaysBetween, receptionCohort, toDate, toDay } from "./calendar.ts";

test("days and dates agree with the platform's calendar on every day from 1999 to 2101", () => {
  const first = Date.parse("1999-01-01T00:00:00Z") / 86_400_000;
  const last = Date.parse("2101-12-31T00:00:00Z") / 86_400_000;
  const wrong: number[] = [];
  for (let day = first; day <= last; day++) {
    const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
    if (toDate(day) !== date || toDay(date) !== day) wrong.push(day);
  }
  expect(wrong).toEqual([]);
});

test.each([
  ["2021-03-14", 27, "2023-06-14"],
  ["2020-12-02", 27, "2023-03-02"],
  ["2024-02-29", -72, "2018-03-01"],
  ["2021-01-31", 1, "2021-03-03"],
])("%s and %i months is %s", (date, months, expected) => {
  expect(addMonths(date, months)).toBe(expected);
});

test.each([
  ["2021-03-14", "2023-06-14", 27, 0],
  ["2021-03-14", "2023-06-13", 26, 30],
  ["2021-03-14", "2023-06-20", 27, 6],
])("from %s to %s is an age of %i months and %i days", (from, to, months, days) => {
  expect(monthsAndDaysBetween(from, to)).toEqual({ months, days });
});

test.each([
  ["2026-06-29", 2025],
  ["2026-06-30", 2026],
  ["2026-12-31", 2026],
])("on %s the last finished profiles are those of %i", (today, year) => {
  expect(lastProfileYear(today)).toBe(year);
});

test("children who end reception in 2026 were born from September 2020 to August 2021", () => {
  expect(receptionCohort(2026)).toEqual({ first: "2020-09-01", last: "2021-08-31" });
});
