import { isRecordType } from "#profiles/interactions.ts";
import { isTree, type Tree } from "../disclosure/place-values.ts";

/** What of one element of a type was told, and what of it was released; counted in resources. */
export interface ElementCount {
  /** Resources that hold it. */
  told: number;
  /** Those of them of which something is released. */
  seen: number;
  /** Those that still hold it as released. */
  released: number;
}

/** By `data class, type and element`. */
export type ElementCounts = Map<string, ElementCount>;

/** Never data: which resource it is, and in which version. */
const FRAME: ReadonlySet<string> = new Set(["resourceType", "id", "meta"]);

/** Elements at the root; identifiers one by one, since agreements name them so. */
function elementsIn(resource: Tree): ReadonlySet<string> {
  const names = Object.keys(resource).filter((name) => !FRAME.has(name) && !name.startsWith("_"));
  return new Set(names.flatMap((name) => (name === "identifier" ? identifiersIn(resource.identifier) : [name])));
}

function identifiersIn(told: unknown): readonly string[] {
  return (Array.isArray(told) ? told : []).flatMap((one: unknown) =>
    isTree(one) ? [`identifier ${typeof one.system === "string" ? one.system : "without a system"}`] : [],
  );
}

/** @param released as it leaves; `undefined` where nothing of it does */
export function countElements(
  counts: ElementCounts,
  told: { readonly dataClass: string; readonly resource: Tree },
  released: Tree | undefined,
): void {
  const type = String(told.resource.resourceType);
  if (!isRecordType(type)) return;
  const left = released === undefined ? undefined : elementsIn(released);
  for (const element of elementsIn(told.resource)) {
    const name = nameOf(told.dataClass, type, element);
    const count = counts.get(name) ?? { told: 0, seen: 0, released: 0 };
    counts.set(name, count);
    count.told += 1;
    if (left === undefined) continue;
    count.seen += 1;
    if (left.has(element)) count.released += 1;
  }
}

function nameOf(dataClass: string, type: string, element: string): string {
  return [dataClass, type, element].join("\t");
}

/** What a client gets of an element, in a word. */
export function wordFor(count: ElementCount | undefined): string {
  if (count === undefined || count.seen === 0) return "withheld";
  if (count.released === 0) return "minimised";
  return count.released < count.seen ? "released, minimised for some" : "released";
}
