import { expect, test } from "vitest";
import { toUkDateTime, ukInstant_ms, ukOffset_minutes } from "./uk-time.ts";

test.each([
  ["2026-03-29T00:59:59Z", 0],
  ["2026-03-29T01:00:00Z", 60],
  ["2026-10-25T00:59:59Z", 60],
  ["2026-10-25T01:00:00Z", 0],
  ["2026-07-01T12:00:00Z", 60],
  ["2026-01-01T00:00:00Z", 0],
  ["2025-03-30T01:00:00Z", 60],
])("the offset at %s is %i minutes", (instant, minutes) => {
  expect(ukOffset_minutes(Date.parse(instant))).toBe(minutes);
});

test.each([
  ["2026-06-26T00:00:00Z", "2026-06-25T23:00:00.000Z"],
  ["2026-12-26T00:00:00Z", "2026-12-26T00:00:00.000Z"],
  ["2026-10-25T01:30:00Z", "2026-10-25T00:30:00.000Z"],
  ["2026-03-29T01:30:00Z", "2026-03-29T01:30:00.000Z"],
])("UK civil time %s is the instant %s", (civil, instant) => {
  expect(new Date(ukInstant_ms(Date.parse(civil))).toISOString()).toBe(instant);
});

test.each([
  ["2026-06-26", "09:30", "2026-06-26T09:30:00+01:00"],
  ["2026-12-26", "09:30:15", "2026-12-26T09:30:15+00:00"],
])("a contact on %s at %s is %s", (date, time, dateTime) => {
  expect(toUkDateTime(date, time)).toBe(dateTime);
});
