import type { Resource } from "@medplum/fhirtypes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOINC, SNOMED, UPN } from "#profiles/systems.ts";
import { createLabelling } from "../disclosure/labels/labels.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import { toCommonFacts } from "../disclosure/resource-facts.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { encodeKeys } from "../search/keys.ts";
import { likenessOf, toReduced } from "../search/likeness.ts";
import { observationsIn } from "./record-reader-candidate.ts";
import { type HiddenServices, mayNameService } from "./record-reader-services.ts";

const LABELLING = createLabelling(LABEL_LISTS);
const TOLD = { authority: "leeds", dataClass: "health-visiting" } as const;
const SOURCES: readonly (SourceFacts | undefined)[] = [
  { ...TOLD, source: "mapped" },
  { ...TOLD, source: "school", dataClass: "education" },
  { ...TOLD, source: "written", isWritten: true },
  undefined,
];

/** Keys that say nothing of what is alike, so that the resource itself is looked at. */
const NO_KEYS = encodeKeys({ tokens: new Int32Array(0), dates: [], strings: [], likeness: "" });

/** All that is decided of a resource from its text, but for single resources and dates. */
function decided(resource: Resource) {
  const hidden: HiddenServices = {
    services: LABELLING.services,
    kinds: new Map([["Organization/hidden", "Support service"]]),
  };
  const body = Buffer.from(JSON.stringify(resource));
  return {
    labels: SOURCES.map((source) => LABELLING.labelsOf({ type: resource.resourceType, source, resource })),
    facts: toCommonFacts(resource),
    mayNameService: mayNameService({ body, keys: NO_KEYS }, hidden),
    refers: observationsIn(body).length > 0,
  };
}

const SYSTEMS = [LOINC, SNOMED, "urn:own", UPN];
const CODES = ["29463-7", "412732008", "999999999", "R", "SDV"];
const WORDS = ["Refuge", "a clinic", "Zebra House Refuge", UPN, `see ${UPN}`, ""];
const REFERENCES = [
  "Observation/o",
  "http://a/fhir/Observation/o",
  "Patient/p",
  "Organization/hidden",
  "Organization/x",
  "#r",
];
const NAMES = [
  ..."code coding category component valueCodeableConcept valueQuantity extension identifier subject hasMember".split(
    " ",
  ),
  ..."derivedFrom performer agent who author authorString authorReference note text display name contained".split(" "),
  ..."encounter context partOf participant actor informationSource focus meta security profile type class".split(" "),
];

const leaf = fc.oneof(fc.constantFrom(...WORDS, ...CODES), fc.integer(), fc.boolean(), fc.constant(null));
const coding = fc.record(
  { system: fc.constantFrom(...SYSTEMS), code: fc.constantFrom(...CODES), display: fc.constantFrom(...WORDS) },
  { requiredKeys: [] },
);
const reference = fc.record(
  {
    reference: fc.constantFrom(...REFERENCES),
    display: fc.constantFrom(...WORDS),
    identifier: fc.record({ system: fc.constantFrom(...SYSTEMS), value: fc.constantFrom("1", "2") }),
  },
  { requiredKeys: [] },
);
const { tree } = fc.letrec<{ tree: Record<string, unknown>; value: unknown }>((tie) => ({
  tree: fc.dictionary(fc.constantFrom(...NAMES), tie("value"), { maxKeys: 5 }),
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    coding,
    reference,
    fc.array(fc.oneof(coding, reference, leaf, tie("tree")), { maxLength: 3 }),
    tie("tree"),
  ),
}));
const security = fc.array(coding, { maxLength: 2 });
const resources: fc.Arbitrary<Resource> = fc
  .record({
    tree,
    type: fc.constantFrom("Observation", "Consent", "Provenance"),
    meta: fc.record({
      security,
      profile: fc.constantFrom(["urn:p"], ["urn:q|1"], undefined),
      tag: fc.option(fc.array(coding, { maxLength: 1 }), { nil: undefined, freq: 5 }),
      extension: fc.option(fc.record({ valueReference: reference }), { nil: undefined, freq: 5 }),
    }),
  })
  .map(({ tree: parts, type, meta }) => JSON.parse(JSON.stringify({ ...parts, resourceType: type, id: "it", meta })));

describe("what is decided of a resource", () => {
  test("follows from what is left of it when it is reduced to what others have in common with it", () => {
    fc.assert(
      fc.property(resources, (resource) => {
        const reduced: Resource = JSON.parse(JSON.stringify(toReduced(resource)));
        expect(decided(reduced)).toEqual(decided(resource));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is the same of all that are alike", () => {
    const first = new Map<string, object>();
    let alike = 0;
    fc.assert(
      fc.property(resources, (resource) => {
        const likeness = likenessOf(resource);
        const made = { ...decided(resource), tellsPupil: JSON.stringify(resource).includes(UPN) };
        const known = first.get(likeness);
        if (known !== undefined) alike++;
        first.set(likeness, made);
        expect(made).toEqual(known ?? made);
      }),
      { numRuns: 4_000 },
    );
    expect(alike).toBeGreaterThan(20);
  });
});

const WEIGHT = {
  resourceType: "Observation",
  id: "a",
  status: "final",
  code: { coding: [{ system: LOINC, code: "29463-7" }] },
};

const TO_FINDING = { url: "urn:e", valueReference: { reference: "Observation/b" } };

test.each<[string, object, boolean]>([
  ["id", { id: "b" }, true],
  ["version", { meta: { versionId: "2", lastUpdated: "2026-01-01T00:00:00Z" } }, true],
  ["value", { valueQuantity: { value: 12, unit: "kg" } }, false],
  ["child", { subject: { reference: "Patient/q" } }, false],
  ["code", { code: { coding: [{ system: LOINC, code: "8302-2" }] } }, false],
  ["label", { meta: { security: [{ code: "R" }] } }, false],
  ["profile", { meta: { profile: ["urn:p"] } }, false],
  ["performer", { performer: [{ display: "a clinic" }] }, false],
  ["pupil number", { note: [{ text: UPN }] }, false],
  ["finding that its meta refers to", { meta: { extension: [TO_FINDING] } }, false],
  ["finding that a tag refers to", { meta: { tag: [{ code: "t", extension: [TO_FINDING] }] } }, false],
])("another %s makes two alike or not", (_, other, expected) => {
  const changed: Resource = JSON.parse(JSON.stringify({ ...WEIGHT, ...other }));
  const own: Resource = JSON.parse(JSON.stringify(WEIGHT));
  expect(likenessOf(changed) === likenessOf(own)).toBe(expected);
});

test.each<[string, object, object]>([
  ["values", { valueQuantity: { value: 12, unit: "kg" } }, { valueQuantity: { value: 13, unit: "g" } }],
  ["children", { subject: { reference: "Patient/p" } }, { subject: { reference: "Patient/q" } }],
  ["words", { note: [{ text: "one" }] }, { note: [{ text: "two" }] }],
  ["days", { effectiveDateTime: "2026-01-01" }, { effectiveDateTime: "2025-01-01" }],
  [
    "references to others",
    { hasMember: [{ reference: "Observation/a" }] },
    { hasMember: [{ reference: "Observation/b" }] },
  ],
])("findings of other %s are alike", (_, one, other) => {
  const [a, b]: Resource[] = [one, other].map((part) => JSON.parse(JSON.stringify({ ...WEIGHT, ...part })));
  if (a === undefined || b === undefined) throw new Error("there are two");
  expect(likenessOf(a)).toBe(likenessOf(b));
});
