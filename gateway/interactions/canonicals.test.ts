import { describe, expect, test } from "vitest";
import { readPublished } from "#profiles/published.ts";
import { resourceBytes } from "../search/pack.ts";
import { createCanonicals } from "./canonicals.ts";

const published = readPublished();
const canonicals = createCanonicals("https://gateway.example/fhir/R4", () => published);

describe("canonical resources", () => {
  test("are loaded when they are first asked for, and once", () => {
    let calls = 0;
    const counted = createCanonicals("https://gateway.example/fhir/R4", () => {
      calls++;
      return published;
    });
    expect(calls).toBe(0);
    expect(counted.read("ValueSet", "data-class")).toBeDefined();
    expect(counted.view.pack.size).toBe(published.length);
    expect(calls).toBe(1);
  });

  test("are served as they are published, with a version and a time of their own", () => {
    const { pack } = canonicals.view;
    const served = pack.ids.map((_, entry) => JSON.parse(resourceBytes(pack, entry).toString()));
    for (const resource of served) {
      const { meta, ...rest } = resource;
      const original = published.find(({ resourceType, id }) => resourceType === rest.resourceType && id === rest.id);
      expect({ ...original, meta: undefined }).toEqual({ ...rest, meta: undefined });
      expect(meta.versionId).toMatch(/^[0-9a-f]{16}$/);
      expect(meta.lastUpdated).toBe(new Date(meta.lastUpdated).toISOString());
    }
  });

  test("keep their versions from start to start", () => {
    const again = createCanonicals("https://gateway.example/fhir/R4", readPublished);
    expect(again.view.pack.versions).toEqual(canonicals.view.pack.versions);
    expect(again.view.pack.lastUpdated_ms).toEqual(canonicals.view.pack.lastUpdated_ms);
  });

  test("are read by type and id together", () => {
    for (const type of ["CodeSystem", "ValueSet"] as const) {
      const found = canonicals.read(type, "data-class");
      const resource = JSON.parse(found?.body.toString() ?? "null");
      expect(resource).toMatchObject({ resourceType: type, id: "data-class", meta: { versionId: found?.versionId } });
      expect(new Date(found?.lastUpdated_ms ?? 0).toISOString()).toBe(resource.meta.lastUpdated);
    }
    expect(canonicals.read("CodeSystem", "unheard-of")).toBeUndefined();
  });

  test("are visible to everybody and belong to no child", () => {
    const { view } = canonicals;
    expect(view.pack.ids.every((_, entry) => view.isVisible(entry))).toBe(true);
    expect([view.patientId, view.patient.size]).toEqual(["", 0]);
  });
});
