import { SHAPED_ELEMENTS } from "#profiles/generated/summary-elements.ts";
import type { Agreement } from "../access/requester.ts";
import type { Tree } from "./place-values.ts";

/** Elements that an agreement releases of a type; `undefined` where it releases the type whole. */
export function elementsOf({ elements }: Pick<Agreement, "elements">, type: string): readonly string[] | undefined {
  return elements?.[type];
}

/** Types of which the agreement releases some elements alone. */
export function minimisedTypes({ elements }: Pick<Agreement, "elements">): readonly string[] {
  return Object.keys(elements ?? {});
}

const ALWAYS: ReadonlySet<string> = new Set(["resourceType", "id", "meta"]);
const SUBSETTED = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };

/**
 * The elements at the root of a resource that are released. What R4 calls mandatory or a modifier stays: without it the
 * rest would be invalid, or would say something else. `value` means all types of a value. Every resource of such a type is
 * marked as a part, whether or not anything was taken from it, so that the mark tells nothing.
 */
export function minimised(resource: Tree, elements: readonly string[]): Tree {
  const type = String(resource.resourceType);
  const shaped = SHAPED_ELEMENTS.get(type);
  const named = new Set(elements.flatMap((element) => shaped?.choices.get(element) ?? [element]));
  const isKept = (name: string): boolean =>
    ALWAYS.has(name) ||
    named.has(name) ||
    (shaped?.mandatory.has(name) ?? false) ||
    (shaped?.modifiers.has(name) ?? false);
  const kept = Object.entries(resource).filter(([name]) => isKept(name.replace(/^_/, "")));
  return { ...Object.fromEntries(kept), meta: marked(resource.meta) };
}

function marked(meta: unknown): Tree {
  const { tag, ...told }: Tree = typeof meta === "object" && meta !== null ? { ...meta } : {};
  const others = (Array.isArray(tag) ? tag : []).filter(
    ({ system, code }) => system !== SUBSETTED.system || code !== SUBSETTED.code,
  );
  return { ...told, tag: [...others, SUBSETTED] };
}
