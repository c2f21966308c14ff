import { validateBase } from "#profiles/generated/validators.ts";
import { CHOICES, type ElementPlace, elementAt } from "./fhirpath-places.ts";
import { closeTree, isOpenTree, type OpenTree } from "./tree.ts";

/** A value of a Parameters part: its property as `valueX`, and what stands beside a primitive. */
interface PartValue {
  /** Name of the type as it follows the name of a choice; empty for an anonymous one. */
  readonly suffix: string;
  readonly value: unknown;
  readonly companion: unknown;
}

const NO_VALUE = "its value is missing.";

function readValue(part: OpenTree): PartValue | undefined {
  const key = Object.keys(part)
    .map((name) => name.replace(/^_/, ""))
    .find((name) => /^value[A-Z]/.test(name));
  if (key !== undefined) return { suffix: key.slice("value".length), value: part[key], companion: part[`_${key}`] };
  if (isOpenTree(part.resource)) return { suffix: "", value: part.resource, companion: undefined };
  if (!Array.isArray(part.part) || part.part.length === 0) return undefined;
  return { suffix: "", value: part.part, companion: undefined };
}

/**
 * Sets a child of an element: appended where the element is a list, set where there is none, refused where one stands
 * already. Returns what is wrong.
 */
export function setChild(
  root: OpenTree,
  place: ElementPlace,
  { name, value: part }: { readonly name: string; readonly value: OpenTree },
): string | undefined {
  const told = readValue(part);
  if (told === undefined) return NO_VALUE;
  const holder = holderOf(place);
  if (holder === undefined) return "its path names no element that can have others.";
  if (!/^[A-Za-z]+$/.test(name)) return "its name is no name of an element.";
  const key = CHOICES.has(name) && told.suffix !== "" && !isChoiceFree(holder, name) ? `${name}${told.suffix}` : name;
  const present = Object.keys(holder).filter((known) => isSame(known.replace(/^_/, ""), { key, name }));
  if (present.length > 0 && !Array.isArray(holder[key]))
    return "the element stands there already, and does not repeat.";
  if (Array.isArray(holder[key])) return insertInto(root, { holder, name: key }, { told, index: holder[key].length });
  assignShaped(root, { holder, name: key }, told);
  return undefined;
}

/** A choice has the type of its value in its name, but for elements that only look like one. */
function isChoiceFree(holder: OpenTree, name: string): boolean {
  return Object.hasOwn(holder, name);
}

function isSame(known: string, { key, name }: { readonly key: string; readonly name: string }): boolean {
  return known === key || (key !== name && known.startsWith(name) && /^[A-Z]/.test(known.slice(name.length)));
}

/** The object into which children of an element go; those of a primitive go into its companion. */
function holderOf(place: ElementPlace): OpenTree | undefined {
  const value = elementAt(place);
  if (isOpenTree(value)) return value;
  if (value === undefined || place.index !== undefined) return undefined;
  const name = `_${place.name}`;
  const companion = place.holder[name] ?? {};
  if (!isOpenTree(companion)) return undefined;
  place.holder[name] = companion;
  return companion;
}

/** Replaces the value of an element; a choice may change its type with it. */
export function setValue(root: OpenTree, place: ElementPlace, part: OpenTree): string | undefined {
  const told = readValue(part);
  if (told === undefined) return NO_VALUE;
  const { holder, name, index } = place;
  if (index !== undefined) {
    const list = holder[name];
    if (!Array.isArray(list)) return "its path names no element.";
    list[index] = null;
    const made = shapedItem(root, told, (item) => {
      list[index] = item;
    });
    list[index] = made;
    setCompanionItem(holder, name, { index, companion: told.companion });
    return undefined;
  }
  const stem = [...CHOICES].find((choice) => name.startsWith(choice) && /^[A-Z]/.test(name.slice(choice.length)));
  const key = stem !== undefined && told.suffix !== "" ? `${stem}${told.suffix}` : name;
  delete holder[name];
  delete holder[`_${name}`];
  assignShaped(root, { holder, name: key }, told);
  return undefined;
}

/** Puts an item into a list, before the one at an index. */
export function insertAt(
  root: OpenTree,
  { holder, name }: ElementPlace,
  { index, value }: { readonly index: number; readonly value: OpenTree },
): string | undefined {
  const told = readValue(value);
  if (told === undefined) return NO_VALUE;
  if (holder[name] === undefined) holder[name] = [];
  return insertInto(root, { holder, name }, { told, index });
}

function insertInto(
  root: OpenTree,
  { holder, name }: ElementPlace,
  { told, index }: { readonly told: PartValue; readonly index: number },
): string | undefined {
  const list = holder[name];
  if (!Array.isArray(list) || index > list.length) return "its index lies beyond the end of the list.";
  list.splice(index, 0, null);
  list[index] = shapedItem(root, told, (item) => {
    list[index] = item;
  });
  const companions = holder[`_${name}`];
  if (Array.isArray(companions)) companions.splice(index, 0, null);
  setCompanionItem(holder, name, { index, companion: told.companion });
  return undefined;
}

function setCompanionItem(
  holder: OpenTree,
  name: string,
  { index, companion }: { readonly index: number; readonly companion: unknown },
): void {
  const list = holder[name];
  const companions = holder[`_${name}`];
  if (companion === undefined && !Array.isArray(companions)) return;
  const length = Array.isArray(list) ? list.length : 0;
  const padded = Array.from({ length }, (_, at) => (Array.isArray(companions) ? (companions[at] ?? null) : null));
  padded[index] = companion ?? null;
  if (padded.every((item) => item === null)) delete holder[`_${name}`];
  else holder[`_${name}`] = padded;
}

/** Removes an element, and what stands beside it. */
export function removeAt({ holder, name, index }: ElementPlace): undefined {
  const list = holder[name];
  if (index === undefined || !Array.isArray(list)) {
    delete holder[name];
    delete holder[`_${name}`];
    return;
  }
  list.splice(index, 1);
  const companions = holder[`_${name}`];
  if (Array.isArray(companions)) companions.splice(index, 1);
  if (list.length === 0) delete holder[name];
  if (list.length === 0 || (Array.isArray(companions) && companions.every((item) => item === null)))
    delete holder[`_${name}`];
}

/** An element without value and children is none, and goes with the last of them. Only deletes make such. */
export function removeEmptied(holder: OpenTree): void {
  for (const [name, value] of Object.entries(holder)) {
    const left = Array.isArray(value) ? withoutEmptied(value, name.startsWith("_")) : value;
    if (Array.isArray(left) ? left.length === 0 : isOpenTree(left) && isEmptied(left)) delete holder[name];
    else holder[name] = left;
  }
  for (const [name, value] of Object.entries(holder)) {
    if (Array.isArray(value) && value.every((item) => item === null) && !Array.isArray(holder[`_${name}`]))
      delete holder[name];
  }
}

/** Beside primitives each place counts, so one that is empty stays as null. */
function withoutEmptied(list: readonly unknown[], isCompanion: boolean): readonly unknown[] {
  const items = list.map((item) => (isOpenTree(item) && isEmptied(item) ? undefined : item));
  if (!isCompanion) return items.filter((item) => item !== undefined);
  return items.every((item) => item === undefined || item === null) ? [] : items.map((item) => item ?? null);
}

function isEmptied(element: OpenTree): boolean {
  removeEmptied(element);
  return Object.keys(element).length === 0;
}

/** Moves an item of a list; the destination is its index once it is moved. */
export function moveWithin({ holder, name }: ElementPlace, source: number, destination: number): string | undefined {
  for (const list of [holder[name], holder[`_${name}`]]) {
    if (!Array.isArray(list)) continue;
    if (source >= list.length || destination >= list.length) return "its source or destination lies beyond the list.";
    list.splice(destination, 0, ...list.splice(source, 1));
  }
  return Array.isArray(holder[name]) ? undefined : "its path names no list.";
}

/** Sets a property that is not there: as a list of one or by itself, whichever R4 has there. */
function assignShaped(root: OpenTree, { holder, name }: ElementPlace, told: PartValue): void {
  const assign = (isList: boolean): number => {
    const put = (item: unknown): void => {
      if (item === undefined && !isList) delete holder[name];
      else holder[name] = isList ? [item ?? null] : item;
    };
    put(shapedItem(root, told, put));
    if (told.companion !== undefined) holder[`_${name}`] = isList ? [told.companion] : told.companion;
    return faultsOf(root);
  };
  const faultsOfOne = assign(false);
  if (faultsOfOne > 0 && assign(true) >= faultsOfOne) assign(false);
}

/**
 * A value that is told part by part becomes an object, each part set as a child of its own. `place` puts it where it
 * belongs, so that the form of its parts can be judged by what R4 has there.
 */
function shapedItem(root: OpenTree, { value }: PartValue, place: (item: OpenTree) => void): unknown {
  if (!Array.isArray(value)) return value;
  const made: OpenTree = {};
  place(made);
  for (const part of value) {
    if (!isOpenTree(part) || typeof part.name !== "string") continue;
    setChild(root, { holder: { made }, name: "made" }, { name: part.name, value: part });
  }
  return made;
}

/** How much base R4 has against the form of the tree: of two forms the one with less against it is the right one. */
function faultsOf(root: OpenTree): number {
  const plain: unknown = JSON.parse(JSON.stringify(closeTree(root)));
  return validateBase(plain).filter(({ code }) => code === "structure").length;
}
