import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { validateBase } from "../generated/validators.ts";
import { IS_UK_CORE_THERE, readUkCore, readUkCoreExamples } from "./uk-core.fixtures.ts";

const CHECKED = ["Patient", "Observation", "Consent", "Organization", "Practitioner", "PractitionerRole", "Provenance"];
const examples = readUkCoreExamples().filter(({ resource }) => CHECKED.includes(String(resource.resourceType)));
/** What is truly wrong with an example: a reference that is a type and the canonical of a profile. */
const FLAWS: Readonly<Record<string, readonly string[]>> = {
  "UKCore-Provenance-RARecordConsent-Example.xml": ["Provenance.agent[0].onBehalfOf.reference"],
};
const ukCore = IS_UK_CORE_THERE ? readUkCore() : undefined;

const OURS = new URL("../", import.meta.url);

function readJson(path: string) {
  return JSON.parse(readFileSync(new URL(path, OURS), "utf8"));
}

/** The profile of UK Core from which one of ours is derived, by the canonical of ours. */
const BASES: ReadonlyMap<string, string> = new Map(
  readdirSync(new URL("StructureDefinition/", OURS)).map((file) => {
    const { url, baseDefinition } = readJson(`StructureDefinition/${file}`);
    return [url, baseDefinition];
  }),
);

const valid = readdirSync(new URL("examples/valid/", OURS)).map((file) => ({
  name: file.replace(/\.json$/, ""),
  resource: readJson(`examples/valid/${file}`),
}));

describe.runIf(IS_UK_CORE_THERE)("UK Core", () => {
  test("has examples of the types that are checked here", () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  test.each(examples)("and base R4 accept its example $file", ({ file, resource }) => {
    expect(validateBase(resource).map(({ expression }) => expression)).toEqual(FLAWS[file] ?? []);
    const claimed = Object(resource.meta).profile ?? [];
    for (const profile of claimed.filter((url: string) => ukCore?.has(url))) {
      expect(ukCore?.issues(profile, resource)).toEqual([]);
    }
  });

  test.each(valid)("accepts our example $name, by the profile from which its own is derived", ({ resource }) => {
    for (const profile of resource.meta.profile) {
      const base = BASES.get(profile) ?? profile;
      expect(ukCore?.has(base)).toBe(true);
      expect(ukCore?.issues(base, resource)).toEqual([]);
    }
  });

  const base = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns-BodyWeight";
  const weight = valid.find(({ name }) => name === "measurement.weight")?.resource;
  test.each([
    ["an amended weight", { status: "amended" }, "value status"],
    ["a weight in grams", { valueQuantity: { ...weight?.valueQuantity, code: "g" } }, "value value.code"],
    ["a weight that was refused", { valueQuantity: undefined }, "required value"],
    ["two categories", { category: [weight?.category[0], weight?.category[0]] }, "structure category"],
    [
      "no code of LOINC",
      { code: { coding: [{ system: "http://snomed.info/sct", code: "27113001" }] } },
      "ukcore-obs-vs-001",
    ],
  ])("refuses %s as a vital sign", (_, change, issue) => {
    const issues = ukCore?.issues(base, JSON.parse(JSON.stringify({ ...weight, ...change }))) ?? [];
    expect(issues.filter((each) => each.startsWith(issue))).toHaveLength(1);
  });
});
