import { randomUUID } from "node:crypto";
import type { Meta, Observation, Organization } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import type { DataClass } from "#mappers/mapper.ts";
import { canonical } from "#profiles/canonical.ts";
import {
  ACT_CODE,
  CONFIDENTIALITY,
  CTV3,
  DEVELOPMENTAL_DOMAIN,
  HANDLING_LABEL,
  ICD_10,
  LOINC,
  OBSERVATION_CATEGORY,
  READ_V2,
  SNOMED,
} from "#profiles/systems.ts";
import type { SourceFacts } from "../visibility.ts";
import type { LabelDefault } from "./label-list.ts";
import { createLabelling } from "./labels.ts";
import { LABEL_LISTS } from "./lists.ts";
import { confidentialityOf, handlingOf, rankOf } from "./rank.ts";

const labelling = createLabelling(LABEL_LISTS);

function source(dataClass: DataClass, isWritten = false): SourceFacts {
  return { source: "s", authority: "leeds", dataClass, isWritten };
}

const MAPPED = source("health-visiting");
const SCHOOL = source("education");
const WRITTEN = source("health-visiting", true);
const OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

const UNKNOWN = { coding: [{ system: SNOMED, code: "999999999" }] };
const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }] };
const ABUSE = { coding: [{ system: SNOMED, code: "412732008" }] };

function observation(more: Partial<Observation>): Observation {
  return { resourceType: "Observation", status: "final", code: UNKNOWN, ...more };
}

/** Confidentiality, sensitivities and handling in one text; `unlabelled` where there is none. */
function labelled(resource: Observation, from: SourceFacts | undefined = WRITTEN): string {
  const labels = labelling.labelsOf({ type: "Observation", source: from, resource });
  if (labels === undefined) return "unlabelled";
  const sensitivities = labels.filter(({ system }) => system === ACT_CODE).map(({ code }) => code);
  return [confidentialityOf(labels), ...sensitivities, ...handlingOf(labels)].join(" ");
}

function said(system: string, code: string): Meta {
  return { security: [{ system, code }] };
}

describe("what a client wrote is labelled", () => {
  test.each<readonly [string, Partial<Observation>, string]>([
    ["by a vital sign of LOINC", { code: WEIGHT }, "N"],
    ["by a vital sign of SNOMED CT", { code: { coding: [{ system: SNOMED, code: "27113001" }] } }, "N"],
    ["by one code of several that say the same", { code: { coding: [{ code: "x" }, ...WEIGHT.coding] } }, "N"],
    ["not at all under a code that no list knows", {}, "unlabelled"],
    ["not at all under words alone", { code: { text: "weight" } }, "unlabelled"],
    [
      "not at all under a code of another system",
      { code: { coding: [{ system: SNOMED, code: "29463-7" }] } },
      "unlabelled",
    ],
    ["not at all with a component that no list knows", { code: WEIGHT, component: [{ code: UNKNOWN }] }, "unlabelled"],
    ["with its known components", { code: WEIGHT, component: [{ code: WEIGHT }] }, "N"],
    [
      "as a vital sign by its category",
      { category: [{ coding: [{ system: OBSERVATION_CATEGORY, code: "vital-signs" }] }] },
      "N",
    ],
    [
      "as development by its category",
      { category: [{ coding: [{ system: DEVELOPMENTAL_DOMAIN, code: "gross-motor" }] }] },
      "N",
    ],
    [
      "not by a category in general",
      { category: [{ coding: [{ system: OBSERVATION_CATEGORY, code: "survey" }] }] },
      "unlabelled",
    ],
    ["by a sensitive code", { code: ABUSE }, "R SDV do-not-inform-family"],
    ["by a sensitive value", { code: WEIGHT, valueCodeableConcept: ABUSE }, "R SDV do-not-inform-family"],
    [
      "by what a component says",
      { code: WEIGHT, component: [{ code: WEIGHT, valueCodeableConcept: ABUSE }] },
      "R SDV do-not-inform-family",
    ],
    [
      "by what an extension says",
      { code: WEIGHT, extension: [{ url: "u", valueCodeableConcept: ABUSE }] },
      "R SDV do-not-inform-family",
    ],
    [
      "by what it contains",
      { code: WEIGHT, contained: [{ resourceType: "Observation", status: "final", code: ABUSE }] },
      "R SDV do-not-inform-family",
    ],
    [
      "by the most sensitive of several",
      { code: ABUSE, valueCodeableConcept: { coding: [{ system: SNOMED, code: "342191000000101" }] } },
      "V SDV VIO child-protection-plan do-not-inform-family",
    ],
    ["by its own word where no list knows it", { meta: said(CONFIDENTIALITY, "R") }, "R"],
    ["as it says, where it says no more than most", { meta: said(CONFIDENTIALITY, "L") }, "L"],
    [
      "above its own word where a list says so",
      { code: ABUSE, meta: said(CONFIDENTIALITY, "N") },
      "R SDV do-not-inform-family",
    ],
    ["above what lists say by its own word", { code: WEIGHT, meta: said(CONFIDENTIALITY, "V") }, "V"],
    ["by its own word on what is sensitive", { code: WEIGHT, meta: said(ACT_CODE, "PSY") }, "R PSY"],
    ["not by its own sensitivity alone", { meta: said(ACT_CODE, "PSY") }, "unlabelled"],
    [
      "by its own word on handling",
      { code: WEIGHT, meta: said(HANDLING_LABEL, "adoption-sealed") },
      "V adoption-sealed",
    ],
    [
      "not at all under a label of a value set",
      { code: WEIGHT, meta: said(`${CONFIDENTIALITY}/vs`, "N") },
      "unlabelled",
    ],
    ["not at all under a label that nobody knows", { code: WEIGHT, meta: said(ACT_CODE, "WHATEVER") }, "unlabelled"],
    [
      "not at all under a sensitivity of another system",
      { code: WEIGHT, meta: said("urn:labels", "PSY") },
      "unlabelled",
    ],
    [
      "not at all under a handling of another system",
      { code: WEIGHT, meta: said("urn:labels", "adoption-sealed") },
      "unlabelled",
    ],
    [
      "not at all under a handling that nobody knows",
      { code: WEIGHT, meta: said(HANDLING_LABEL, "hide") },
      "unlabelled",
    ],
    ["whatever it says of how sure a value is", { code: WEIGHT, meta: said(OBSERVATION_VALUE, "SUBSETTED") }, "N"],
    ["not by words that would name a service", { code: { ...WEIGHT, text: "mental health" } }, "N"],
    ["not by a number that is no code", { code: WEIGHT, identifier: [{ system: SNOMED, value: "412732008" }] }, "N"],
    [
      "with a part of a name that is not told",
      { code: WEIGHT, extension: JSON.parse('[{"url":"u","valueHumanName":{"given":[null,"A"]}}]') },
      "N",
    ],
    [
      "not at all under an old code of confidentiality",
      { code: WEIGHT, meta: said(CONFIDENTIALITY, "T") },
      "unlabelled",
    ],
  ])("%s", (_, more, expected) => {
    expect(labelled(observation(more))).toBe(expected);
  });
});

describe("what a mapper made is labelled", () => {
  test.each<readonly [string, SourceFacts | undefined, Partial<Observation>, string]>([
    ["as any health record under a code that no list knows", MAPPED, {}, "N"],
    ["as any record of a school", SCHOOL, {}, "N"],
    [
      "by a chapter of ICD-10",
      MAPPED,
      { valueCodeableConcept: { coding: [{ system: ICD_10, code: "T74.1" }] } },
      "V VIO",
    ],
    [
      "in whatever case a code is written",
      MAPPED,
      { valueCodeableConcept: { coding: [{ system: ICD_10, code: "f10" }] } },
      "R ETH",
    ],
    [
      "not by a chapter of another system",
      MAPPED,
      { valueCodeableConcept: { coding: [{ system: CTV3, code: "T74.1" }] } },
      "N",
    ],
    ["by a code of Read", MAPPED, { valueCodeableConcept: { coding: [{ system: READ_V2, code: "E204." }] } }, "R MH"],
    [
      "not raised by a disorder of speech",
      MAPPED,
      { valueCodeableConcept: { coding: [{ system: ICD_10, code: "F80.1" }] } },
      "N",
    ],
    ["not at all where its source is not registered", undefined, {}, "unlabelled"],
  ])("%s", (_, from, more, expected) => {
    expect(labelled(observation(more), from)).toBe(expected);
  });
});

test.each(["Patient", "Consent", "Provenance", "Organization", "Practitioner", "PractitionerRole"] as const)(
  "every %s has a label, whoever told of it",
  (type) => {
    for (const from of [MAPPED, SCHOOL, WRITTEN, undefined]) {
      const resource = { resourceType: type } as const;
      expect(
        confidentialityOf(labelling.labelsOf({ type, source: from, resource: JSON.parse(JSON.stringify(resource)) })),
      ).toBe("N");
    }
  },
);

test.each(["Organization", "Practitioner", "PractitionerRole"] as const)(
  "of every %s it shows which is a service whose name tells too much",
  (type) => {
    const resource: Organization = JSON.parse(JSON.stringify({ resourceType: type, name: "Zebra House Refuge" }));
    expect(labelling.labelsOf({ type, source: MAPPED, resource })).toEqual([
      { system: CONFIDENTIALITY, code: "R" },
      { system: ACT_CODE, code: "SDV" },
    ]);
  },
);

test("labels that nobody was given before are given in full, and so the second time", () => {
  const [first] = LABEL_LISTS.lists;
  if (first === undefined) throw new Error("there are lists");
  const code = `X-${randomUUID()}`;
  const own = createLabelling({ ...LABEL_LISTS, lists: [{ ...first, confidentiality: "R", sensitivities: [code] }] });
  const [sensitive = ""] = first.codes?.[SNOMED] ?? [];
  const resource = observation({ code: { coding: [{ system: SNOMED, code: sensitive }] } });
  const expected = [
    { system: CONFIDENTIALITY, code: "R" },
    { system: ACT_CODE, code },
  ];
  for (let n = 0; n < 2; n++) {
    expect(own.labelsOf({ type: "Observation", source: WRITTEN, resource })).toEqual(expected);
  }
});

describe("what no list knows is labelled by a default", () => {
  const categories = { [OBSERVATION_CATEGORY]: ["vital-signs"] };
  const ordinary = { id: "own", reason: "for a test", types: ["Observation"], confidentiality: "N" } as const;
  test.each<[string, SourceFacts | undefined, Partial<LabelDefault>, boolean]>([
    ["where that asks for no more", MAPPED, {}, true],
    ["of its type alone", MAPPED, { types: ["Consent"] }, false],
    ["of its category alone", MAPPED, { categories }, false],
    ["of its class", SCHOOL, { dataClasses: ["education"] }, true],
    ["of no other class", MAPPED, { dataClasses: ["education"] }, false],
    ["of a class only where somebody knows its own", undefined, { dataClasses: ["education"] }, false],
    ["of what is mapped only where somebody knows who wrote it", undefined, { isWritten: false }, false],
    ["of what is mapped, but not where a client wrote it", WRITTEN, { isWritten: false }, false],
    ["of what clients write", WRITTEN, { isWritten: true }, true],
  ])("%s", (_, from, change, isLabelled) => {
    const own = createLabelling({ ...LABEL_LISTS, defaults: [{ ...ordinary, ...change }] });
    const labels = own.labelsOf({ type: "Observation", source: from, resource: observation({ code: UNKNOWN }) });
    expect(labels !== undefined).toBe(isLabelled);
  });
});

test("nothing says how to handle what has no labels, or those of another system", () => {
  expect(handlingOf(undefined)).toEqual([]);
  expect(handlingOf([{ system: ACT_CODE, code: "PDS-R" }])).toEqual([]);
});

test("nothing that is not labelled, or not known, is less than very restricted", () => {
  expect(confidentialityOf(undefined)).toBe("V");
  expect(confidentialityOf([])).toBe("V");
  expect(confidentialityOf([{ system: ACT_CODE, code: "SDV" }])).toBe("V");
  expect(rankOf("T")).toBe(rankOf("V"));
});

test("the version of the lists stands in the version of the labelling", () => {
  expect(createLabelling({ ...LABEL_LISTS, version: "leeds-7" }).version).toBe("labels-leeds-7");
});

test("every list says why, names its source and has an id of its own", () => {
  const all = [...LABEL_LISTS.lists, ...LABEL_LISTS.defaults, ...LABEL_LISTS.services];
  for (const { reason } of all) expect(reason.length).toBeGreaterThan(10);
  for (const { from } of LABEL_LISTS.lists) expect(from).not.toBe("");
  const ids = LABEL_LISTS.lists.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a default by profile holds for what claims it", () => {
  const profile = canonical("StructureDefinition", "coded-entry");
  const [first] = LABEL_LISTS.defaults;
  if (first === undefined) throw new Error("there are defaults");
  const stricter = { ...first, id: "coded", profiles: [profile], confidentiality: "R" as const };
  const own = createLabelling({ ...LABEL_LISTS, defaults: [stricter, ...LABEL_LISTS.defaults] });
  const told = { type: "Observation", source: MAPPED };
  const claiming = observation({ meta: { profile: ["https://example.org/another", profile] } });
  expect(confidentialityOf(own.labelsOf({ ...told, resource: claiming }))).toBe("R");
  expect(confidentialityOf(own.labelsOf({ ...told, resource: observation({}) }))).toBe("N");
});
