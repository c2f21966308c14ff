import type { Resource } from "@medplum/fhirtypes";

/** System and code, as far as they are there. */
export interface ToldCoding {
  readonly system: string | undefined;
  readonly code: string;
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every Coding and Quantity below a value: of a resource also those in what it contains, and in its extensions. */
export function codingsBelow(value: unknown, found: ToldCoding[] = []): readonly ToldCoding[] {
  if (Array.isArray(value)) {
    for (const item of value) codingsBelow(item, found);
    return found;
  }
  if (!isTree(value)) return found;
  const { system, code } = value;
  if (typeof code === "string") found.push({ system: typeof system === "string" ? system : undefined, code });
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === "object" && name !== "meta") codingsBelow(member, found);
  }
  return found;
}

/** What a resource is about: the codings of its code, and of each of its components, one list a concept. */
export function subjectCodings(resource: Resource): readonly (readonly ToldCoding[])[] {
  const tree: Tree = { ...resource };
  const components = Array.isArray(tree.component) ? tree.component : [];
  const concepts = [tree.code, ...components.map((component) => (isTree(component) ? component.code : undefined))];
  return concepts.map((concept) => codingsBelow(isTree(concept) ? concept.coding : undefined));
}

/** Codings of the categories. */
export function categoryCodings(resource: Resource): readonly ToldCoding[] {
  const tree: Tree = { ...resource };
  return codingsBelow(tree.category);
}
