import { readFileSync } from "node:fs";
import { settleLocal } from "./validation/contained.ts";
import { checkByTable, type ElementTable } from "./validation/element-table.ts";
import { many } from "./validation/elements.ts";
import { type Check, type Issues, isNode, prefix, type ValidationIssue } from "./validation/issue.ts";

let table: ElementTable | undefined;

/** Read when it is first needed: few resources contain any of a type that is not served. */
function elementTable(): ElementTable {
  table ??= JSON.parse(readFileSync(new URL("generated/contained-elements.json", import.meta.url), "utf8"));
  return table ?? {};
}

/**
 * Checks contained resources of types that are not served themselves: elements, cardinality, datatypes, required
 * bindings, targets of references, invariants. All else is checked by `validateBase`, which comes first.
 * https://hl7.org/fhir/R4/references.html#contained
 */
export function validateContained(resource: unknown): readonly ValidationIssue[] {
  if (!isNode(resource) || !Array.isArray(resource.contained)) return [];
  const out: Issues = [];
  many(resource.contained, "contained", checkContained, out);
  const left = settleLocal(out, resource.contained);
  prefix(left, 0, String(resource.resourceType));
  return left.map(({ severity, code, expression, message }) => ({ severity, code, expression, message }));
}

const checkContained: Check = (value, out) => {
  if (!isNode(value) || typeof value.resourceType !== "string") return;
  const elements = elementTable();
  if (Object.hasOwn(elements, value.resourceType)) checkByTable(elements, value.resourceType)(value, out);
};
