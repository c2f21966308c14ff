import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { digitalChildHealth } from "#mappers/digital-child-health/mapper.ts";
import { createFixtureContext } from "#mappers/fixture-context.ts";
import { unexplained } from "#mappers/lineage.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { readXmlDocument } from "./readers/xml-document.ts";

/** The published examples of Digital Child Health, where they are at hand. */
const folder = fileURLToPath(new URL("../../../shared/data/dch/examples/", import.meta.url));
const names = existsSync(folder)
  ? readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [file.replace(/\.json$/, "")] : []))
  : [];
const context = {
  ...createFixtureContext("leeds-dch"),
  id: (slot: string) => createHash("sha256").update(slot).digest("hex").slice(0, 32),
};

const readJson = (name: string): unknown => JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));

async function readXml(name: string): Promise<unknown> {
  for await (const item of readXmlDocument(createReadStream(`${folder}${name}.xml`))) {
    if (item.kind === "record") return item.raw;
  }
  throw new Error(`no document in ${name}`);
}

/** Names of all leaf elements below a resource, as `Patient.name.family`; a contained resource under its own type. */
function leavesOf(resource: Readonly<Record<string, unknown>>): string[] {
  const { resourceType, contained, id: _, ...elements } = resource;
  const inner = Array.isArray(contained) ? contained.flatMap(leavesOf) : [];
  return [
    ...Object.entries(elements).flatMap(([name, value]) => leavesBelow(`${resourceType}.${name}`, value)),
    ...inner,
  ];
}

function leavesBelow(name: string, value: unknown): string[] {
  if (name.endsWith(".fhir_comments") || name.endsWith(".meta.profile")) return [];
  if (Array.isArray(value)) return value.flatMap((item) => leavesBelow(name, item));
  if (typeof value !== "object" || value === null) return [name];
  const { linkId } = value as { readonly linkId?: string };
  const own = linkId === undefined ? name : `${name}.${linkId}`;
  return Object.entries(value).flatMap(([element, child]) =>
    element === "answer" && linkId !== undefined ? [own] : leavesBelow(`${name}.${element}`, child),
  );
}

const TARGETS = digitalChildHealth.fields.flatMap(({ field, to }) => (to === undefined ? [] : [field]));
const covers = (above: readonly string[], leaf: string): boolean =>
  above.some((name) => leaf === name || leaf.startsWith(`${name}.`));

const REFUSED: Readonly<Record<string, RegExp>> = {
  AllergiesAndAdverseReactions: /CH003 .*allergies/,
  ClinicalRiskFactors: /CH007 .*risk/,
  DischargeDetails: /CH009 .*discharges/,
  InformationandAdviceGiven: /CH017 .*communications/,
  LegalInformation: /CH033 .*child protection/,
  MedicationStatement: /CH019 .*medicines/,
  PlanandRequestedActions: /CH025 .*care plans/,
  ProfessionalComment: /CH026 .*comments/,
  "ProfessionalContact-Team": /CH027 .*care teams/,
  SocialContext: /CH031 .*social/,
  Vaccination: /CH015 .*vaccinations/,
};
const reasonFor = (name: string): RegExp | undefined => REFUSED[name.replace(/^DCH-|-Bundle-Example-1$/g, "")];

describe.runIf(names.length > 0)("the published example", () => {
  test.each(names)("%s is the same record in XML as in JSON", async (name) => {
    const parsed = digitalChildHealth.parse(readJson(name));
    expect(digitalChildHealth.parse(await readXml(name))).toEqual(parsed);
    expect(digitalChildHealth.withhold?.(await readXml(name)).dropped).toEqual(
      digitalChildHealth.withhold?.(readJson(name)).dropped,
    );
  });

  test.each(names.filter((name) => reasonFor(name) !== undefined))(
    "%s is refused by its event, and its content dropped",
    (name) => {
      const raw = readJson(name);
      const parsed = digitalChildHealth.parse(raw);
      expect(parsed.ok ? [] : parsed.issues).toMatchObject([
        { field: "MessageHeader.event.code", message: expect.stringMatching(reasonFor(name) ?? /never/) },
      ]);
      expect(digitalChildHealth.withhold?.(raw).kept).toMatchObject({
        entry: [{ resource: { resourceType: "MessageHeader" } }],
      });
    },
  );

  test.each(names.filter((name) => reasonFor(name) === undefined))(
    "%s is mapped without loss, to valid resources",
    (name) => {
      const raw = readJson(name) as {
        readonly entry: readonly { readonly resource: Readonly<Record<string, unknown>> }[];
      };
      const parsed = digitalChildHealth.parse(raw);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
      const mapped = digitalChildHealth.map(parsed.record, context);
      const leaves = raw.entry.flatMap(({ resource }) => leavesOf(resource));
      expect(leaves.length).toBeGreaterThan(20);
      expect(leaves.filter((leaf) => !covers(TARGETS, leaf) && !covers(mapped.notCarried, leaf))).toEqual([]);
      const made = [mapped.patient, ...mapped.organizations, ...mapped.made.map(({ resource }) => resource)];
      for (const resource of made) expect([...validateBase(resource), ...validateProfiles(resource)]).toEqual([]);
      expect(unexplained(digitalChildHealth, mapped)).toEqual([]);
      expect(mapped.made.length).toBe(MADE[name.replace(/^DCH-|-Bundle-Example-1$/g, "")]);
    },
  );
});

/** How many resources each example makes: one a finding, a contained score or an answered section. */
const MADE: Readonly<Record<string, number>> = {
  AdditionalDemographics: 0,
  AssessmentScales: 3,
  BirthDetails: 6,
  BloodSpotSampleTaken: 1,
  EarlyYearsProgress: 6,
  InvestigationResults: 1,
  "NIPE-Outcome": 4,
  NewbornHearing: 5,
  Observation: 8,
};
