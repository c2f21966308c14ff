import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { AREAS } from "./areas.ts";
import { monthsAndDaysBetween } from "./calendar.ts";
import { type GenerateOptions, generate } from "./generate.ts";
import { indicesOf, type Person, personOf, type Setting } from "./people.ts";
import { recordsOf } from "./record-keeping.ts";

const TODAY = "2026-09-01";

function digestOf(options: GenerateOptions): string {
  const hash = createHash("sha256");
  for (const { source, name, chunks } of generate(options)) {
    hash.update(`${source}/${name}\n`);
    for (const chunk of chunks) hash.update(chunk);
  }
  return hash.digest("hex");
}

describe("the files", () => {
  const options: GenerateOptions = { children: 400, seed: 1, today: TODAY };

  test("are the same bytes for the same seed", () => {
    expect(digestOf(options)).toBe(digestOf({ ...options, seed: "1" }));
  });

  test.each<[string, Partial<GenerateOptions>]>([
    ["seed", { seed: 2 }],
    ["day", { today: "2026-03-01" }],
    ["rate of dirt", { dirtRate: 0.2 }],
    ["number of children", { children: 401 }],
    ["choice about the named children", { scenarios: false }],
  ])("are other bytes for another %s", (_, change) => {
    expect(digestOf({ ...options, ...change })).not.toBe(digestOf(options));
  });

  test("can each be read again, by itself, with the same result", () => {
    const files = [...generate(options)];
    const twice = files.map(({ chunks }) => [[...chunks].join(""), [...chunks].join("")]);
    expect(twice.filter(([first, second]) => first !== second)).toEqual([]);
    expect(twice.filter(([first]) => first === "").length).toBe(0);
  });

  test("come source by source, the community tables in the order of their keys", () => {
    const leeds = [...generate({ ...options, children: 0 })].filter(({ source }) => source.startsWith("leeds-"));
    expect(leeds.map(({ source, name }) => `${source} ${name}`)).toEqual([
      "leeds-eyfsp leeds-eyfsp.csv",
      "leeds-ctf leeds-ctf.xml",
      "leeds-csds leeds-csds-CYP001MPI.csv",
      "leeds-csds leeds-csds-CYP002GP.csv",
      "leeds-csds leeds-csds-CYP101Referral.csv",
      "leeds-csds leeds-csds-CYP102ServiceTypeReferredTo.csv",
      "leeds-csds leeds-csds-CYP201CareContact.csv",
      "leeds-csds leeds-csds-CYP202CareActivity.csv",
      "leeds-csds leeds-csds-CYP610BreastfeedingStatus.csv",
      "leeds-csds leeds-csds-CYP611Obs.csv",
      "leeds-csds leeds-csds-CYP612CodedAssessmentContact.csv",
      "leeds-csds leeds-csds-CYP609CodedAssessmentReferral.csv",
      "leeds-csds leeds-csds-CYP603NewbornHearingScreening.csv",
      "leeds-csds leeds-csds-CYP604BloodSpotResult.csv",
      "leeds-csds leeds-csds-CYP605IPE.csv",
      "leeds-dch leeds-dch.ndjson",
      "leeds-eyc leeds-eyc.csv",
      "leeds-progress leeds-progress.csv",
      "leeds-hub leeds-hub-registrations.csv",
      "leeds-hub leeds-hub-contacts.csv",
      "leeds-adt leeds-adt.hl7",
      "leeds-sharing leeds-sharing.csv",
    ]);
  });

  test.each<[string, Partial<GenerateOptions>]>([
    ["children", { children: -1 }],
    ["children", { children: 1.5 }],
    ["children", { children: 49_001, areas: AREAS.slice(0, 1) }],
    ["dirtRate", { dirtRate: Number.NaN }],
    ["dirtRate", { dirtRate: 1.01 }],
    ["today", { today: "2026-13-01" }],
    ["areas", { areas: [] }],
  ])("are refused by name when %s is out of its range", (option, change) => {
    expect(() => [...generate({ ...options, ...change })]).toThrow(new RegExp(`^${option}:`));
  });
});

describe("six thousand children", () => {
  const [first = AREAS[0], ...others] = AREAS;
  const setting: Setting | undefined =
    first === undefined
      ? undefined
      : { children: 6_000, seed: 7, dirtRate: 0, today: TODAY, areas: [first, ...others] };
  const people = setting === undefined ? [] : Array.from({ length: 6_000 }, (_, index) => personOf(index, setting));
  const records = setting === undefined ? [] : people.map(({ index }) => recordsOf(index, setting));
  const pairs = people.filter(({ index }) => index % 2 === 0).map((one) => [one, people[one.index + 1]] as const);
  const share = (count: number): number => count / people.length;
  const areTwins = (one: Person, other: Person | undefined): boolean =>
    one.family === other?.family && one.postcode === other.postcode && one.birthDate === other.birthDate;

  test("are spread over the areas without a gap or a repeat", () => {
    const indices = setting === undefined ? [] : setting.areas.flatMap((area) => [...indicesOf(area, setting)]);
    expect(indices.sort((one, other) => one - other)).toEqual(people.map(({ index }) => index));
  });

  test("are nought to five years old", () => {
    const ages = people.map(({ birthDate }) => Math.floor(monthsAndDaysBetween(birthDate, TODAY).months / 12));
    expect([...new Set(ages)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("have NHS numbers and pupil numbers of their own", () => {
    const nhsNumbers = people.map(({ nhsNumber }) => nhsNumber);
    const upns = people.flatMap(({ upn }) => upn ?? []);
    expect(nhsNumbers.filter((number) => !isNhsNumber(number))).toEqual([]);
    expect(new Set(nhsNumbers).size).toBe(nhsNumbers.length);
    expect(new Set(upns).size).toBe(upns.length);
  });

  test("are twins in three of a hundred cases, and no twin has the given name of the other", () => {
    const twins = pairs.filter(([one, other]) => areTwins(one, other));
    expect(share(twins.length * 2)).toBeGreaterThan(0.02);
    expect(share(twins.length * 2)).toBeLessThan(0.04);
    expect(twins.filter(([one, other]) => one.given === other?.given)).toEqual([]);
  });

  test("are brothers and sisters, ten months or more apart, in a quarter of all cases", () => {
    const siblings = pairs.filter(
      ([one, other]) => one.family === other?.family && one.postcode === other.postcode && !areTwins(one, other),
    );
    const gaps = siblings.map(([one, other]) => {
      const [elder = "", younger = ""] = [one.birthDate, other?.birthDate ?? ""].sort();
      return monthsAndDaysBetween(elder, younger).months;
    });
    expect(share(siblings.length * 2)).toBeGreaterThan(0.21);
    expect(share(siblings.length * 2)).toBeLessThan(0.29);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  });

  test("have both kinds of record in about six of ten cases, and none has no record", () => {
    const both = records.filter(({ health, eyfsp, ctf }) => health.length > 0 && eyfsp.length + ctf.length > 0);
    const none = records.filter(({ health, eyfsp, ctf }) => health.length + eyfsp.length + ctf.length === 0);
    expect(share(both.length)).toBeGreaterThan(0.55);
    expect(share(both.length)).toBeLessThan(0.65);
    expect(none).toEqual([]);
  });

  test("reach a good level of development about as often as children of these areas do", () => {
    const profiles = records.flatMap(({ eyfsp, ctf }) => [...eyfsp, ...ctf]);
    const good = profiles.filter(({ story }) => story.outcomes.slice(0, 12).every((outcome) => outcome === "2"));
    expect(good.length / profiles.length).toBeGreaterThan(0.62);
    expect(good.length / profiles.length).toBeLessThan(0.7);
  });

  test("miss some appointments, and what they miss has no findings", () => {
    const reviews = records.flatMap(({ health }) => health.flatMap(({ story }) => story.reviews));
    const missed = reviews.filter(({ attendance }) => !["5", "6"].includes(attendance));
    expect(missed.length / reviews.length).toBeGreaterThan(0.05);
    expect(missed.length / reviews.length).toBeLessThan(0.25);
    expect(missed.filter(({ weightKg, assessments }) => weightKg !== undefined || assessments.length > 0)).toEqual([]);
  });

  test("have nothing in their records that happens before birth or after today", () => {
    const stray = records.flatMap(({ health, progress, sharing }) => [
      ...health.flatMap(({ held, story }) =>
        [
          story.referred,
          ...story.reviews.map(({ date }) => date),
          ...story.registrations.map(({ start }) => start),
        ].filter((date) => date < held.birthDate || date > TODAY),
      ),
      ...progress.filter(({ held, story }) => story.date < held.birthDate || story.date > TODAY),
      ...sharing.filter(({ held, story }) => story.recordedOn < held.birthDate || story.recordedOn > TODAY),
    ]);
    expect(stray).toEqual([]);
  });
});
