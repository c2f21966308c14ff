import { expect, test } from "vitest";
import { parseTime, toLondonDateTime } from "./date-time.ts";

test.each([
  ["a winter morning is at the meridian", "2024-01-15", "09:30", "2024-01-15T09:30:00+00:00"],
  ["a summer morning is an hour ahead", "2024-07-15", "09:30:15", "2024-07-15T09:30:15+01:00"],
  ["the last minute before the clocks go forward is winter time", "2024-03-31", "00:59", "2024-03-31T00:59:00+00:00"],
  ["a time in the hour left out in spring is winter time", "2024-03-31", "01:30", "2024-03-31T01:30:00+00:00"],
  ["the first minute after the clocks went forward is summer time", "2024-03-31", "02:00", "2024-03-31T02:00:00+01:00"],
  ["the day before the clocks go forward is winter time", "2024-03-30", "23:59", "2024-03-30T23:59:00+00:00"],
  ["the hour that occurs twice in autumn is its first", "2024-10-27", "01:30", "2024-10-27T01:30:00+01:00"],
  ["the first minute after that hour is winter time", "2024-10-27", "02:00", "2024-10-27T02:00:00+00:00"],
  ["the last Sunday of March may be the 25th", "2029-03-25", "02:00", "2029-03-25T02:00:00+01:00"],
  ["the last Sunday of October may be the 31st", "2027-10-31", "01:59", "2027-10-31T01:59:00+01:00"],
])("%s", (_name, date, time, expected) => {
  expect(toLondonDateTime(date, time)).toBe(expected);
});

test("every hour of four years has the offset that the time zone database gives", () => {
  const london = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London",
    dateStyle: "short",
    timeStyle: "medium",
    hourCycle: "h23",
  });
  const hour_ms = 3_600_000;
  for (let instant = Date.UTC(2023, 0, 1); instant < Date.UTC(2027, 0, 1); instant += hour_ms) {
    const [day = "", clock = ""] = london.format(instant).split(", ");
    const dateTime = toLondonDateTime(day.split("/").reverse().join("-"), clock);
    // The second pass through the repeated hour is read as the first, an hour earlier.
    expect([instant, instant - hour_ms]).toContain(Date.parse(dateTime));
  }
});

test("a day without a time stays a day", () => {
  expect(toLondonDateTime("2024-07-15")).toBe("2024-07-15");
});

test.each(["24:00", "9:30", "12:60", "12:30:60", "12.30", ""])("%j is no time of the clock", (text) => {
  expect(parseTime(text)).toBeUndefined();
});
