import { elementsOf, ukCoreLine } from "../uk-core/uk-core.ts";
import type { StructureDefinition } from "./definitions.ts";
import type { Element, Slicing } from "./element.ts";

/** A profile of ours, with the snapshot that it has or lacks. */
export interface Profile {
  readonly resourceType: string;
  readonly type: string;
  readonly baseDefinition: string;
  readonly differential: { readonly element: readonly Element[] };
}

const R4 = "http://hl7.org/fhir/StructureDefinition/";

type Definitions = ReadonlyMap<string, StructureDefinition>;

/** Mappings to other standards and texts for implementers of base R4 would make nine tenths of a snapshot. */
function isKept(name: string): boolean {
  return !["mapping", "example", "comment", "requirements", "alias", "condition"].includes(name);
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

/** How extensions are sliced wherever a profile names one. */
const BY_URL: Slicing = { discriminator: [{ type: "value", path: "url" }], ordered: false, rules: "open" };

/** Adds a slice: a copy of the element that is sliced. */
function slice(elements: Element[], id: string, definitions: Definitions): void {
  const whole = id.slice(0, id.lastIndexOf(":"));
  ensure(elements, whole, definitions);
  const index = indexOf(elements, whole);
  const source = elements[index];
  if (!source) throw new Error(`Nothing to slice for ${id}`);
  const { slicing, ...copy } = source;
  if (slicing === undefined && whole.endsWith("xtension")) elements[index] = { ...source, slicing: BY_URL };
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

/** Lays one differential over the elements; what a constraint adds goes beside what is there. */
function overlay(elements: Element[], differential: readonly Element[], definitions: Definitions): void {
  for (const constraint of differential) {
    ensure(elements, constraint.id, definitions);
    const index = indexOf(elements, constraint.id);
    const known = elements[index];
    if (!known) throw new Error(`No element ${constraint.id}`);
    const constraints = [...(known.constraint ?? []), ...(constraint.constraint ?? [])];
    // A binding that names no value set makes the one that there is stronger.
    const binding =
      constraint.binding?.valueSet === undefined ? { ...known.binding, ...constraint.binding } : undefined;
    elements[index] = {
      ...known,
      ...constraint,
      ...(constraint.binding !== undefined && binding?.strength !== undefined
        ? { binding: { ...binding, strength: binding.strength } }
        : {}),
      ...(constraints.length > 0 ? { constraint: constraints } : {}),
    };
  }
}

/** Base R4, what UK Core adds, and the differential laid over both, in the order of the base. */
export function snapshotOf(profile: Profile, definitions: Definitions): readonly Element[] {
  const base = definitions.get(profile.type);
  if (!base) throw new Error(`No definition of ${profile.type}`);
  const elements = base.snapshot.element.map(slim);
  const between = ukCoreLine(profile.baseDefinition);
  if (between.length === 0 && !profile.baseDefinition.startsWith(R4)) {
    throw new Error(`Nothing is known of ${profile.baseDefinition}`);
  }
  for (const ukCore of between) overlay(elements, elementsOf(ukCore), definitions);
  overlay(elements, profile.differential.element, definitions);
  return elements;
}
