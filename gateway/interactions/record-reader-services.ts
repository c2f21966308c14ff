import type { Labelling } from "../disclosure/labels/labels.ts";
import { isTree, type Tree } from "../disclosure/place-values.ts";
import { LIMITS } from "../limits.ts";
import { likenessIn } from "../search/keys.ts";
import { toReduced } from "../search/likeness.ts";

/** Services of which no more is told than their kind, as far as a record can refer to them. */
export interface HiddenServices {
  readonly services: Labelling["services"];
  /** `Type/id` of the organisations, practitioners and roles that are or work for one, to its kind. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** Parts of a resource in which whoever gave care is named. */
const PARTS: ReadonlySet<string> = new Set(["performer", "agent", "authorString", "authorReference"]);

/** Whether a service may be named in what is alike: most findings of a child were made by the same few. */
const REMEMBERED = new WeakMap<HiddenServices, Map<string, boolean>>();

/** Whether a resource may name a hidden service: a look which is wrong on the safe side alone. */
export function mayNameService(
  told: { readonly body: Buffer; readonly keys: string },
  hidden: HiddenServices,
): boolean {
  const likeness = likenessIn(told.keys);
  if (likeness === "") return mayName(JSON.parse(told.body.toString()), hidden);
  const memory = REMEMBERED.get(hidden) ?? new Map<string, boolean>();
  REMEMBERED.set(hidden, memory);
  const known = memory.get(likeness);
  if (known !== undefined) return known;
  if (memory.size >= LIMITS.remembered_likenesses_max) memory.clear();
  const may = mayName(toReduced(JSON.parse(told.body.toString())), hidden);
  memory.set(likeness, may);
  return may;
}

function mayName(value: unknown, hidden: HiddenServices): boolean {
  if (Array.isArray(value)) return value.some((item) => mayName(item, hidden));
  if (!isTree(value)) return false;
  return Object.entries(value).some(
    ([name, member]) =>
      // Of what is contained it is not known which part of the whole it plays.
      name === "contained" || (PARTS.has(name) ? namesService(member, hidden) : mayName(member, hidden)),
  );
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
