/** FHIRPath Patch: https://hl7.org/fhir/R4/fhirpatch.html */
import { LIMITS } from "../../limits.ts";
import { choiceKey, type ElementPlace, findPlaces } from "./fhirpath-places.ts";
import { insertAt, moveWithin, removeAt, removeEmptied, setChild, setValue } from "./fhirpath-values.ts";
import type { Change } from "./patching.ts";
import type { Read } from "./reading.ts";
import { flawed, refuse } from "./refusal.ts";
import { isOpenTree, isTree, type OpenTree, openTree, type Tree } from "./tree.ts";

type OperationType = "add" | "insert" | "delete" | "replace" | "move";

/** One operation, its parts read. */
interface PatchOperation {
  readonly type: OperationType;
  readonly path: string;
  readonly name: string;
  /** The part that holds the new value. */
  readonly value: OpenTree | undefined;
  readonly index: number | undefined;
  readonly source: number | undefined;
  readonly destination: number | undefined;
}

/** What each type of operation has to say beside its path. */
const NEEDED: Readonly<Record<OperationType, readonly (keyof PatchOperation)[]>> = {
  add: ["name", "value"],
  insert: ["index", "value"],
  delete: [],
  replace: ["value"],
  move: ["source", "destination"],
};

/** A body that is no FHIRPath Patch is refused before anything is looked up. */
export function fhirPathPatch(body: unknown): Read<Change> {
  if (
    !isTree(body) ||
    body.resourceType !== "Parameters" ||
    !(body.parameter === undefined || Array.isArray(body.parameter))
  ) {
    return malformed("Parameters", "Expected a Parameters resource with one parameter 'operation' for each change.");
  }
  const { parameter: parameters = [] } = body;
  if (parameters.length > LIMITS.patch_operations_max) {
    return malformed("Parameters.parameter", `Expected ${LIMITS.patch_operations_max} operations at most.`);
  }
  const operations: PatchOperation[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const operation = readOperation(parameter);
    if (typeof operation === "string") return malformed(`Parameters.parameter[${index}]`, operation);
    operations.push(operation);
  }
  return { ok: true, value: (tree) => apply(tree, operations) };
}

function malformed(expression: string, message: string): Read<Change> {
  return { ok: false, issues: [flawed("base", { code: "structure", expression, message })] };
}

const TYPES = "add, insert, delete, replace or move";

function readOperation(parameter: unknown): PatchOperation | string {
  if (!isTree(parameter) || parameter.name !== "operation" || !Array.isArray(parameter.part)) {
    return "Expected the name 'operation', with parts.";
  }
  const parts = new Map<unknown, Tree>();
  for (const part of parameter.part) {
    if (!isTree(part) || parts.has(part.name)) return "Expected each part of an operation once.";
    parts.set(part.name, part);
  }
  const word = (name: string): string | undefined => {
    const { valueCode, valueString } = parts.get(name) ?? {};
    const text = valueCode ?? valueString;
    return typeof text === "string" ? text : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = parts.get(name)?.valueInteger;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  const type = word("type");
  if (type !== "add" && type !== "insert" && type !== "delete" && type !== "replace" && type !== "move") {
    return `Expected a part 'type': ${TYPES}.`;
  }
  const path = word("path");
  if (path === undefined) return "Expected a part 'path': FHIRPath of an element.";
  const opened = openTree(parts.get("value"));
  const operation: PatchOperation = {
    type,
    path,
    name: word("name") ?? "",
    value: isOpenTree(opened) ? opened : undefined,
    index: number("index"),
    source: number("source"),
    destination: number("destination"),
  };
  const missing = NEEDED[type].find((part) => operation[part] === undefined || operation[part] === "");
  return missing === undefined ? operation : `Expected a part '${missing}' for ${type}.`;
}

function apply(tree: OpenTree, operations: readonly PatchOperation[]): void {
  for (const [index, operation] of operations.entries()) {
    const fault = applyOne(tree, operation);
    if (fault !== undefined) {
      const expression = `Parameters.parameter[${index}]`;
      const message = `Operation ${index + 1} (${operation.type}) of the patch: ${fault}`;
      refuse(flawed("rule", { code: "processing", expression, message }));
    }
  }
  // Not sooner: a later operation may fill what an earlier one has emptied.
  if (operations.some(({ type }) => type === "delete")) removeEmptied(tree);
}

/** Why an operation cannot be applied; otherwise it is. */
function applyOne(tree: OpenTree, operation: PatchOperation): string | undefined {
  const { type, path, value = {} } = operation;
  if (type === "insert" || type === "move") return applyToList(tree, operation);
  const found = findPlaces(tree, path);
  if (!found.ok) return found.message;
  const [place, another] = found.places;
  if (another !== undefined) return "its path names more than one element.";
  // An element that is not there need not be deleted.
  if (place === undefined) return type === "delete" ? undefined : "its path names no element.";
  if (type === "delete") return place.name === "" ? "a resource is deleted by a delete." : removeAt(place);
  if (type === "replace")
    return place.name === "" ? "a resource is replaced by an update." : setValue(tree, place, value);
  return setChild(tree, place, { name: operation.name, value });
}

/** The list as a whole: what its path names without the last of its elements being meant. */
function applyToList(tree: OpenTree, operation: PatchOperation): string | undefined {
  const list = findList(tree, operation.path);
  if (typeof list === "string") return list;
  const { index = 0, value = {}, source = 0, destination = 0 } = operation;
  return operation.type === "insert" ? insertAt(tree, list, { index, value }) : moveWithin(list, source, destination);
}

function findList(tree: OpenTree, path: string): ElementPlace | string {
  const found = findPlaces(tree, path);
  if (!found.ok) return found.message;
  const [first] = found.places;
  if (first !== undefined) {
    const isOne = found.places.every(({ holder, name }) => holder === first.holder && name === first.name);
    return isOne && first.index !== undefined ? first : "its path names no single list.";
  }
  // A list that is not there yet is an empty one.
  const dot = path.lastIndexOf(".");
  const parent = findPlaces(tree, dot < 0 ? String(tree.resourceType) : path.slice(0, dot));
  const [holder, another] = parent.ok ? parent.places : [];
  const name = path.slice(dot + 1);
  if (holder === undefined || another !== undefined || !/^[A-Za-z]+$/.test(name)) return "its path names no list.";
  const value =
    holder.index === undefined ? holder.holder[holder.name] : [holder.holder[holder.name]].flat()[holder.index];
  if (!isOpenTree(value) || choiceKey(value, name) !== undefined) return "its path names no list.";
  return { holder: value, name };
}
