import { describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "./generated/search-parameters.ts";
import { isCanonicalType, OPERATIONS, SERVED_RESOURCES } from "./interactions.ts";
import { readOwnArtefacts, readPublished } from "./published.ts";

const published = readPublished();
const urls = new Set(published.map((resource) => ("url" in resource ? resource.url : undefined)));

describe("what is published", () => {
  test("holds every artefact of our own", () => {
    const names = new Set(published.map(({ resourceType, id }) => `${resourceType}/${id}`));
    expect(readOwnArtefacts().filter(({ resourceType, id }) => !names.has(`${resourceType}/${id}`))).toEqual([]);
    expect(readOwnArtefacts().length).toBeGreaterThan(60);
  });

  test("has one resource for each type and id, and one for each URL", () => {
    const names = published.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const addresses = published.flatMap((resource) => ("url" in resource && resource.url ? [resource.url] : []));
    expect(addresses.filter((url, index) => addresses.indexOf(url) !== index)).toEqual([]);
  });

  test("is of types that are served and has ids that FHIR takes", () => {
    expect(published.filter(({ resourceType }) => !isCanonicalType(resourceType))).toEqual([]);
    expect(published.filter(({ id = "" }) => !/^[A-Za-z0-9.-]{1,64}$/.test(id))).toEqual([]);
  });

  test("defines every search parameter that is served", () => {
    const served = SERVED_RESOURCES.flatMap(({ type, searchParameters }) =>
      searchParameters.map((code) => SEARCH_PARAMETERS[type]?.[code]?.url),
    );
    expect(served.filter((url) => !urls.has(url))).toEqual([]);
  });

  test("defines every operation that is served", () => {
    expect(OPERATIONS.filter(({ definition }) => !urls.has(definition))).toEqual([]);
  });

  test("has the terminology to which served resources are bound, and no part of what others license", () => {
    expect(urls).toContain("http://hl7.org/fhir/ValueSet/observation-status");
    expect(urls).toContain("http://hl7.org/fhir/observation-status");
    expect(urls).toContain("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation");
    const systems = published.flatMap((resource) => (resource.resourceType === "CodeSystem" ? [resource.url] : []));
    expect(systems.filter((url) => /snomed|loinc/.test(url ?? ""))).toEqual([]);
  });

  test("has no empty element", () => {
    expect(published.filter((resource) => /":(\{\}|\[\]|null)/.test(JSON.stringify(resource)))).toEqual([]);
  });
});
