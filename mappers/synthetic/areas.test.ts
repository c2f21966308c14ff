import { describe, expect, test } from "vitest";
import { AREAS } from "./areas.ts";

describe("the pathfinder areas", () => {
  test.each([
    ["leeds", "383", "E08000035"],
    ["hammersmith-fulham", "205", "E09000013"],
    ["halton", "876", "E06000006"],
    ["knowsley", "340", "E08000011"],
    ["liverpool", "341", "E08000012"],
    ["sefton", "343", "E08000014"],
    ["st-helens", "342", "E08000013"],
    ["wirral", "344", "E08000015"],
  ])("%s has authority number %s and ONS code %s", (id, localAuthority, onsCode) => {
    const area = AREAS.find((candidate) => candidate.id === id);
    expect(area).toMatchObject({ localAuthority, onsCode });
  });

  test("every code of an organisation is unique and of an invented range", () => {
    const ods = AREAS.flatMap((area) => [...area.practices, area.provider, area.familyHub].map((each) => each.odsCode));
    const urns = AREAS.flatMap((area) => [...area.schools.map((each) => each.urn), area.nursery.earlyYearsUrn]);
    expect(new Set(ods).size).toBe(ods.length);
    expect(new Set(urns).size).toBe(urns.length);
    expect(ods.filter((code) => !/^Z99[0-9]{2,3}$/.test(code))).toEqual([]);
    expect(urns.filter((urn) => !/^(99[0-9]{4}|799[0-9]{3})$/.test(urn))).toEqual([]);
  });

  test("schools have establishment numbers from 3950 to 3999 alone", () => {
    const numbers = AREAS.flatMap((area) => area.schools.map((school) => Number(school.establishment)));
    expect(numbers.filter((number) => number < 3950 || number > 3999)).toEqual([]);
  });
});
