import { readFileSync } from "node:fs";
import { ARTEFACTS } from "../generated/artefacts.ts";
import { isNode } from "./issue.ts";

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

interface Include {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: readonly unknown[];
  readonly valueSet?: readonly string[];
}

interface Terminology {
  readonly compose?: { readonly include: readonly Include[]; readonly exclude?: readonly Include[] };
  readonly concept?: readonly Concept[];
}

/** Codes of a value set, by system. */
export type Codes = ReadonlyMap<string, ReadonlySet<string>>;

const expanded = new Map<string, Codes>();

/** One of our own artefacts by its canonical URL, read from its file. */
export function readArtefact<Content>(type: string, url: string): Content | undefined {
  const entry = ARTEFACTS.find((artefact) => artefact.type === type && artefact.url === url);
  if (entry === undefined) return undefined;
  return JSON.parse(readFileSync(new URL(`../${entry.path}`, import.meta.url), "utf8"));
}

/** Codes of one of our own value sets. Throws for one that cannot be written out: a profile would check less than it says. */
export function codesOf(valueSet: string): Codes {
  const known = expanded.get(valueSet);
  if (known !== undefined) return known;
  const definition = readArtefact<Terminology>("ValueSet", valueSet);
  if (!definition?.compose || definition.compose.exclude) throw new Error(`No list of the codes of ${valueSet}`);
  const codes = new Map<string, Set<string>>();
  for (const include of definition.compose.include) add(include, codes, valueSet);
  expanded.set(valueSet, codes);
  return codes;
}

function add({ system, concept, filter, valueSet }: Include, codes: Map<string, Set<string>>, of: string): void {
  if (filter !== undefined) throw new Error(`No list of the codes of ${of}`);
  for (const nested of valueSet ?? []) {
    for (const [name, list] of codesOf(nested)) codes.set(name, new Set([...(codes.get(name) ?? []), ...list]));
  }
  if (system === undefined) return;
  const concepts = concept ?? readArtefact<Terminology>("CodeSystem", system)?.concept;
  if (concepts === undefined) throw new Error(`No list of the codes of ${system}`);
  codes.set(system, new Set([...(codes.get(system) ?? []), ...concepts.flatMap(flatten)]));
}

function flatten({ code, concept = [] }: Concept): readonly string[] {
  return [code, ...concept.flatMap(flatten)];
}

/** Whether a code, Coding, Quantity or CodeableConcept keeps a required binding to these codes. */
export function isBound(value: unknown, codes: Codes): boolean {
  if (typeof value === "string") return [...codes.values()].some((list) => list.has(value));
  if (!isNode(value)) return false;
  if (Array.isArray(value.coding)) return value.coding.some((coding) => isBound(coding, codes));
  return isIn(value, codes);
}

function isIn({ system, code }: { readonly [name: string]: unknown }, codes: Codes): boolean {
  return typeof system === "string" && typeof code === "string" && codes.get(system)?.has(code) === true;
}
