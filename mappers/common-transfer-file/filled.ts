import type { XmlElement } from "../mapper.ts";
import { FIELDS } from "./fields.ts";

/** The table of fields as a tree of element names, so that a pupil is walked once and no path is built. */
interface Branch {
  /** The field that ends here; one without a target stands for all below it. */
  readonly field?: string;
  readonly below: Map<string, Branch>;
}

const TREE: Branch = { below: new Map() };
for (const { field, droppedAtDoor } of FIELDS) {
  if (droppedAtDoor !== true && !field.includes("[")) plant(TREE, field.split("/"), field);
}
const HEADER = TREE.below.get("Header");

/** Fields of the table that have text in a pupil or in the header of its file, each once. */
export function filledOf(raw: { readonly header: XmlElement; readonly element: XmlElement }): readonly string[] {
  const filled = new Set<string>();
  if (HEADER !== undefined) collect(raw.header, HEADER, filled);
  collect(raw.element, TREE, filled);
  return [...filled];
}

function plant(branch: Branch, [name = "", ...names]: readonly string[], field: string): void {
  const known = branch.below.get(name);
  if (names.length === 0) {
    branch.below.set(name, { field, below: known?.below ?? new Map() });
    return;
  }
  const next = known ?? { below: new Map() };
  if (known === undefined) branch.below.set(name, next);
  plant(next, names, field);
}

function collect(element: XmlElement, branch: Branch, filled: Set<string>): void {
  for (const child of element.children) {
    const next = branch.below.get(child.name);
    if (next === undefined) continue;
    if (next.field !== undefined && !filled.has(next.field) && hasText(child)) filled.add(next.field);
    if (next.below.size > 0) collect(child, next, filled);
  }
}

function hasText({ text, children }: XmlElement): boolean {
  return text !== "" || children.some(hasText);
}
