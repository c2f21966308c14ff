import { describe, expect, test } from "vitest";
import { AREAS, areaOf } from "./areas.ts";
import { toDay } from "./calendar.ts";
import { soil } from "./dirt.ts";
import { type Person, personOf, type Setting } from "./people.ts";
import { createRandom } from "./random.ts";
import { recordsOf } from "./record-keeping.ts";
import type { ChildRecords, Held, RecordKind } from "./records.ts";

const SETTING: Setting = {
  children: 1_500,
  seed: 3,
  dirtRate: 0.1,
  today: "2026-09-01",
  areas: [areaOf("leeds"), ...AREAS.slice(1)],
};
const PEOPLE = Array.from({ length: SETTING.children }, (_, index) => personOf(index, SETTING));

function heldBy({ index: _, id: __, area: ___, ...person }: Person): Held {
  return { localId: "HV1", nhsNumberStatus: "01", ...person };
}

/** Everything that soiling makes of the people, with what they were. */
function soiled(kind: RecordKind) {
  return PEOPLE.map((person) => {
    const before = heldBy(person);
    return { before, after: soil(kind, before, { person, random: createRandom("soil", kind, person.index) }) };
  });
}

const changed = (kind: RecordKind, field: keyof Held) =>
  soiled(kind).flatMap(({ before, after }) =>
    after.kind === "held" && after.held[field] !== before[field] ? [{ before, held: after.held }] : [],
  );

describe("dirt", () => {
  test("changes one thing about the child and leaves the rest", () => {
    const differences = soiled("health").flatMap(({ before, after }) => {
      if (after.kind !== "held") return [];
      const { held } = after;
      const fields = ["given", "family", "birthDate", "postcode", "nhsNumber", "upn", "sex", "localId"] as const;
      return [fields.filter((field) => held[field] !== before[field]).join("+")];
    });
    expect([...new Set(differences)].sort()).toEqual([
      "birthDate",
      "family",
      "given",
      "given+family",
      "nhsNumber",
      "postcode",
    ]);
  });

  test("in a name is a slip of one or two letters, or capitals", () => {
    const slips = changed("health", "family").filter(({ held, before }) => held.given === before.given);
    expect(slips.length).toBeGreaterThan(50);
    expect(slips.filter(({ before, held }) => Math.abs(before.family.length - held.family.length) > 1)).toEqual([]);
    expect(slips.filter(({ before, held }) => before.family.charAt(0) !== held.family.charAt(0))).toEqual([]);
  });

  test("in a birth date leaves a date of the calendar", () => {
    const dates = changed("health", "birthDate").map(({ held }) => held.birthDate);
    expect(dates.length).toBeGreaterThan(50);
    expect(dates.filter((date) => Number.isNaN(Date.parse(date)) || toDay(date) < toDay("2018-01-01"))).toEqual([]);
  });

  test("takes away an NHS number with its status, and never from a profile, which has none", () => {
    const late = changed("health", "nhsNumber").map(({ held }) => [held.nhsNumber, held.nhsNumberStatus]);
    expect(new Set(late.map(String))).toEqual(new Set([",03"]));
    expect(changed("profile", "nhsNumber")).toEqual([]);
  });

  test("makes every flaw, but no message has columns to lose", () => {
    const flaws = (kind: RecordKind): string[] =>
      [...new Set(soiled(kind).flatMap(({ after }) => (after.kind === "flaw" ? [after.flaw] : [])))].sort();
    expect(flaws("health")).toEqual(["impossible-date", "unknown-outcome", "wrong-check-digit", "wrong-column-count"]);
    expect(flaws("progress")).toEqual(["impossible-date", "unknown-outcome", "wrong-check-digit"]);
  });

  test("comes at the given rate, and not at all at rate nought", () => {
    const recordsAt = (dirtRate: number): ChildRecords[] =>
      PEOPLE.map(({ index }) => recordsOf(index, { ...SETTING, dirtRate }));
    const clean = recordsAt(0);
    const differing = (others: readonly ChildRecords[]): number =>
      others.filter(({ health }, place) => JSON.stringify(health) !== JSON.stringify(clean[place]?.health)).length;
    expect(differing(recordsAt(0))).toBe(0);
    expect(differing(recordsAt(0.1)) / PEOPLE.length).toBeGreaterThan(0.07);
    expect(differing(recordsAt(0.1)) / PEOPLE.length).toBeLessThan(0.13);
    expect(clean.filter((child) => child.health.length > 1)).toEqual([]);
  });
});
