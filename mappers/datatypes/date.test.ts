import { expect, test } from "vitest";
import { parseDate, parseDayFirstDate } from "./date.ts";

test.each([
  ["2020-11-03", "2020-11-03"],
  ["2020-02-29", "2020-02-29"],
  ["2000-02-29", "2000-02-29"],
  ["1900-02-29", undefined],
  ["2021-02-29", undefined],
  ["2021-04-31", undefined],
  ["2021-13-01", undefined],
  ["2021-00-10", undefined],
  ["2021-01-00", undefined],
  ["2021-1-1", undefined],
  ["03/11/2020", undefined],
  ["2020-11-03T00:00:00", undefined],
])("%s is read as %s", (text, expected) => {
  expect(parseDate(text)).toBe(expected);
});

test.each([
  ["03/11/2020", "2020-11-03"],
  ["3/1/2021", "2021-01-03"],
  ["31/04/2021", undefined],
  ["2020-11-03", undefined],
])("%s written day first is read as %s", (text, expected) => {
  expect(parseDayFirstDate(text)).toBe(expected);
});
