/** JSON Patch: RFC 6902, as https://hl7.org/fhir/R4/http.html#patch takes it. */
import { applyPatch, type Operation } from "rfc6902";
import { LIMITS } from "../../limits.ts";
import type { Change } from "./patching.ts";
import type { Read } from "./reading.ts";
import { flawed, refuse } from "./refusal.ts";
import { closeTree, isOpenTree, isTree, type OpenTree, openTree } from "./tree.ts";

/** What an operation has besides its `op` and `path`. */
const MEMBER: Readonly<Record<Operation["op"], "value" | "from" | undefined>> = {
  add: "value",
  replace: "value",
  test: "value",
  move: "from",
  copy: "from",
  remove: undefined,
};

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

/** A body that is no JSON Patch is refused before anything is looked up. */
export function jsonPatch(body: unknown): Read<Change> {
  if (!Array.isArray(body)) return malformed("Expected an array of operations (RFC 6902).");
  if (body.length > LIMITS.patch_operations_max) {
    return malformed(`Expected ${LIMITS.patch_operations_max} operations at most.`);
  }
  const operations: Operation[] = [];
  for (const [index, operation] of body.entries()) {
    if (!isOperation(operation)) {
      return malformed(
        `Operation ${index + 1}: expected an operation (RFC 6902): op, path as a JSON Pointer, and value or from as the op has them.`,
      );
    }
    operations.push(operation);
  }
  return { ok: true, value: (tree) => apply(tree, operations) };
}

/** A patch is no resource: its places have no FHIRPath, so the operation is named in words. */
function malformed(message: string): Read<Change> {
  return { ok: false, issues: [flawed("base", { code: "structure", expression: "", message })] };
}

function isOperation(operation: unknown): operation is Operation {
  if (!isTree(operation) || typeof operation.op !== "string" || !isPointer(operation.path)) return false;
  const { op } = operation;
  if (op !== "add" && op !== "replace" && op !== "test" && op !== "move" && op !== "copy" && op !== "remove")
    return false;
  const member = MEMBER[op];
  if (member === "from") return isPointer(operation.from);
  return member === undefined || Object.hasOwn(operation, "value");
}

function isPointer(text: unknown): text is string {
  return typeof text === "string" && POINTER.test(text);
}

function apply(tree: OpenTree, operations: readonly Operation[]): void {
  for (const [index, operation] of operations.entries()) {
    const fault = applyOne(tree, operation);
    if (fault !== undefined) {
      const message = `Operation ${index + 1} (${operation.op}) of the patch: ${fault}`;
      refuse(flawed("rule", { code: "processing", expression: "", message }));
    }
  }
}

/** Why an operation cannot be applied; otherwise it is. */
function applyOne(tree: OpenTree, operation: Operation): string | undefined {
  const { op, path } = operation;
  const isPlaced = op === "add" || op === "move" || op === "copy";
  if ("from" in operation && [operation.from, path].includes(""))
    return "the whole resource is neither moved nor copied.";
  if (path === "" && op === "remove") return "a resource is deleted by a delete.";
  if (path === "" && (operation.op === "add" || operation.op === "replace")) return replaceAll(tree, operation.value);
  if (!hasWay(tree, path, isPlaced) || ("from" in operation && !hasWay(tree, operation.from, false)))
    return "there is nothing at the place that it names.";
  if (operation.op === "test") {
    const [failed] = applyPatch(closedNumbers(tree), [{ ...operation, value: closedNumbers(operation.value) }]);
    return failed === null ? undefined : "the value there is another, or there is none.";
  }
  const marked = "value" in operation ? { ...operation, value: openTree(operation.value) } : operation;
  if (operation.op === "move" && operation.path.startsWith(`${operation.from}/`)) {
    return "an element cannot be moved into itself.";
  }
  const [failed] = applyPatch(tree, [marked]);
  if (failed !== null) return "there is nothing at the place that it names.";
  return operation.op === "copy" && nodesOf(tree) > LIMITS.patched_nodes_max
    ? "the resource becomes too large."
    : undefined;
}

/** The whole resource by another; that it stays this one is checked of every patch. RFC 6902 sections 4.1 and 4.3 */
function replaceAll(tree: OpenTree, value: unknown): string | undefined {
  const whole = openTree(value);
  if (!isOpenTree(whole)) return "a resource is an object.";
  for (const name of Object.keys(tree)) delete tree[name];
  Object.assign(tree, whole);
  return undefined;
}

const INDEX = /^(?:0|[1-9][0-9]*)$/;

/**
 * Every step but the last leads through objects and lists that are there. In a list the last one is an index, or where
 * something is put also the end (`-`). RFC 6901 section 4
 */
function hasWay(tree: OpenTree, pointer: string, isPlaced: boolean): boolean {
  if (pointer === "") return true;
  const names = pointer.split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = names.at(-1) ?? "";
  let node: unknown = tree;
  for (const name of names.slice(1, -1)) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, name)) return false;
    node = Array.isArray(node) ? node[Number(name)] : Object.entries(node).find(([known]) => known === name)?.[1];
  }
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return INDEX.test(last) || (isPlaced && last === "-");
  // Set as a property `__proto__` would be no property at all; other names that every object inherits are not there.
  return last !== "__proto__" && (isPlaced || Object.hasOwn(node, last));
}

/** Plain JSON, in which 1.50 equals 1.5 as RFC 6902 4.6 says. */
function closedNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(closeTree(value)));
}

function nodesOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let nodes = 1;
  for (const member of Object.values(value)) {
    nodes += nodesOf(member);
    if (nodes > LIMITS.patched_nodes_max) return nodes;
  }
  return nodes;
}
