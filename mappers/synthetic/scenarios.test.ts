import { describe, expect, test } from "vitest";
import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { isUpn } from "../datatypes/upn.ts";
import { AREAS, areaOf } from "./areas.ts";
import { generate } from "./generate.ts";
import type { ChildRecords } from "./records.ts";
import { REFERENCE_DATE, SCENARIOS } from "./scenarios.ts";

const allOf = ({ health, eyfsp, ctf, progress, census, check, hub, adt, sharing }: ChildRecords) => [
  ...health,
  ...eyfsp,
  ...ctf,
  ...progress,
  ...census,
  ...check,
  ...hub,
  ...adt,
  ...sharing,
];
const heldOf = ({ records }: (typeof SCENARIOS)[number]) => allOf(records).map(({ held }) => held);
const named = (id: string): (typeof SCENARIOS)[number] => {
  const scenario = SCENARIOS.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new RangeError(`no named child ${id}`);
  return scenario;
};

describe("the named children", () => {
  test("are these, with these numbers, from release to release", () => {
    expect(SCENARIOS.map(({ id, nhsNumber, birthDate }) => [id, nhsNumber, birthDate])).toEqual([
      ["amara", "9990000018", "2021-03-14"],
      ["twin-ada", "9990000026", "2020-12-02"],
      ["twin-bea", "9990000034", "2020-12-02"],
      ["restricted", "9990000042", "2021-01-19"],
      ["objection-upheld", "9990000050", "2021-02-08"],
      ["objection-received", "9990000069", "2020-10-27"],
      ["superseded-number", "9990000077", "2022-05-11"],
      ["moved-area", "9990000093", "2021-06-30"],
      ["conflict-rightful", "9990000107", "2021-04-05"],
      ["conflict-mistyped", "9990000107", "2022-11-23"],
      ["other-practice", "9990000115", "2021-05-16"],
      ["late-number", undefined, "2021-08-02"],
      ["exempt", "9990000123", "2020-09-21"],
      ["hub-registered", "9990000131", "2022-09-09"],
    ]);
  });

  test("have numbers that are valid and belong to nobody", () => {
    const held = SCENARIOS.flatMap(heldOf);
    expect(held.filter(({ nhsNumber }) => nhsNumber !== undefined && !/^99900[0-9]{5}$/.test(nhsNumber))).toEqual([]);
    expect(held.filter(({ nhsNumber }) => nhsNumber !== undefined && !isNhsNumber(nhsNumber))).toEqual([]);
    expect(held.filter(({ upn }) => upn !== undefined && (!isUpn(upn) || upn.slice(4, 8) !== "3999"))).toEqual([]);
    const outward = AREAS.flatMap(({ outwardCodes }) => outwardCodes);
    expect(
      held.filter(({ postcode }) => {
        const [out = "", inward = ""] = postcode?.split(" ") ?? [];
        return postcode !== undefined && !(outward.includes(out) && /^[0-9][CIKMOV]{2}$/.test(inward));
      }),
    ).toEqual([]);
  });

  test("have no two children under one name in a source", () => {
    const names = SCENARIOS.flatMap(({ records }) => allOf(records).map(({ area, held }) => `${area} ${held.localId}`));
    expect(new Set(names).size).toBe(names.length);
  });

  test("have nothing told of them before birth or after the reference date", () => {
    const dates = SCENARIOS.flatMap(({ birthDate, records }) =>
      records.health.flatMap(({ story }) =>
        [
          story.referred,
          ...story.reviews.map(({ date }) => date),
          ...story.registrations.map(({ start }) => start),
        ].map((date) => [birthDate, date] as const),
      ),
    );
    expect(dates.length).toBeGreaterThan(30);
    expect(dates.filter(([birthDate, date]) => date < birthDate || date > REFERENCE_DATE)).toEqual([]);
  });

  test("stand in the same files whatever the seed and the number of the others", () => {
    const linesOf = (children: number, seed: number): string[] =>
      [...generate({ children, seed, today: REFERENCE_DATE })]
        .flatMap(({ chunks }) => [...chunks].join("").split(/[\r\n]+/))
        .filter((line) => /9990000|HV99000|EP99000|LA99000/.test(line));
    expect(linesOf(0, 1).length).toBeGreaterThan(60);
    expect(linesOf(50, 2)).toEqual(linesOf(0, 1));
  });
});

describe("what is special about", () => {
  const [practice, other] = areaOf("leeds").practices;

  test("the twins is that they share surname, birth date and postcode, and one has a profile without a postcode", () => {
    const [ada, bea] = [named("twin-ada"), named("twin-bea")];
    const shared = ({ family, birthDate, postcode }: ReturnType<typeof heldOf>[number]) => [
      family,
      birthDate,
      postcode,
    ];
    expect(bea.records.health.map(({ held }) => shared(held))).toEqual(
      ada.records.health.map(({ held }) => shared(held)),
    );
    expect(bea.records.eyfsp.map(({ held }) => [held.postcode, held.upn !== undefined])).toEqual([[undefined, true]]);
    expect(bea.nhsNumber).not.toBe(ada.nhsNumber);
  });

  test("the one who moved is a registration in Leeds that ended before the one in Wirral began", () => {
    const registrations = named("moved-area").records.health.map(({ area, story }) => [area, story.registrations[0]]);
    expect(registrations).toEqual([
      ["leeds", { practice, start: "2021-07-14", end: "2024-03-31" }],
      ["wirral", { practice: areaOf("wirral").practices[0], start: "2024-04-01" }],
    ]);
  });

  test("the conflict is one number on two children of different birth dates", () => {
    const [rightful, mistyped] = [named("conflict-rightful"), named("conflict-mistyped")];
    expect(mistyped.nhsNumber).toBe(rightful.nhsNumber);
    expect(mistyped.birthDate).not.toBe(rightful.birthDate);
  });

  test("the late number is that only names, birth date and postcode join the two records", () => {
    const [health, profile] = heldOf(named("late-number"));
    expect(health).toMatchObject({ nhsNumberStatus: "03" });
    expect(health).not.toHaveProperty("nhsNumber");
    expect([profile?.given, profile?.family, profile?.birthDate, profile?.postcode]).toEqual([
      health?.given,
      health?.family,
      health?.birthDate,
      health?.postcode,
    ]);
  });

  test.each([
    ["objection-upheld", "upheld", "2026-08-10"],
    ["objection-received", "received", undefined],
  ])("%s is an objection to education data in the state %s", (id, state, decidedOn) => {
    const [objection] = named(id).records.sharing;
    expect(objection?.story).toMatchObject({ decision: "objection", dataClasses: ["education"], state });
    expect(objection?.story.decidedOn).toBe(decidedOn);
  });

  test("superseded-number is that the message and the provider have two numbers for one child", () => {
    const { nhsNumber, supersededNhsNumber, records } = named("superseded-number");
    expect(records.health.map(({ held }) => held.nhsNumber)).toEqual([nhsNumber]);
    expect(records.progress.map(({ held }) => held.nhsNumber)).toEqual([supersededNhsNumber]);
  });

  test("other-practice is that gp-demo's practice never had the child", () => {
    const practices = named("other-practice").records.health.flatMap(({ story }) =>
      story.registrations.map((registration) => registration.practice.odsCode),
    );
    expect(practices).toEqual([other.odsCode]);
    expect(other.odsCode).not.toBe(practice.odsCode);
  });
});
