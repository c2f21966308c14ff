import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Resource } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import type { Mapped } from "#mappers/mapper.ts";
import { mapSynthetic, sourceKindOf } from "#mappers/synthetic-mapped.fixtures.ts";
import { SYNTHETIC_MAPPERS } from "#mappers/synthetic-mappers.fixtures.ts";
import { isRecordType } from "#profiles/interactions.ts";
import { ACT_CODE, CONFIDENTIALITY, LOINC, OBSERVATION_CATEGORY, SNOMED } from "#profiles/systems.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { createLabelling } from "../disclosure/labels/labels.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import { confidentialityOf } from "../disclosure/labels/rank.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { extractKeys } from "../search/keys.ts";
import { type Packable, resourceBytes, toPack } from "../search/pack.ts";
import { labellingOf, labelsOfEntry, labelsOfVersion } from "./record-reader-labels.ts";

const MAPPERS = fileURLToPath(new URL("../../mappers/", import.meta.url));

/** Every source by the name of its folder, or by the last part of the name of a synthetic one. */
const SOURCES: ReadonlyMap<string, SourceFacts> = new Map(
  [
    ...readdirSync(MAPPERS).filter((name) => existsSync(`${MAPPERS}${name}/mapper.ts`)),
    ...Object.keys(SYNTHETIC_MAPPERS),
  ].map((name): [string, SourceFacts] => [name, { source: name, authority: "leeds", dataClass: classOf(name) }]),
);
const WRITTEN: SourceFacts = { source: "vendor", authority: "leeds", dataClass: "health-visiting", isWritten: true };
const OPTIONS = { sources: new Map([...SOURCES, ["vendor", WRITTEN]]) };

function classOf(name: string): SourceFacts["dataClass"] {
  return /hub|eyf|census|eyc|common|ctf|progress/.test(name) ? "education" : "health-visiting";
}

function packOf(resources: readonly { readonly resource: Resource; readonly source: string }[]) {
  const packables = resources.flatMap(({ resource, source }, index): Packable[] => {
    const { resourceType: type } = resource;
    if (!isRecordType(type)) return [];
    const body = Buffer.from(JSON.stringify({ ...resource, id: `${index}` }));
    return [{ type, id: `${index}`, version: "1", lastUpdated: 0, source, body, keys: extractKeys(resource) }];
  });
  return toPack(packables, "http://127.0.0.1/fhir/R4");
}

/** What each entry is labelled with, and what it is by the function that decides, from the whole of it. */
function compared(
  resources: Parameters<typeof packOf>[0],
): readonly { readonly made: Labels; readonly right: Labels }[] {
  const pack = packOf(resources);
  return pack.types.map((_, entry) => ({
    made: labelsOfEntry(pack, entry, { ...OPTIONS, labelling: labellingOf({}) }),
    right: labelsOfVersion(OPTIONS, {
      type: pack.types[entry] ?? "",
      source: pack.sources[entry] ?? "",
      body: resourceBytes(pack, entry),
    }),
  }));
}

function resourcesOf({ made, organizations }: Mapped): readonly Resource[] {
  return [...organizations, ...made.map(({ resource }) => resource)];
}

function expectLabelled(resources: Parameters<typeof packOf>[0]): void {
  const all = compared(resources);
  expect(all.length).toBe(resources.length);
  for (const { made, right } of all) {
    expect(made).toEqual(right);
    expect(made).toBeDefined();
  }
}

test("everything that the mappers make of their fixtures is labelled", () => {
  const made = [...SOURCES.keys()].flatMap((source) => {
    const folder = `${MAPPERS}${source}/fixtures/`;
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => {
        const { mapped }: { readonly mapped?: Mapped } = JSON.parse(readFileSync(folder + file, "utf8"));
        return mapped === undefined ? [] : resourcesOf(mapped).map((resource) => ({ resource, source }));
      });
  });
  expect(made.length).toBeGreaterThan(500);
  expectLabelled(made);
});

test("everything that synthetic records make is labelled", () => {
  const made = [];
  const options = { children: 60, seed: "labels", today: "2026-09-15" };
  for (const { source, mapped } of mapSynthetic(options, SYNTHETIC_MAPPERS)) {
    if (mapped === undefined) continue;
    for (const resource of resourcesOf(mapped)) made.push({ resource, source: sourceKindOf(source) });
  }
  expect(made.length).toBeGreaterThan(2_000);
  expectLabelled(made);
});

const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }] };
const UNKNOWN = { coding: [{ system: SNOMED, code: "999999999" }] };
const ABUSE = { coding: [{ system: SNOMED, code: "412732008" }] };

describe("what a client wrote is labelled from its bytes as from the whole of it", () => {
  const parts: Readonly<Record<string, object>>[] = [
    {
      weight: { code: WEIGHT },
      unknown: { code: UNKNOWN },
      abuse: { code: ABUSE },
      words: { code: { text: 'a "{[' } },
    },
    {
      nothing: {},
      value: { valueCodeableConcept: ABUSE },
      harmless: { valueCodeableConcept: WEIGHT },
      component: { component: [{ code: UNKNOWN }] },
      panel: { component: [{ code: WEIGHT, valueQuantity: { value: 1, code: "kg" } }] },
    },
    {
      nothing: {},
      vital: { category: [{ coding: [{ system: OBSERVATION_CATEGORY, code: "vital-signs" }] }] },
      contained: { contained: [{ resourceType: "Observation", status: "final", code: ABUSE }] },
      containedFirst: { contained: [{ resourceType: "Observation", status: "final", code: WEIGHT }] },
    },
    {
      nothing: {},
      restricted: { meta: { security: [{ system: CONFIDENTIALITY, code: "R" }] } },
      normal: { meta: { security: [{ system: CONFIDENTIALITY, code: "N" }] } },
      strange: { meta: { security: [{ system: ACT_CODE, code: "STRANGE" }] } },
      tagged: { meta: { tag: [{ system: "urn:t", code: "R" }] } },
    },
  ];
  const [codes = {}, values = {}, surroundings = {}, words = {}] = parts;
  const resources = Object.values(codes).flatMap((code) =>
    Object.values(values).flatMap((value) =>
      Object.values(surroundings).flatMap((surrounding) =>
        Object.values(words).flatMap((word): Resource[] => [
          JSON.parse(
            JSON.stringify({
              resourceType: "Observation",
              status: "final",
              ...word,
              ...surrounding,
              ...code,
              ...value,
            }),
          ),
          // Clients write their elements in whatever order they like.
          JSON.parse(
            JSON.stringify({
              resourceType: "Observation",
              ...value,
              ...surrounding,
              ...code,
              status: "final",
              ...word,
            }),
          ),
        ]),
      ),
    ),
  );

  test.each([["vendor"], ["community-services-data-set"]])("for %s, in %#", (source) => {
    const all = compared(resources.map((resource) => ({ resource, source })));
    expect(all.length).toBe(800);
    for (const { made, right } of all) expect(made).toEqual(right);
    // Of both kinds there are some, or nothing was compared.
    expect(new Set(all.map(({ made }) => confidentialityOf(made))).size).toBeGreaterThan(2);
  });
});

test("other lists take hold at once", () => {
  const pack = packOf([
    { resource: { resourceType: "Observation", status: "final", code: UNKNOWN }, source: "vendor" },
  ]);
  expect(labelsOfEntry(pack, 0, { ...OPTIONS, labelling: labellingOf({}) })).toBeUndefined();
  const known = {
    id: "own",
    reason: "looked at",
    from: "us",
    confidentiality: "N" as const,
    codes: { [SNOMED]: ["999999999"] },
  };
  const labelling = createLabelling({ ...LABEL_LISTS, version: "2", lists: [...LABEL_LISTS.lists, known] });
  expect(confidentialityOf(labelsOfEntry(pack, 0, { ...OPTIONS, labelling }))).toBe("N");
});
