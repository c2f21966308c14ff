import { hash } from "node:crypto";
import type { Resource } from "@medplum/fhirtypes";
import { UPN } from "#profiles/systems.ts";

type Tree = Readonly<Record<string, unknown>>;

/** Elements that stay as they stand, at any depth: who made something, on what occasion, and what is contained. */
const WHOLE: ReadonlySet<string> = new Set([
  "agent",
  "asserter",
  "author",
  "authorReference",
  "authorString",
  "contained",
  "context",
  "encounter",
  "informationSource",
  "partOf",
  "participant",
  "performer",
  "recorder",
  "requester",
]);

/** Texts that stay, at any depth: those of which codes are made. */
const NAMING: ReadonlySet<string> = new Set(["code", "resourceType", "system"]);

const TO_OBSERVATION = /(?:^|\/)Observation\/[A-Za-z0-9\-.]/;

/**
 * A resource without what no decision on its disclosure looks at beside its id and its dates: quantities, texts, whom it is
 * about, its own identifiers. Codings stay where they are, and so does whoever made it.
 */
export function toReduced(resource: Resource): Resource {
  const { meta, ...others } = resource;
  const { security, profile, ...rest } = meta ?? {};
  const reduced = { ...reducedTree({ ...others }), meta: { ...reducedTree(rest), security, profile } };
  if (!isResource(reduced)) throw new Error("a resource says of which type it is");
  return reduced;
}

function isResource(value: object): value is Resource {
  return "resourceType" in value;
}

function reducedTree(tree: Tree): Tree {
  const kept: Record<string, unknown> = {};
  for (const name in tree) {
    const member = tree[name];
    if (typeof member === "object" && member !== null) kept[name] = WHOLE.has(name) ? member : reduced(member);
    else if (NAMING.has(name) || WHOLE.has(name)) kept[name] = member;
    // Which one it is does not count here, but that there is one.
    else if (name === "reference" && TO_OBSERVATION.test(String(member))) kept[name] = "Observation/any";
  }
  return kept;
}

function reduced(value: object): unknown {
  if (!Array.isArray(value)) return reducedTree({ ...value });
  return value.map((item) => (typeof item === "object" && item !== null ? reduced(item) : null));
}

const CHARACTERS = 12;

/**
 * The same of all resources of which the same is decided, but for what rules say of single ones and of dates: a digest, 72
 * bits, of what is left of a resource, and of whether a pupil number stands anywhere in it.
 * @param text the resource as `JSON.stringify` writes it, or all its parts so, where that is at hand
 */
export function likenessOf(resource: Resource, text: string = JSON.stringify(resource)): string {
  const mark = text.includes(UPN) ? UPN : "";
  return hash("sha256", `${JSON.stringify(toReduced(resource))}${mark}`, "base64").slice(0, CHARACTERS);
}
