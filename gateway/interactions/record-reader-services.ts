import type { Labelling } from "../disclosure/labels/labels.ts";
import { isTree, type Tree } from "../disclosure/place-values.ts";

/** Services of which no more is told than their kind, as far as a record can refer to them. */
export interface HiddenServices {
  readonly services: Labelling["services"];
  /** `Type/id` of the organisations, practitioners and roles that are or work for one, to its kind. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** Parts of a resource in which whoever gave care is named. */
const PARTS = ['"performer":', '"agent":', '"authorString":', '"authorReference":'];

/** Texts of such parts that were looked at: most findings of a child were made by the same few. */
const harmless = new WeakMap<HiddenServices, Set<string>>();
const HARMLESS_max = 10_000;

/** Whether a body may name a hidden service: a cheap look, which is wrong on the safe side alone. */
export function mayNameService(body: Buffer, hidden: HiddenServices): boolean {
  // A part of something contained could be taken for one of the whole.
  if (body.includes('"contained":')) return true;
  return PARTS.some((part) => {
    const start = body.indexOf(part);
    if (start < 0) return false;
    const text = body.toString("utf8", start, endOfValue(body, start + part.length));
    const known = harmless.get(hidden) ?? new Set<string>();
    harmless.set(hidden, known);
    if (known.has(text)) return false;
    const value = parseMember(text);
    if (value === undefined || namesService(value, hidden)) return true;
    if (known.size < HARMLESS_max) known.add(text);
    return false;
  });
}

function parseMember(text: string): unknown {
  try {
    return JSON.parse(`{${text}}`);
  } catch {
    return undefined;
  }
}

function namesService(value: unknown, hidden: HiddenServices): boolean {
  if (Array.isArray(value)) return value.some((item) => namesService(item, hidden));
  if (!isTree(value)) return typeof value === "string" && hidden.services.serviceOf({ display: value }) !== undefined;
  return kindOf(value, hidden) !== undefined || Object.values(value).some((member) => namesService(member, hidden));
}

function kindOf(told: Tree, { services, kinds }: HiddenServices): string | undefined {
  const { reference } = told;
  if (typeof reference === "string") {
    const [local = ""] = /[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?=$|\/_history)/.exec(reference) ?? [];
    const kind = kinds.get(local);
    if (kind !== undefined) return kind;
  }
  const isService =
    "reference" in told || "display" in told || "identifier" in told || SERVICES.has(String(told.resourceType));
  return isService ? services.serviceOf(told)?.kind : undefined;
}

const SERVICES: ReadonlySet<string> = new Set([
  "Organization",
  "Practitioner",
  "PractitionerRole",
  "Location",
  "HealthcareService",
  "CareTeam",
]);

/**
 * A resource in which hidden services are told by their kind alone: instead of a reference stands what the kind is
 * called, what it contains of them is gone, and so are its narrative and the words of its notes, which may name them.
 */
export function withoutServices(resource: Tree, hidden: HiddenServices): Tree {
  const contained = (Array.isArray(resource.contained) ? resource.contained : []).filter(isTree);
  const gone = new Map(
    contained.flatMap((one): [string, string][] => {
      const kind = kindOf(one, hidden);
      return kind === undefined ? [] : [[`#${String(one.id)}`, kind]];
    }),
  );
  const kept = contained.filter(({ id }) => !gone.has(`#${String(id)}`));
  const { text: _, note: __, contained: ___, ...others } = resource;
  const rest = coarsened(kept.length === 0 ? others : { ...others, contained: kept }, { hidden, gone });
  return isTree(rest) ? rest : others;
}

interface Coarsening {
  readonly hidden: HiddenServices;
  /** What was contained and is gone, to its kind. */
  readonly gone: ReadonlyMap<string, string>;
}

function coarsened(value: unknown, coarsening: Coarsening): unknown {
  if (Array.isArray(value)) return value.map((item) => coarsened(item, coarsening));
  if (!isTree(value)) return value;
  const isReference = "reference" in value || "identifier" in value || ("display" in value && !("code" in value));
  if (isReference && !("resourceType" in value)) {
    const kind = coarsening.gone.get(String(value.reference)) ?? kindOf(value, coarsening.hidden);
    if (kind !== undefined) return { display: kind };
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, coarsened(member, coarsening)]));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the array, object or text of JSON that begins at `start` ends. */
function endOfValue(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      at++;
      while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
      if (depth === 0) return at + 1;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth <= 0) return at + 1;
  }
  return body.length;
}
