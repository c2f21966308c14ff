import { describe, expect, test } from "vitest";
import { GP, ODS, OFFICER } from "../interactions/read.fixtures.ts";
import { relatedSince, type ToldRelationship } from "./relationship-since.ts";
import { isRelated } from "./visibility.ts";

const NOW_ms = Date.parse("2026-09-15T12:00:00Z");
const midnight = (day: string) => Date.parse(`${day}T00:00:00+01:00`);

function tie(start?: string, end?: string, more: Partial<ToldRelationship> = {}): ToldRelationship {
  return {
    kind: "gp-registration",
    organization: { system: ODS, value: "Z1" },
    ...(start && { start }),
    ...(end && { end }),
    ...more,
  };
}

describe("a child is the practice's own", () => {
  test.each<readonly [string, readonly ToldRelationship[], number | undefined]>([
    ["since the first day, from midnight in the UK", [tie("2026-09-01")], midnight("2026-09-01")],
    ["since it was told, where that was later", [tie("2026-09-01", undefined, { toldAt: NOW_ms - 5 })], NOW_ms - 5],
    [
      "since the first day, where it was told before",
      [tie("2026-09-10", undefined, { toldAt: 5 })],
      midnight("2026-09-10"),
    ],
    ["since ever where no day is told", [tie()], undefined],
    ["through the last day", [tie("2026-09-01", "2026-09-15")], midnight("2026-09-01")],
    ["no more after the last day", [tie("2026-09-01", "2026-09-14")], undefined],
    ["not before the first day", [tie("2026-09-16")], undefined],
    [
      "in one stretch where the next registration follows at once",
      [tie("2026-01-05", "2026-09-09"), tie("2026-09-10")],
      midnight("2026-01-05").valueOf() + 3_600_000,
    ],
    [
      "in one stretch where two registrations overlap",
      [tie("2026-06-01", "2026-09-20"), tie("2026-09-10")],
      midnight("2026-06-01"),
    ],
    ["anew after a break of a day", [tie("2026-06-01", "2026-09-08"), tie("2026-09-10")], midnight("2026-09-10")],
    [
      "by its own registrations alone",
      [tie("2026-06-01", undefined, { organization: { system: ODS, value: "Z2" } }), tie("2026-09-10")],
      midnight("2026-09-10"),
    ],
    [
      "by no registration of the same number elsewhere",
      [tie("2026-06-01", undefined, { organization: { system: "urn:x", value: "Z1" } }), tie("2026-09-10")],
      midnight("2026-09-10"),
    ],
    ["since it was told, where no day is", [tie(undefined, undefined, { toldAt: NOW_ms - 5 })], NOW_ms - 5],
    ["from the moment at which it was told", [tie("2026-09-01", undefined, { toldAt: NOW_ms })], NOW_ms],
    ["by no other kind of tie", [tie("2026-06-01", undefined, { kind: "roll" })], undefined],
  ])("%s", (_, ties, expected) => {
    expect(relatedSince(ties, GP, NOW_ms)).toBe(expected);
  });

  test("and no more at the end of the last day", () => {
    const ties = [tie("2026-09-01", "2026-09-14")];
    expect(relatedSince(ties, GP, midnight("2026-09-15"))).toBeUndefined();
    expect(relatedSince(ties, GP, midnight("2026-09-15") - 1)).toBe(midnight("2026-09-01"));
  });

  test("and of an authority's officers each is so by the agreement alone", () => {
    expect(relatedSince([tie("2026-09-01")], OFFICER, NOW_ms)).toBeUndefined();
  });
});

describe("the relationship holds", () => {
  const holds = (ties: readonly ToldRelationship[], day: string) =>
    isRelated({ relationships: ties, sources: [] }, GP, day);
  test.each<readonly [string, readonly ToldRelationship[], string, boolean]>([
    ["on its first day", [tie("2026-09-15")], "2026-09-15", true],
    ["not the day before", [tie("2026-09-15")], "2026-09-14", false],
    ["on its last day", [tie("2026-09-01", "2026-09-15")], "2026-09-15", true],
    ["not the day after", [tie("2026-09-01", "2026-09-15")], "2026-09-16", false],
    ["until an end that is ahead", [tie("2026-09-01", "2026-12-31")], "2026-09-15", true],
    [
      "for both practices on the day of a move",
      [tie("2026-09-01", "2026-09-15"), tie("2026-09-15", undefined, { organization: { system: ODS, value: "Z2" } })],
      "2026-09-15",
      true,
    ],
    ["again after the child came back", [tie("2025-01-01", "2025-06-30"), tie("2026-09-01")], "2026-09-15", true],
    ["not between two registrations", [tie("2025-01-01", "2025-06-30"), tie("2026-09-01")], "2026-01-01", false],
    [
      "where one source says that it ended and another that it holds",
      [tie("2025-01-01", "2026-06-30"), tie("2025-01-01")],
      "2026-09-15",
      true,
    ],
  ])("%s", (_, ties, day, expected) => {
    expect(holds(ties, day)).toBe(expected);
  });
});
