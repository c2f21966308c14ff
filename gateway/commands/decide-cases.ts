import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Consent, Resource } from "@medplum/fhirtypes";
import { z } from "zod";

/** A set of cases that cannot be read; whoever made it can mend it. */
export class CasesError extends Error {}

const CODING = z.object({ system: z.string(), code: z.string() });
const REFERENCE = z.union([
  z.string(),
  z.object({
    reference: z.string().optional(),
    identifier: z.object({ system: z.string(), value: z.string() }).optional(),
  }),
]);
const RESOURCE = z.looseObject({ resourceType: z.string(), id: z.string() });
const NAMED = z.union([z.string(), RESOURCE]);
const POLICY = z.enum(["permit", "deny"]);

const CASE = z.object({
  id: z.string(),
  consent: z.union([NAMED, z.array(NAMED)]).optional(),
  consents: z.array(NAMED).optional(),
  resources: z.array(NAMED).optional(),
  implicitPolicy: POLICY.optional(),
  request: z.object({
    at: z.string(),
    actor: REFERENCE.optional(),
    actorMemberOf: z.array(REFERENCE).optional(),
    purposeOfUse: z.union([CODING, z.array(CODING)]).optional(),
    patient: REFERENCE.optional(),
  }),
});

const CASES = z.object({
  cases: z.array(CASE),
  consents: z.array(RESOURCE).optional(),
  resources: z.array(RESOURCE).optional(),
  implicitPolicy: POLICY.optional(),
});

export type NamedReference = z.infer<typeof REFERENCE>;

/** One case with all that it names. */
export interface Case {
  readonly id: string;
  readonly request: z.infer<typeof CASE>["request"];
  readonly implicitPolicy: "permit" | "deny";
  readonly consents: readonly Consent[];
  readonly resources: readonly Resource[];
  /** `Type/id` of documents on which Consents of the set stand: they are no data of the record. */
  readonly paperwork: ReadonlySet<string>;
}

/** Reads a file of cases, with the Consents and resources that stand in it or in the folders beside it. */
export async function readCases(path: string): Promise<readonly Case[]> {
  const parsed = CASES.safeParse(await readJson(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CasesError(`${path}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { cases, implicitPolicy = "deny", ...inFile } = parsed.data;
  const folder = dirname(path);
  const consents = byName([...(await readFolder(join(folder, "consents"))), ...toResources(inFile.consents, path)]);
  const resources = byName([...(await readFolder(join(folder, "resources"))), ...toResources(inFile.resources, path)]);
  const paperwork = new Set([...consents.values()].flatMap(sourceOf));
  const seen = new Set<string>();
  return cases.map((one) => {
    if (seen.has(one.id)) throw new CasesError(`${path}: two cases have the id ${one.id}`);
    seen.add(one.id);
    const where = `${path}: case ${one.id}`;
    const named = [one.consent ?? [], one.consents ?? []].flat();
    return {
      id: one.id,
      request: one.request,
      implicitPolicy: one.implicitPolicy ?? implicitPolicy,
      consents: find(named, consents, where).map((found) => toConsent(found, where)),
      paperwork,
      resources: one.resources === undefined ? [...resources.values()] : find(one.resources, resources, where),
    };
  });
}

function find(
  named: readonly z.infer<typeof NAMED>[],
  known: ReadonlyMap<string, Resource>,
  where: string,
): readonly Resource[] {
  return named.map((one) => {
    if (typeof one !== "string") return toResource(one, where);
    const found = known.get(one);
    if (found === undefined)
      throw new CasesError(`${where}: ${one} is neither in the file nor in the folders beside it`);
    return found;
  });
}

function toConsent(resource: Resource, where: string): Consent {
  if (resource.resourceType !== "Consent") throw new CasesError(`${where}: expected a Consent`);
  return resource;
}

function sourceOf(resource: Resource): readonly string[] {
  const source = resource.resourceType === "Consent" ? resource.sourceReference?.reference : undefined;
  return source === undefined ? [] : [source];
}

function byName(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
}

async function readFolder(folder: string): Promise<readonly Resource[]> {
  const files = await readdir(folder).catch(() => []);
  const resources: Resource[] = [];
  for (const file of files.filter((name) => name.endsWith(".json")).toSorted()) {
    const path = join(folder, file);
    resources.push(toResource(await readJson(path), path));
  }
  return resources;
}

function toResources(told: readonly unknown[] = [], where: string): readonly Resource[] {
  return told.map((one) => toResource(one, where));
}

function toResource(told: unknown, where: string): Resource {
  if (!isResource(told)) throw new CasesError(`${where}: expected a FHIR resource with its type and id`);
  return told;
}

function isResource(told: unknown): told is Resource {
  return RESOURCE.safeParse(told).success;
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new CasesError(`${path} cannot be read`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CasesError(`${path} is not JSON`);
  }
}
