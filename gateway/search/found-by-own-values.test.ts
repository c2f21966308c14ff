import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Resource } from "@medplum/fhirtypes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCanonicalType, SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { FULL_RESOURCES } from "#profiles/search/full-resources.ts";
import { resourcesOf } from "#profiles/search/resource.fixtures.ts";
import { missedBy, tornByComplements, tornByPrefixes } from "./own-values.fixtures.ts";

const EXAMPLES = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
/** Definitions are large and alike: some of each type say as much as all. */
const CANONICAL_EXAMPLES_max = 5;

function examplesOf(type: ServedType): readonly Resource[] {
  const files = readdirSync(EXAMPLES).filter((file) => file.startsWith(`${type}-`) && file.endsWith(".json"));
  return files
    .slice(0, isCanonicalType(type) ? CANONICAL_EXAMPLES_max : undefined)
    .map((file): Resource => JSON.parse(readFileSync(join(EXAMPLES, file), "utf8")))
    .filter(({ resourceType }) => resourceType === type);
}

const TYPES = SERVED_RESOURCES.map(({ type }) => type);

test("the examples of FHIR R4 are there", () => {
  expect(examplesOf("Observation").length).toBeGreaterThan(20);
});

describe.each(TYPES)("%s:", (type) => {
  const resources = [...examplesOf(type), ...FULL_RESOURCES.filter(({ resourceType }) => resourceType === type)];

  test("every example is found by each parameter with its own values", () => {
    expect(resources.flatMap((resource) => missedBy(type, resource))).toEqual([]);
  });

  test("every example is either missing a parameter or not, and is found by not having what it does not have", () => {
    expect(resources.flatMap((resource) => tornByComplements(type, resource))).toEqual([]);
  });

  test("every example meets eq or ne of a date or quantity, and never both, where it has a value", () => {
    expect(resources.flatMap((resource) => tornByPrefixes(type, resource))).toEqual([]);
  });

  test("so it is with every generated resource", () => {
    fc.assert(
      fc.property(resourcesOf(type), (generated) => {
        const resource: Resource = JSON.parse(JSON.stringify({ id: "it", ...generated }));
        expect(missedBy(type, resource)).toEqual([]);
        expect(tornByComplements(type, resource)).toEqual([]);
        expect(tornByPrefixes(type, resource)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
