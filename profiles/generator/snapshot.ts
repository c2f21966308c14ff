import type { ElementDefinition, StructureDefinition } from "./definitions.ts";
import { UK_CORE } from "./uk-core.ts";

/** An element as JSON: everything of it goes into a snapshot. */
export type Element = Omit<ElementDefinition, "min" | "max"> & {
  readonly min?: number;
  readonly max?: string;
  readonly sliceName?: string;
  readonly slicing?: unknown;
  readonly mustSupport?: boolean;
};

/** A profile of ours, with the snapshot that it has or lacks. */
export interface Profile {
  readonly resourceType: string;
  readonly type: string;
  readonly baseDefinition: string;
  readonly differential: { readonly element: readonly Element[] };
}

type Definitions = ReadonlyMap<string, StructureDefinition>;

/** Mappings to other standards and texts for implementers of base R4 would make nine tenths of a snapshot. */
function isKept(name: string): boolean {
  return !["mapping", "example", "comment", "requirements", "alias", "isModifierReason", "condition"].includes(name);
}

function slim(element: Element): Element {
  const kept = Object.entries(element).filter(([name]) => isKept(name));
  return { id: element.id, path: element.path, ...Object.fromEntries(kept) };
}

/** One past the last element that belongs to `id`: its children and, for an element that is sliced, its slices. */
function endOf(elements: readonly Element[], id: string): number {
  return (
    elements.findLastIndex(
      (element) => element.id === id || element.id.startsWith(`${id}.`) || element.id.startsWith(`${id}:`),
    ) + 1
  );
}

function indexOf(elements: readonly Element[], id: string): number {
  return elements.findIndex((element) => element.id === id);
}

function moved(element: Element, from: string, to: string, path: string): Element {
  return { ...element, id: `${to}${element.id.slice(from.length)}`, path: `${path}${element.path.slice(from.length)}` };
}

/** Puts the children of an element's datatype below it. */
function unfold(elements: Element[], id: string, definitions: Definitions): void {
  const parent = elements[indexOf(elements, id)];
  const type = parent?.type?.[0]?.code ?? "";
  const definition = definitions.get(type);
  if (!parent || !definition) throw new Error(`No type to unfold below ${id}`);
  const children = definition.snapshot.element.slice(1).map((child) => moved(child, type, id, parent.path));
  elements.splice(indexOf(elements, id) + 1, 0, ...children.map(slim));
}

/** Adds a slice: a copy of the element that is sliced. */
function slice(elements: Element[], id: string, definitions: Definitions): void {
  const whole = id.slice(0, id.lastIndexOf(":"));
  ensure(elements, whole, definitions);
  const source = elements[indexOf(elements, whole)];
  if (!source) throw new Error(`Nothing to slice for ${id}`);
  const { slicing: _, ...copy } = source;
  elements.splice(endOf(elements, whole), 0, { ...copy, id, min: 0 });
}

/** Makes sure that the element of this id is there. */
function ensure(elements: Element[], id: string, definitions: Definitions): void {
  if (indexOf(elements, id) >= 0) return;
  const dot = id.lastIndexOf(".");
  if (id.lastIndexOf(":") > dot) {
    slice(elements, id, definitions);
    return;
  }
  ensure(elements, id.slice(0, dot), definitions);
  unfold(elements, id.slice(0, dot), definitions);
  if (indexOf(elements, id) < 0) throw new Error(`No element ${id}`);
}

function baseElements(profile: Profile, definitions: Definitions): Element[] {
  const base = definitions.get(profile.type);
  if (!base) throw new Error(`No definition of ${profile.type}`);
  const ukCore = UK_CORE[profile.baseDefinition];
  return base.snapshot.element.map((element) => {
    const binding = ukCore?.bindings?.[element.path];
    return {
      ...slim(element),
      ...(ukCore?.mustSupport.includes(element.path) ? { mustSupport: true } : {}),
      ...(binding ? { binding } : {}),
    };
  });
}

/** Base R4, what UK Core adds, and the differential laid over both, in the order of the base. */
export function snapshotOf(profile: Profile, definitions: Definitions): readonly Element[] {
  const elements = baseElements(profile, definitions);
  for (const constraint of profile.differential.element) {
    ensure(elements, constraint.id, definitions);
    const index = indexOf(elements, constraint.id);
    const known = elements[index];
    if (!known) throw new Error(`No element ${constraint.id}`);
    const constraints = [...(known.constraint ?? []), ...(constraint.constraint ?? [])];
    elements[index] = {
      ...known,
      ...constraint,
      ...(constraints.length > 0 ? { constraint: constraints } : {}),
    };
  }
  return elements;
}
