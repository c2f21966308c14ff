import type { FieldRow, XmlElement } from "../mapper.ts";

/** The names of a path, split once: each path is asked for again with every pupil. */
const split = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
  const known = split.get(path) ?? path.split("/");
  split.set(path, known);
  return known;
}

/** The elements at a path below an element, as `elementsAt(pupil, "SchoolHistory/School")`; paths are known ones alone. */
export function elementsAt(element: XmlElement, path: string): readonly XmlElement[] {
  const found: XmlElement[] = [];
  collect(element, namesOf(path), 0, found);
  return found;
}

function collect(element: XmlElement, names: readonly string[], depth: number, found: XmlElement[]): void {
  for (const child of element.children) {
    if (child.name !== names[depth]) continue;
    if (depth === names.length - 1) found.push(child);
    else collect(child, names, depth + 1, found);
  }
}

/** The text of the first element at a path, or `undefined` when there is none or it is blank. */
export function textAt(element: XmlElement, path: string): string | undefined {
  const text = firstAt(element, namesOf(path), 0)?.text.trim();
  return text === "" ? undefined : text;
}

function firstAt(element: XmlElement, names: readonly string[], depth: number): XmlElement | undefined {
  for (const child of element.children) {
    if (child.name !== names[depth]) continue;
    const found = depth === names.length - 1 ? child : firstAt(child, names, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a table of fields says of an element and of those below it. */
export interface FieldTree {
  /** Has a target. */
  isCarried: boolean;
  /** Has a row and no target, and so stands for all below it. */
  isBlock: boolean;
  readonly below: Map<string, FieldTree>;
}

export function toFieldTree(fields: readonly FieldRow[]): FieldTree {
  const root = newTree();
  for (const { field, to } of fields) {
    let tree = root;
    for (const name of field.split("/")) {
      const next = tree.below.get(name) ?? newTree();
      tree.below.set(name, next);
      tree = next;
    }
    if (to === undefined) tree.isBlock = true;
    else tree.isCarried = true;
  }
  return root;
}

function newTree(): FieldTree {
  return { isCarried: false, isBlock: false, below: new Map() };
}

/**
 * Paths of the elements below that have text and no children, and whose field has no target. An element in `apart` is not
 * entered but named as it says there; a field without a target is named once for all below it.
 */
export function pathsNotCarried(
  element: XmlElement,
  { prefix, tree, apart }: { prefix: string; tree: FieldTree | undefined; apart: ReadonlyMap<XmlElement, string> },
): string[] {
  const found: string[] = [];
  for (const child of element.children) {
    const name = apart.size === 0 ? undefined : apart.get(child);
    if (name !== undefined) {
      found.push(name);
      continue;
    }
    const below = tree?.below.get(child.name);
    const isLeaf = child.children.length === 0;
    if (isLeaf || below?.isBlock === true) {
      if (below?.isCarried !== true && hasText(child, apart)) found.push(`${prefix}${child.name}`);
    } else {
      found.push(...pathsNotCarried(child, { prefix: `${prefix}${child.name}/`, tree: below, apart }));
    }
  }
  return found;
}

function hasText(element: XmlElement, apart: ReadonlyMap<XmlElement, string>): boolean {
  if (apart.has(element)) return true;
  if (element.children.length === 0) return element.text.trim() !== "";
  return element.children.some((child) => hasText(child, apart));
}
