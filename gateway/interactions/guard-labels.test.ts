import { describe, expect, test } from "vitest";
import { ACT_CODE, CONFIDENTIALITY, ICD_10, LOINC, OBSERVATION_CATEGORY, SNOMED } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import type { LabelDefault, LabelLists } from "../disclosure/labels/label-list.ts";
import { isBeyondCeiling } from "./guard-labels.ts";
import { GP } from "./read.fixtures.ts";

const FROM = { reason: "looked at", from: "us" };
const LISTS: LabelLists = {
  version: "test",
  lists: [
    { id: "private", ...FROM, confidentiality: "R", codes: { [SNOMED]: ["private", "both"] } },
    { id: "named", ...FROM, confidentiality: "N", sensitivities: ["SDV"], codes: { [SNOMED]: ["abuse", "both"] } },
    { id: "ordinary", ...FROM, confidentiality: "N", codes: { [SNOMED]: ["weight", "private"] } },
    { id: "chapter", ...FROM, confidentiality: "R", chapters: { [ICD_10]: ["f1"] } },
  ],
  defaults: [
    {
      id: "vital",
      reason: "",
      types: ["Observation"],
      isWritten: true,
      categories: { [OBSERVATION_CATEGORY]: ["vital-signs"] },
      confidentiality: "N",
    },
    { id: "mapped", reason: "", types: ["Observation"], isWritten: false, confidentiality: "N" },
    { id: "other", reason: "", types: ["Organization"], confidentiality: "N" },
  ],
  services: [],
  sensitivityFloor: "N",
  handlingFloors: {
    "PDS-R": "R",
    "adoption-sealed": "V",
    "child-protection-plan": "R",
    "domestic-abuse-address": "R",
    "do-not-inform-family": "R",
  },
};

const coded = (code: string, system: string = SNOMED) => ({ coding: [{ system, code }] });
const finding = (code: string, more: object = {}) => ({ resourceType: "Observation", code: coded(code), ...more });
const stated = (...security: readonly unknown[]) => ({ meta: { security } });
const c = (code: string) => ({ system: CONFIDENTIALITY, code });
const s = (code: string) => ({ system: ACT_CODE, code });

interface Asking {
  readonly isWritten?: boolean;
  readonly agreement?: Partial<Agreement>;
  readonly lists?: Partial<LabelLists>;
}

function isBeyond(resource: unknown, { isWritten = false, agreement = {}, lists = {} }: Asking = {}): boolean {
  return isBeyondCeiling(resource, {
    agreement: { ...GP.agreement, ...agreement },
    lists: { ...LISTS, ...lists },
    isWritten,
  });
}

const R = { agreement: { confidentiality: "R" } } as const;
const SDV = { agreement: { sensitivities: ["SDV"] } } as const;

describe("beyond an agreement for what is normal and not sensitive is", () => {
  test.each<[string, unknown, boolean]>([
    ["no ordinary finding", finding("weight"), false],
    ["one of a code that a list calls private, whatever another calls it", finding("private"), true],
    ["one of a sensitive code", finding("abuse"), true],
    [
      "one within a chapter, in small letters or large",
      finding("x", { valueCodeableConcept: coded("F10", ICD_10) }),
      true,
    ],
    ["none of another chapter", finding("x", { valueCodeableConcept: coded("F20", ICD_10) }), false],
    ["none of the same letters elsewhere", finding("x", { valueCodeableConcept: coded("f10") }), false],
    ["none of the same code in another system", finding("x", { valueCodeableConcept: coded("private", LOINC) }), false],
    ["one deep within it", finding("weight", { contained: [{ component: [{ code: coded("private") }] }] }), true],
    ["none of a code without a system", finding("weight", { extension: [{ code: "private" }] }), false],
    ["none of a code that is no text", finding("weight", { extension: [{ system: SNOMED, code: 1 }] }), false],
    [
      "none tagged with such a code",
      finding("weight", { meta: { tag: [{ system: SNOMED, code: "private" }] } }),
      false,
    ],
    ["one that calls itself so", finding("weight", stated(c("R"))), true],
    ["none that calls itself normal", finding("weight", stated(c("N"))), false],
    ["one that calls itself sensitive", finding("weight", stated(s("PSY"))), true],
    ["none that bears another label", finding("weight", stated({ system: "urn:x", code: "V" })), false],
    ["none that bears no label at all", finding("weight", stated(undefined, "R", [c("R")])), false],
    ["none whose labels are no list", finding("weight", { meta: { security: c("R") } }), false],
    ["nothing that is no resource", "text", false],
    ["no empty list", [], false],
    ["nothing", null, false],
  ])("%s", (_, resource, expected) => {
    expect(isBeyond(resource)).toBe(expected);
  });
});

describe("within a wider agreement is", () => {
  test.each<[string, unknown, Asking, boolean]>([
    ["what is private, where that is named", finding("private"), R, true],
    ["nothing beyond what is named", finding("weight", stated(c("V"))), R, false],
    ["what is sensitive in a way that is named", finding("abuse"), SDV, true],
    ["what says so itself", finding("weight", stated(s("SDV"))), SDV, true],
    ["no other sensitivity", finding("weight", stated(s("PSY"))), SDV, false],
    ["what is both, with both", finding("both"), { agreement: { ...R.agreement, ...SDV.agreement } }, true],
    ["not what is both, with one", finding("both"), R, false],
    ["not what is both, with the other", finding("both"), SDV, false],
  ])("%s", (_, resource, asking, expected) => {
    expect(isBeyond(resource, asking)).toBe(!expected);
  });
});

describe("what a client wrote is very restricted", () => {
  const WRITTEN: Asking = { isWritten: true };
  const withDefault = (more: Partial<LabelDefault>): Asking => ({
    ...WRITTEN,
    lists: { defaults: [{ id: "all", reason: "", types: ["Observation"], confidentiality: "N", ...more }] },
  });
  const contract = [{ id: "contract", ...FROM, confidentiality: "N", isContract: true } as const];
  const weightOfLoinc = { ...finding("x"), code: coded("29463-7", LOINC) };
  test.each<[string, unknown, Asking, boolean]>([
    ["under a code that no list knows", finding("unheard-of"), WRITTEN, true],
    ["under a code that a list calls private", finding("private"), WRITTEN, true],
    ["not where it is nothing", null, WRITTEN, false],
    ["under no code", { resourceType: "Observation" }, WRITTEN, true],
    ["not where a mapper made it", finding("unheard-of"), {}, false],
    [
      "not to who sees what is very restricted",
      finding("unheard-of"),
      { ...WRITTEN, agreement: { confidentiality: "V" } },
      false,
    ],
    ["also to who sees what is restricted", finding("unheard-of"), { ...WRITTEN, ...R }, true],
    ["not under a code that a list knows", finding("weight"), WRITTEN, false],
    [
      "not under two of which a list knows one",
      {
        ...finding("x"),
        code: {
          coding: [
            { system: SNOMED, code: "x" },
            { system: SNOMED, code: "weight" },
          ],
        },
      },
      WRITTEN,
      false,
    ],
    ["where only its value is known", finding("x", { valueCodeableConcept: coded("weight") }), WRITTEN, true],
    ["not where it says itself how confidential it is", finding("x", stated(c("N"))), WRITTEN, false],
    ["where it says something else of itself", finding("x", stated({ system: "urn:x", code: "N" })), WRITTEN, true],
    [
      "not in a category that is known",
      finding("x", { category: [coded("vital-signs", OBSERVATION_CATEGORY)] }),
      WRITTEN,
      false,
    ],
    ["in another category", finding("x", { category: [coded("survey", OBSERVATION_CATEGORY)] }), WRITTEN, true],
    ["in that category of another system", finding("x", { category: [coded("vital-signs")] }), WRITTEN, true],
    ["not of another type", { resourceType: "Organization", code: coded("x") }, WRITTEN, false],
    ["under a code of the contract that no list takes in", weightOfLoinc, WRITTEN, true],
    [
      "not under a code of the contract where a list takes those in",
      weightOfLoinc,
      { ...WRITTEN, lists: { lists: [...LISTS.lists, ...contract] } },
      false,
    ],
    [
      "under a code beyond the contract where a list takes that in",
      finding("x"),
      { ...WRITTEN, lists: { lists: [...LISTS.lists, ...contract] } },
      true,
    ],
    [
      "not where one default of several is for all that clients write",
      finding("x"),
      {
        ...WRITTEN,
        lists: {
          defaults: [...LISTS.defaults, { id: "all", reason: "", types: ["Observation"], confidentiality: "N" }],
        },
      },
      false,
    ],
    ["not where a default is for all that clients write", finding("x"), withDefault({}), false],
    ["not where a default is for that alone", finding("x"), withDefault({ isWritten: true }), false],
    ["where a default is for what is mapped", finding("x"), withDefault({ isWritten: false }), true],
    ["where a default is for another type", finding("x"), withDefault({ types: ["Consent"] }), true],
    ["where a default is for a category", finding("x"), withDefault({ categories: {} }), true],
    [
      "not where it is for a category of a profile",
      finding("x"),
      withDefault({ categories: {}, profiles: ["p"] }),
      false,
    ],
  ])("%s", (_, resource, asking, expected) => {
    expect(isBeyond(resource, asking)).toBe(expected);
  });
});
