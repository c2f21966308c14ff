import type { Resource } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { found, observation } from "../search.fixtures.ts";

describe("a date", () => {
  const DATES: readonly Resource[] = [
    observation("summer", { effectiveDateTime: "2026-06-26T00:30:00+01:00" }),
    observation("timing", {
      effectiveTiming: { repeat: { boundsPeriod: { start: "2026-01-01", end: "2026-01-31" } } },
    }),
    observation("events", { effectiveTiming: { event: ["2026-03-01", "2026-03-09"] } }),
    observation("ended", { effectivePeriod: { end: "2020-12-31" } }),
    observation("hollow", { effectivePeriod: { extension: [{ url: "urn:x", valueString: "y" }] } }),
  ];

  test.each([
    ["date=2026-06-25T23:30:00Z", ["summer"]],
    ["date=2026-06-26T00:30:00%2B01:00", ["summer"]],
    ["date=2026-06-26T00:30:00+01:00", ["summer"]],
    ["date=2026-06-26", ["summer"]],
    ["date=2026-01", ["timing"]],
    ["date=2026-03", ["events"]],
    ["date=2026-03-01", []],
    ["date=lt1999", ["ended"]],
    ["date=ne2026", ["ended"]],
    ["date:missing=true", ["hollow"]],
    ["date=ge2026-03-05&date=le2026-03-06", ["events"]],
  ])("%s", (text, ids) => {
    expect(found("Observation", DATES, text)).toEqual(ids);
  });

  test("is near by a tenth of its distance from now", () => {
    const now_ms = Date.parse("2026-07-06T09:00:00Z");
    const days = ["2026-06-24", "2026-06-25", "2026-06-26", "2026-06-27", "2026-06-29"];
    const resources = days.map((day) => observation(day, { effectiveDateTime: `${day}T12:00:00Z` }));
    expect(found("Observation", resources, "date=ap2026-06-26", { now_ms })).toEqual([
      "2026-06-25",
      "2026-06-26",
      "2026-06-27",
    ]);
    expect(found("Observation", resources, "date=ap2026-06-26")).toEqual(["2026-06-26"]);
  });
});
