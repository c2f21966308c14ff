import type { ImplementationGuide, ImplementationGuideDefinitionResource, Resource } from "@medplum/fhirtypes";
import { CANONICAL_BASE, canonical } from "#profiles/canonical.ts";
import {
  type Example,
  type PublishedResource,
  readExamples,
  readOwnArtefacts,
  readPublished,
} from "#profiles/published.ts";
import { PACKAGE_DEPENDENCIES, PACKAGE_ID, RELEASE } from "#profiles/release.ts";
import { toCapabilityStatement } from "../interactions/capabilities.ts";

/**
 * The FHIR package of this release: what a vendor loads into tools of its own to know profiles, codes and interface.
 * https://hl7.org/fhir/R5/packages.html
 */

const TITLE = "Early Years FHIR Gateway";
const DESCRIPTION =
  "Profiles, codes and interface of the Early Years FHIR Gateway: early-years education and health-visiting records in England as FHIR R4.";
const FHIR_VERSION = "4.0.1";

type Conformance = PublishedResource | ReturnType<typeof toCapabilityStatement> | ImplementationGuide;

function nameOf(resource: Conformance): string {
  return ("title" in resource ? resource.title : undefined) ?? resource.name ?? resource.id ?? "";
}

function toEntry(resource: Conformance): ImplementationGuideDefinitionResource {
  const { resourceType, id, description } = resource;
  return {
    reference: { reference: `${resourceType}/${id}` },
    name: nameOf(resource),
    ...(description && { description }),
    exampleBoolean: false,
  };
}

/** An example names the profile of ours that it shows. */
function toExampleEntry({ resource, profile }: Example): ImplementationGuideDefinitionResource {
  const { resourceType, id } = resource;
  return { reference: { reference: `${resourceType}/${id}` }, name: `Example ${id}`, exampleCanonical: profile };
}

function toGuide(conformance: readonly Conformance[], examples: readonly Example[]): ImplementationGuide {
  return {
    resourceType: "ImplementationGuide",
    id: PACKAGE_ID,
    url: canonical("ImplementationGuide", PACKAGE_ID),
    version: RELEASE.version,
    name: "EarlyYearsFHIRGateway",
    title: TITLE,
    status: "active",
    experimental: false,
    date: RELEASE.date,
    publisher: TITLE,
    description: DESCRIPTION,
    packageId: PACKAGE_ID,
    license: "Apache-2.0",
    fhirVersion: [FHIR_VERSION],
    dependsOn: PACKAGE_DEPENDENCIES.filter(({ packageId }) => !packageId.startsWith("hl7.fhir.r4.")).map(
      ({ uri, packageId, version }) => ({ uri, packageId, version }),
    ),
    definition: { resource: [...conformance.map(toEntry), ...examples.map(toExampleEntry)] },
  };
}

/** Elements that an index tells of each file, so that nobody opens all to find one. */
const INDEXED = ["resourceType", "id", "url", "version", "kind", "type", "supplements", "content", "derivation"];

function indexOf(resources: readonly Resource[]) {
  const files = resources.map((resource) => {
    const told = Object.entries(resource).filter(
      ([name, value]) => INDEXED.includes(name) && typeof value === "string",
    );
    return { filename: fileName(resource), ...Object.fromEntries(told) };
  });
  return { "index-version": 2, files };
}

function fileName({ resourceType, id }: Resource): string {
  return `${resourceType}-${id}.json`;
}

function manifest() {
  return {
    name: PACKAGE_ID,
    version: RELEASE.version,
    type: "IG",
    title: TITLE,
    description: DESCRIPTION,
    author: TITLE,
    license: "Apache-2.0",
    canonical: CANONICAL_BASE,
    url: CANONICAL_BASE,
    date: `${RELEASE.date.replaceAll("-", "")}000000`,
    fhirVersions: [FHIR_VERSION],
    dependencies: Object.fromEntries(PACKAGE_DEPENDENCIES.map(({ packageId, version }) => [packageId, version])),
    directories: { lib: "package", example: "example" },
    jurisdiction: "urn:iso:std:iso:3166#GB",
  };
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Every file of the package by its path in it, ordered by path; the same at each call. */
export function packageFiles(): ReadonlyMap<string, string> {
  const artefacts = readOwnArtefacts();
  const statement = toCapabilityStatement({ ...RELEASE, published: readPublished() });
  const examples = readExamples();
  const conformance: readonly Conformance[] = [...artefacts, statement];
  const resources = [...conformance, toGuide(conformance, examples)];
  const exampleResources = examples.map(({ resource }) => resource);
  const files = [
    ["package/package.json", toText(manifest())],
    ["package/.index.json", toText(indexOf(resources))],
    ["package/example/.index.json", toText(indexOf(exampleResources))],
    ...resources.map((resource) => [`package/${fileName(resource)}`, toText(resource)] as const),
    ...exampleResources.map((resource) => [`package/example/${fileName(resource)}`, toText(resource)] as const),
  ] as const;
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
