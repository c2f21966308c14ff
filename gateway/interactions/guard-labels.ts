import { displayOf } from "#profiles/generated/codes.ts";
import { ACT_CODE, CONFIDENTIALITY } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import type { LabelLists } from "../disclosure/labels/label-list.ts";

const ORDER = "ULMNRV";

interface Weighing {
  readonly agreement: Agreement;
  readonly lists: LabelLists;
  readonly isWritten: boolean;
}

interface Listed {
  readonly rank: number;
  readonly sensitivities: readonly string[];
}

/** What lists say of codes, by `system|code` and, of chapters, by system: made once a version of the lists. */
interface Flat {
  readonly codes: ReadonlyMap<string, Listed>;
  readonly chapters: readonly (readonly [system: string, beginning: string, listed: Listed])[];
  /** What they say of codes that were asked for, by system and code. */
  readonly found: Map<string, Map<string, readonly Listed[]>>;
}

/** Codes of a system, and systems, of which is remembered what lists say: most records have the same few hundred. */
const FOUND_max = 1_000;

const flattened = new WeakMap<LabelLists, Flat>();

/**
 * Whether a resource is more confidential than an agreement may have, or sensitive in a way that it may not have, by what
 * the lists say of its codes and by its own word. What a client wrote under a code that is in no list is very restricted.
 */
export function isBeyondCeiling(resource: unknown, { agreement, lists, isWritten }: Weighing): boolean {
  const codings: string[] = [];
  eachCoding(resource, (system, code) => codings.push(system, code));
  const isBeyond = areBeyondCeiling(codings, resource, { agreement, lists });
  if (isBeyond || !isWritten || ceilingOf(agreement) === ORDER.length - 1) return isBeyond;
  const isStated = securityOf(resource).some(({ system }) => system === CONFIDENTIALITY);
  return !isStated && isUnknown(resource, flatten(lists), lists);
}

/** The same by these codings, system and code in turn, and by the labels in `meta`; of no matter what a client wrote. */
export function areBeyondCeiling(
  codings: readonly string[],
  resource: unknown,
  { agreement, lists }: Omit<Weighing, "isWritten">,
): boolean {
  const ceiling = ceilingOf(agreement);
  const allowed = agreement.sensitivities ?? [];
  const flat = flatten(lists);
  for (let at = 0; at < codings.length; at += 2) {
    for (const { rank, sensitivities } of listedOf(flat, codings[at] ?? "", codings[at + 1] ?? "")) {
      if (rank > ceiling || sensitivities.some((one) => !allowed.includes(one))) return true;
    }
  }
  for (const { system, code } of securityOf(resource)) {
    if (system === CONFIDENTIALITY && ORDER.indexOf(code) > ceiling) return true;
    if (system === ACT_CODE && !allowed.includes(code)) return true;
  }
  return false;
}

function ceilingOf({ confidentiality = "N" }: Agreement): number {
  return ORDER.indexOf(confidentiality);
}

function flatten(lists: LabelLists): Flat {
  const known = flattened.get(lists);
  if (known) return known;
  const codes = new Map<string, Listed>();
  const chapters: [string, string, Listed][] = [];
  for (const list of lists.lists) {
    const listed = { rank: ORDER.indexOf(list.confidentiality), sensitivities: list.sensitivities ?? [] };
    for (const [system, values] of Object.entries(list.codes ?? {})) {
      for (const value of values) codes.set(`${system}|${value}`, higher(codes.get(`${system}|${value}`), listed));
    }
    for (const [system, values] of Object.entries(list.chapters ?? {})) {
      for (const value of values) chapters.push([system, value.toUpperCase(), listed]);
    }
  }
  const flat: Flat = { codes, chapters, found: new Map() };
  flattened.set(lists, flat);
  return flat;
}

function higher(before: Listed | undefined, { rank, sensitivities }: Listed): Listed {
  if (before === undefined) return { rank, sensitivities };
  return { rank: Math.max(before.rank, rank), sensitivities: [...before.sensitivities, ...sensitivities] };
}

function listedOf({ codes, chapters, found }: Flat, system: string, code: string): readonly Listed[] {
  const ofSystem = found.get(system) ?? new Map<string, readonly Listed[]>();
  const known = ofSystem.get(code);
  if (known !== undefined) return known;
  const text = code.toUpperCase();
  const within = chapters.flatMap(([of, beginning, listed]) =>
    of === system && text.startsWith(beginning) ? [listed] : [],
  );
  const own = codes.get(`${system}|${code}`);
  const listed = own === undefined ? within : [own, ...within];
  if (found.size >= FOUND_max) found.clear();
  if (ofSystem.size >= FOUND_max) ofSystem.clear();
  found.set(system, ofSystem.set(code, listed));
  return listed;
}

/** Of an Observation: whether nothing in its code, nor in its category, is known to any list. */
function isUnknown(resource: unknown, flat: Flat, lists: LabelLists): boolean {
  if (!isJson(resource) || resource.resourceType !== "Observation") return false;
  const isContract = lists.lists.some((list) => list.isContract === true);
  let isKnown = false;
  eachCoding(resource.code, (system, code) => {
    if (listedOf(flat, system, code).length > 0 || (isContract && displayOf(system, code) !== undefined))
      isKnown = true;
  });
  eachCoding(resource.category, (system, code) => {
    if (lists.defaults.some(({ categories }) => categories?.[system]?.includes(code))) isKnown = true;
  });
  return !isKnown && !lists.defaults.some(isForWritten);
}

/** A default for whatever clients write. */
function isForWritten({ types, isWritten, categories, profiles }: LabelLists["defaults"][number]): boolean {
  return types.includes("Observation") && isWritten !== false && (categories === undefined || profiles !== undefined);
}

function eachCoding(value: unknown, take: (system: string, code: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) eachCoding(item, take);
    return;
  }
  if (!hasMembers(value)) return;
  const { code, system } = value;
  if (typeof code === "string" && "system" in value) take(String(system), code);
  // V8 compiles a loop by `for … in` over objects of many shapes again and again, each time in vain.
  for (const name of Object.keys(value)) {
    if (typeof value[name] === "object" && name !== "meta") eachCoding(value[name], take);
  }
}

function securityOf(resource: unknown): readonly { readonly system: string; readonly code: string }[] {
  const meta = isJson(resource) ? resource.meta : undefined;
  const labels = isJson(meta) && Array.isArray(meta.security) ? meta.security : [];
  return labels.flatMap((label) => (isJson(label) ? [{ system: String(label.system), code: String(label.code) }] : []));
}

/** An object or a list. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isJson(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
