import { evalFhirPath } from "@medplum/core";

/** A place in a resource: its FHIRPath with indexes, as `Observation.code.coding[0]`, and what stands there. */
export interface Place {
  readonly path: string;
  readonly value: unknown;
  /** Name of the JSON property, which tells the type of a choice: `valueQuantity`. */
  readonly property: string;
}

type Step =
  | { readonly kind: "child"; readonly name: string }
  | { readonly kind: "where"; readonly criterion: string }
  | { readonly kind: "ofType"; readonly type: string }
  | { readonly kind: "index"; readonly index: number };

/** A FHIRPath as the tables of fields and rules use it: a type, names, `where`, `ofType`, `extension('…')`, indexes. */
export interface ElementPath {
  readonly type: string;
  readonly steps: readonly Step[];
}

/** Elements of the types made here whose JSON name ends in their type. */
const CHOICES: ReadonlySet<string> = new Set(["value", "effective", "deceased", "multipleBirth", "occurred", "source"]);

/** Throws on a path that is none: the tables are code, and a test reads each of them. */
export function parseElementPaths(text: string): readonly ElementPath[] {
  return splitOutside(text, "|").map((part) => {
    const [type = "", ...steps] = splitOutside(part.trim(), ".");
    const [name = "", ...criteria] = toSteps(type).map((step) => (step.kind === "child" ? step.name : step));
    if (typeof name !== "string" || criteria.length > 0) throw new Error(`Not a path from a type: ${part}`);
    return { type: name, steps: steps.flatMap(toSteps) };
  });
}

/** Where in a resource a path leads; nowhere when it is of another type. */
export function placesAt({ type, steps }: ElementPath, resource: { readonly resourceType: string }): readonly Place[] {
  if (resource.resourceType !== type) return [];
  let places: readonly Place[] = [{ path: type, value: resource, property: type }];
  for (const step of steps) places = follow(places, step);
  return places;
}

/** How many names a path goes down, and how many criteria choose among what is there. */
export function depthOf({ steps }: ElementPath): { readonly names: number; readonly criteria: number } {
  const names = steps.filter(({ kind }) => kind === "child").length;
  return { names, criteria: steps.length - names };
}

/** All elements of a resource that hold a value of their own, in the order in which they stand. */
export function leavesOf(resource: { readonly resourceType: string }): readonly Place[] {
  return below({ path: resource.resourceType, value: resource, property: resource.resourceType });
}

function below(place: Place): Place[] {
  if (typeof place.value !== "object" || place.value === null) return [place];
  return namesOf(place.value).flatMap((name) => childrenOf(place, name).flatMap(below));
}

/** Names of the elements below, each once: what is beside a primitive (`_birthDate`) belongs to the same element. */
function namesOf(value: object): string[] {
  const names = Object.keys(value).map((key) => elementOf(key.replace(/^_/, "")));
  return [...new Set(names)].filter((name) => name !== "resourceType");
}

function elementOf(property: string): string {
  const choice = /^([a-z]+(?:Birth)?)[A-Z]/.exec(property)?.[1];
  return choice !== undefined && CHOICES.has(choice) ? choice : property;
}

function follow(places: readonly Place[], step: Step): readonly Place[] {
  if (step.kind === "child") return places.flatMap((place) => childrenOf(place, step.name));
  if (step.kind === "index") return places.filter(({ path }) => path.endsWith(`[${step.index}]`));
  if (step.kind === "ofType") return places.filter(({ property }) => property.toLowerCase().endsWith(step.type));
  return places.filter(({ value }) => evalFhirPath(step.criterion, value)[0] === true);
}

function childrenOf({ path, value }: Place, name: string): Place[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const property = key.replace(/^_/, "");
    if (property !== name && elementOf(property) !== name) return [];
    const element = `${path}.${elementOf(property)}`;
    const items = Array.isArray(child)
      ? child.map((item, index) => ({ path: `${element}[${index}]`, value: item, property }))
      : [{ path: element, value: child, property }];
    return items.filter((item) => item.value !== null && item.value !== undefined);
  });
}

function toSteps(text: string): Step[] {
  const match = /^([A-Za-z]+)(?:\((.*)\))?((?:\[\d+\])?)$/s.exec(text.trim());
  const [, name = "", argument, index = ""] = match ?? [];
  const indexed: Step[] = index === "" ? [] : [{ kind: "index", index: Number(index.slice(1, -1)) }];
  if (match !== null && argument === undefined) return [{ kind: "child", name }, ...indexed];
  if (name === "where" && argument !== undefined) return [{ kind: "where", criterion: argument }, ...indexed];
  if (name === "ofType" && argument !== undefined)
    return [{ kind: "ofType", type: argument.toLowerCase() }, ...indexed];
  if (name === "extension" && argument !== undefined) {
    return [{ kind: "child", name }, { kind: "where", criterion: `url=${argument}` }, ...indexed];
  }
  throw new Error(`Not a step of a path: ${text}`);
}

/** Parts of a text between separators that stand outside brackets and quotation marks. */
function splitOutside(text: string, separator: string): string[] {
  const parts = [""];
  let depth = 0;
  let isQuoted = false;
  for (const character of text) {
    if (character === "'") isQuoted = !isQuoted;
    if (!isQuoted && character === "(") depth += 1;
    if (!isQuoted && character === ")") depth -= 1;
    if (character === separator && depth === 0 && !isQuoted) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}
