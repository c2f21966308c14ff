import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ASQ3, ASQSE2, EARLY_LEARNING_GOALS, FORMER_EARLY_LEARNING_GOALS } from "#profiles/generated/codes.ts";
import { BREASTFEEDING_STATUS, CTV3, LOINC, READ_V2, SNOMED } from "#profiles/systems.ts";
import {
  type BreastfeedingCode,
  REPRESENTATIVE_FINDING,
  readBreastfeedingFinding,
} from "./community-services-data-set/breastfeeding.ts";
import { measureOf } from "./community-services-data-set/measurement.ts";
import { toGenderFromDfe, toGenderFromPersonStated } from "./datatypes/gender.ts";
import { toR4AbsentReason, toR4System } from "./digital-child-health/code-systems.ts";
import { ANSWERS_STATUSES } from "./digital-child-health/read-answers.ts";
import { EVENT_STATUSES } from "./digital-child-health/read-procedure.ts";
import { PROGRESS_SECTIONS } from "./early-years-progress/sections.ts";
import { SEX } from "./itk-adt/read-person.ts";

interface Element {
  readonly code: string;
  readonly target: readonly { readonly code?: string; readonly equivalence: string }[];
}

interface Group {
  readonly source: string;
  readonly target?: string;
  readonly element: readonly Element[];
}

const FOLDER = new URL("../profiles/ConceptMap/", import.meta.url);

function groupsOf(id: string): readonly Group[] {
  return JSON.parse(readFileSync(new URL(`ConceptMap-${id}.json`, FOLDER), "utf8")).group;
}

/** Codes by the codes that they become, of one map or of one source system of it. */
function rowsOf(id: string, source?: string): readonly (readonly [code: string, targets: readonly string[]])[] {
  return groupsOf(id)
    .filter((group) => source === undefined || group.source === source)
    .flatMap(({ element }) => element)
    .map(({ code, target }) => [code, target.flatMap((each) => each.code ?? [])]);
}

/** Codes that stand in no list: what a map does not have, the code must not have either. */
const OTHERS = ["", "A", "0", "7", "99", "male", "01 ", "1234567"];

interface Translation {
  readonly map: string;
  readonly source?: string;
  readonly toCode: (code: string) => string | undefined;
}

const finding = (scheme: string) => (code: string) => readBreastfeedingFinding(scheme, code)?.status;
const FEEDING = "feeding-finding-to-breastfeeding-status";
const MEASUREMENT = "measurement-to-uk-core";

const isStatus = (code: string): code is BreastfeedingCode => Object.hasOwn(REPRESENTATIVE_FINDING, code);

const TRANSLATIONS: readonly Translation[] = [
  { map: "person-stated-gender-to-administrative-gender", toCode: toGenderFromPersonStated },
  { map: "education-sex-to-administrative-gender", toCode: toGenderFromDfe },
  {
    map: "breastfeeding-status-to-finding",
    toCode: (code) => (isStatus(code) ? REPRESENTATIVE_FINDING[code] : undefined),
  },
  { map: FEEDING, source: READ_V2, toCode: finding("02") },
  { map: FEEDING, source: CTV3, toCode: finding("03") },
  { map: FEEDING, source: SNOMED, toCode: finding("04") },
  { map: "stu3-questionnaire-answers-status-to-observation-status", toCode: (code) => ANSWERS_STATUSES.get(code) },
  { map: "stu3-event-status-to-observation-status", toCode: (code) => EVENT_STATUSES.get(code) },
  {
    map: "asq-score-to-developmental-domain",
    toCode: (code) => ASQ3.get(code)?.domain ?? (ASQSE2.has(code) ? "personal-social-and-emotional" : undefined),
  },
  {
    map: "early-learning-goal-to-developmental-domain",
    toCode: (code) => EARLY_LEARNING_GOALS.find((goal) => goal.code === code)?.domain,
  },
];

describe("code of the mappers", () => {
  test.each(TRANSLATIONS)(
    "translates each code as the concept map $map says, and no other",
    ({ map, source, toCode }) => {
      const rows = rowsOf(map, source);
      expect(rows.length).toBeGreaterThan(2);
      expect(rows.map(([code]) => [code, [toCode(code)]])).toEqual(rows);
      const known = new Set(rows.map(([code]) => code));
      expect(OTHERS.filter((code) => !known.has(code) && toCode(code) !== undefined)).toEqual([]);
    },
  );

  test("translates each measurement that it knows as the concept map says", () => {
    const known = rowsOf(MEASUREMENT).filter(([code]) => measureOf(code) !== undefined);
    expect(known.length).toBeGreaterThan(5);
    expect(known.map(([code]) => [code, [measureOf(code)?.loinc]])).toEqual(known);
  });

  test("takes the sexes of HL7 version 2 as the concept map says, and nought for one that is not known", () => {
    const rows = rowsOf("hl7-sex-to-administrative-gender").map(([code, [target]]) => [code, target]);
    expect(new Map(SEX)).toEqual(new Map([...rows.map(([code, target]) => [code, target] as const), ["0", "unknown"]]));
  });

  test("gives reasons for absent data their name of R4", () => {
    const rows = rowsOf("stu3-data-absent-reason-to-r4");
    expect(rows.map(([code]) => [code, [toR4AbsentReason(code)]])).toEqual(rows);
    expect(rows.filter(([code, [target]]) => code !== target).length).toBe(5);
  });

  test.each(["stu3-data-absent-reason-to-r4", "stu3-observation-category-to-r4"])(
    "moves the code system of %s to its URL of R4",
    (map) => {
      const groups = groupsOf(map);
      expect(groups.map(({ source }) => toR4System(source))).toEqual(groups.map(({ target }) => target));
    },
  );

  test("gives former goals the domains of their concept map", () => {
    const rows = new Map(rowsOf("former-early-learning-goal-to-developmental-domain"));
    expect(FORMER_EARLY_LEARNING_GOALS.map(({ code, domains }) => [code, domains])).toEqual([...rows]);
  });

  test("gives the texts of early-years progress the domains of their concept map", () => {
    const sections = Object.values(PROGRESS_SECTIONS).filter(({ domains }) => domains.length > 0);
    expect(sections.map(({ code, domains }) => [code, [...domains]])).toEqual(
      rowsOf("early-years-progress-to-developmental-domain"),
    );
  });
});

describe("concept maps", () => {
  test("of reviews are each other's inverse", () => {
    const there = rowsOf("csds-activity-type-to-dch-encounter-type").filter(([, targets]) => targets.length > 0);
    const back = rowsOf("dch-encounter-type-to-csds-activity-type");
    expect(back.map(([code, [target]]) => [target, [code]])).toEqual(there);
  });

  test("keep every source code beside one target or the word that there is none", () => {
    const maps = readdirSync(FOLDER).map((file) => file.replace(/^ConceptMap-|\.json$/g, ""));
    const elements = maps.flatMap((id) => groupsOf(id).flatMap(({ element }) => element));
    expect(elements.length).toBeGreaterThan(200);
    expect(elements.filter(({ target }) => target.length === 0)).toEqual([]);
    const bare = elements.filter(({ target }) =>
      target.some(({ code, equivalence }) => (code === undefined) !== (equivalence === "unmatched")),
    );
    expect(bare).toEqual([]);
  });

  test("of findings and measurements speak of terminologies by their own URLs", () => {
    expect(groupsOf(FEEDING).map(({ source, target }) => [source, target])).toEqual([
      [SNOMED, BREASTFEEDING_STATUS],
      [READ_V2, BREASTFEEDING_STATUS],
      [CTV3, BREASTFEEDING_STATUS],
    ]);
    expect(groupsOf(MEASUREMENT).map(({ target }) => target)).toEqual([LOINC, LOINC]);
  });
});
