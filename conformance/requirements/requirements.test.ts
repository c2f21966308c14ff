import { describe, expect, test } from "vitest";
import { GROUPS } from "../case.ts";
import { CASES } from "../cases/all.ts";
import { R4_REQUIREMENTS, REQUIREMENTS } from "./all.ts";
import { NOT_TESTED } from "./not-tested.ts";

const known = new Set(REQUIREMENTS.map(({ id }) => id));
const covered = new Set(CASES.flatMap(({ requirements }) => requirements));
const named = new Set(CASES.map(({ requirements }) => requirements[0]));
const listed = NOT_TESTED.flatMap(({ ids }) => ids);

describe("the requirement table", () => {
  test("has every rule once", () => {
    expect(R4_REQUIREMENTS).toHaveLength(285);
    expect(known.size).toBe(REQUIREMENTS.length);
  });

  test("holds 219 rules to be the core of a server of this kind", () => {
    expect(REQUIREMENTS.filter(({ core }) => core)).toHaveLength(219);
  });

  test.each(REQUIREMENTS)("$id is one plain sentence", ({ id, rule }) => {
    expect(id).toMatch(/^[A-Z]+-\d\d$/);
    expect(rule).toMatch(/^\S.{19,140}\.$/);
  });

  test.each(REQUIREMENTS)("$id stands under the address of a page that says so", ({ anchor }) => {
    expect(anchor).toMatch(
      /^https:\/\/(hl7\.org\/fhir\/(R4|smart-app-launch\/STU2\.2)\/[a-z-]+\.html(#[\w-]+)?|profiles\.ihe\.net\/ITI\/\w+\/ITI-\d+\.html)$/,
    );
  });
});

describe("the cases", () => {
  test.each(REQUIREMENTS.map(({ id }) => id))("%s has a case, or stands among the not tested, and not both", (id) => {
    expect([covered.has(id), listed.includes(id)].filter(Boolean)).toHaveLength(1);
  });

  test.each(REQUIREMENTS.filter(({ core }) => core))(
    "$id, of the core, is named by a case, or not tested",
    ({ id }) => {
      expect(named.has(id) || listed.includes(id)).toBe(true);
    },
  );

  test("name no rule that does not exist", () => {
    expect([...covered, ...listed].filter((id) => !known.has(id))).toEqual([]);
  });

  test("have ids of their own that start with their group", () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    expect(CASES.filter(({ id, group }) => !id.startsWith(`${group}/`))).toEqual([]);
    expect(CASES.filter(({ group }) => !GROUPS.some((each) => each === group))).toEqual([]);
  });

  test("that are not tested are listed once, with a reason", () => {
    expect(new Set(listed).size).toBe(listed.length);
    expect(NOT_TESTED.filter(({ reason, ids }) => reason.length < 20 || ids.length === 0)).toEqual([]);
  });
});
