import { evalFhirPath } from "@medplum/core";
import { LIMITS } from "../../limits.ts";
import { closeTree, isOpenTree, type OpenTree } from "./tree.ts";

/** Where an element stands: a property of an object, or an item of the list that is the property. */
export interface ElementPlace {
  readonly holder: OpenTree;
  readonly name: string;
  readonly index?: number;
}

/** The elements that a path names, or why it cannot be followed. */
export type FoundPlaces =
  | { readonly ok: true; readonly places: readonly ElementPlace[] }
  | { readonly ok: false; readonly message: string };

/** Elements of R4 whose name is followed by the type of their value. */
export const CHOICES: ReadonlySet<string> = new Set([
  "author",
  "bounds",
  "deceased",
  "defaultValue",
  "effective",
  "multipleBirth",
  "occurred",
  "source",
  "value",
]);

/** A regular expression of a caller's can take for ever. */
const FORBIDDEN = /\b(?:matches|matchesFull|replaceMatches)\b/;
const QUOTED = /'(?:[^'\\]|\\.)*'/g;
const NAME = /^`?([A-Za-z_][A-Za-z0-9_]*)`?$/;
const CALL = /^([A-Za-z]+)\((.*)\)$/s;

/**
 * Follows a path of FHIRPath Patch from a resource: the subset that names elements, with indexers, `where`, `first`,
 * `last`, `single`, `skip`, `take`, `tail`, `extension`, `ofType` and `as`. https://hl7.org/fhir/R4/fhirpatch.html
 */
export function findPlaces(root: OpenTree, path: string): FoundPlaces {
  if (path.length > LIMITS.patch_path_characters_max || FORBIDDEN.test(path.replace(QUOTED, "''")))
    return { ok: false, message: "This path is not supported in a patch." };
  const steps = splitPath(withCalls(path.trim()));
  if (steps === undefined || steps.length === 0) return { ok: false, message: "Expected a path of FHIRPath." };
  const isRooted =
    steps[0] === root.resourceType || steps[0] === "Resource" || steps[0] === "DomainResource" || steps[0] === "$this";
  // Elements begin with a small letter: a path of another type would name nothing, and a delete by it seem done.
  if (!isRooted && /^[A-Z]/.test(steps[0] ?? "")) return { ok: false, message: "its path begins with another type." };
  let places: readonly ElementPlace[] = [{ holder: { [ROOT]: root }, name: ROOT }];
  for (const step of isRooted ? steps.slice(1) : steps) {
    const next = follow(places, step);
    if (next === undefined) return { ok: false, message: "This step of a path is not supported in a patch." };
    places = next;
  }
  return { ok: true, places };
}

const ROOT = "";

/** A type that is named by an operator, as `(Observation.value as Quantity).unit`, is named by a call. */
function withCalls(path: string): string {
  return path
    .replace(/^\(\s*([^\s()]+)\s+as\s+([A-Za-z.]+)\s*\)/, "$1.as($2)")
    .replace(/^([^\s()']+)\s+as\s+([A-Za-z.]+)$/, "$1.as($2)");
}

/** The steps between the dots, and each indexer as a step of its own. */
function splitPath(path: string): readonly string[] | undefined {
  const steps: string[] = [];
  let step = "";
  let depth = 0;
  let quote = "";
  for (let at = 0; at < path.length; at += 1) {
    const character = path[at] ?? "";
    if (quote !== "") {
      step += character;
      if (character === "\\") {
        at += 1;
        step += path[at] ?? "";
      }
      if (character === quote) quote = "";
      continue;
    }
    if (character === "'" || character === "`") quote = character;
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    const isBreak = depth === 0 && (character === "." || character === "[");
    if (isBreak) {
      if (step !== "") steps.push(step.trim());
      step = character === "[" ? "[" : "";
    } else step += character;
  }
  if (step !== "") steps.push(step.trim());
  return depth === 0 && quote === "" && steps.every((each) => each !== "") ? steps : undefined;
}

function follow(places: readonly ElementPlace[], step: string): readonly ElementPlace[] | undefined {
  const index = /^\[\s*(\d+)\s*\]$/.exec(step)?.[1];
  if (index !== undefined) return places.slice(Number(index), Number(index) + 1);
  const name = NAME.exec(step)?.[1];
  if (name !== undefined) return places.flatMap((place) => children(place, name));
  const [, call, argument = ""] = CALL.exec(step) ?? [];
  const number = Number.parseInt(argument, 10);
  switch (call) {
    case "where":
      return places.filter((place) => holds(place, argument));
    case "first":
      return places.slice(0, 1);
    case "last":
      return places.slice(-1);
    case "single":
      return places.length > 1 ? undefined : places;
    case "tail":
      return places.slice(1);
    case "skip":
      return Number.isNaN(number) ? undefined : places.slice(number);
    case "take":
      return Number.isNaN(number) ? undefined : places.slice(0, number);
    case "extension":
      return places
        .flatMap((place) => children(place, "extension"))
        .filter((place) => holds(place, `url = ${argument}`));
    case "ofType":
    case "as":
      return places.filter((place) => isOfType(place, argument.trim().replace(/^FHIR\./, "")));
    default:
      return undefined;
  }
}

/** The children of that name; those of a primitive stand in its companion. */
function children(place: ElementPlace, name: string): readonly ElementPlace[] {
  const value = elementAt(place);
  const holder = isOpenTree(value) ? value : companionOf(place);
  if (holder === undefined) return [];
  const key = Object.hasOwn(holder, name) ? name : Object.hasOwn(holder, `_${name}`) ? name : choiceKey(holder, name);
  if (key === undefined) return [];
  const found = holder[key] ?? holder[`_${key}`];
  if (!Array.isArray(found)) return [{ holder, name: key }];
  return found.map((_, index) => ({ holder, name: key, index }));
}

/** The property under which a choice stands, as `valueQuantity` for `value`. */
export function choiceKey(holder: OpenTree, name: string): string | undefined {
  if (!CHOICES.has(name)) return undefined;
  return Object.keys(holder)
    .map((key) => key.replace(/^_/, ""))
    .find((key) => key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)));
}

export function elementAt({ holder, name, index }: ElementPlace): unknown {
  const value = holder[name];
  return index === undefined || !Array.isArray(value) ? value : value[index];
}

/** Id and extensions of a primitive. */
function companionOf({ holder, name, index }: ElementPlace): OpenTree | undefined {
  const companion = holder[`_${name}`];
  const own: unknown = index !== undefined && Array.isArray(companion) ? companion[index] : companion;
  return isOpenTree(own) ? own : undefined;
}

function isOfType(place: ElementPlace, type: string): boolean {
  const stem = [...CHOICES].find((choice) => place.name.startsWith(choice));
  if (stem !== undefined) return place.name.slice(stem.length).toLowerCase() === type.toLowerCase();
  const value = elementAt(place);
  return !isOpenTree(value) || value.resourceType === undefined || value.resourceType === type;
}

function holds(place: ElementPlace, condition: string): boolean {
  try {
    const [answer, ...others] = evalFhirPath(condition, plain(elementAt(place)));
    return answer === true && others.length === 0;
  } catch {
    return false;
  }
}

/** As FHIRPath reads it: numbers as numbers. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(closeTree(value)));
}
