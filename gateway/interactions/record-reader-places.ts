import { canonical } from "#profiles/canonical.ts";
import { hasPlace, isTree, type Tree } from "../disclosure/place-values.ts";

/**
 * An Observation without whoever saw the child and wherever, since a school or a clinic is a place. Clients write what
 * they like wherever R4 lets them, so elements are named that stay, not those that go.
 */
export function withoutPlaces(observation: Tree): Tree {
  return Object.fromEntries(
    Object.entries(observation).flatMap(([name, member]): [string, unknown][] => {
      const element = name.replace(/^_/, "");
      if (!KEPT.has(element) && !/^(?:effective|value)[A-Z]/.test(element)) return [];
      const kept = (NARROWED[name] ?? EXTENSIONS[name] ?? scrubbed)(member);
      return isNothing(kept) ? [] : [[name, kept]];
    }),
  );
}

const KEPT: ReadonlySet<string> = new Set([
  "resourceType",
  "id",
  "meta",
  "implicitRules",
  "language",
  "extension",
  "modifierExtension",
  "identifier",
  "status",
  "category",
  "code",
  "subject",
  "issued",
  "dataAbsentReason",
  "interpretation",
  "note",
  "bodySite",
  "method",
  "referenceRange",
  "hasMember",
  "derivedFrom",
  "component",
]);

/** Elements of which a part alone stays. */
const NARROWED: Readonly<Partial<Record<string, (member: unknown) => unknown>>> = {
  meta: (meta) => {
    const { source, tag: _, extension: __, ...kept } = isTree(meta) ? meta : {};
    const isOurs = typeof source === "string" && source.startsWith(canonical("source", ""));
    return isOurs ? { ...kept, source } : kept;
  },
  identifier: (identifiers) => each(identifiers, ({ assigner: _, ...kept }) => scrubbed(kept)),
  note: (notes) => each(notes, ({ text, time }) => ({ ...(time !== undefined && { time }), text })),
  subject: toLocal,
  hasMember: (members) => each(members, toLocal),
  derivedFrom: (origins) => each(origins, toLocal),
};

/** The items of a list of which something stays; nothing where nothing does, since FHIR has no empty lists. */
function each(list: unknown, narrow: (item: Tree) => unknown): readonly unknown[] | undefined {
  const kept = (Array.isArray(list) ? list : []).flatMap((item) => (isTree(item) ? (narrow(item) ?? []) : []));
  return kept.length === 0 ? undefined : kept;
}

/** A reference by its address alone; one into the resource itself leads to what is gone. */
function toLocal(reference: unknown): Tree | undefined {
  if (!isTree(reference) || typeof reference.reference !== "string") return undefined;
  return reference.reference.startsWith("#") ? undefined : { reference: reference.reference };
}

/** The same without extensions, at any depth, whose values can be a place. */
function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbed);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const kept = (EXTENSIONS[name] ?? scrubbed)(member);
      return isNothing(kept) ? [] : [[name, kept]];
    }),
  );
}

/** FHIR has no empty objects either. */
function isNothing(value: unknown): boolean {
  return value === undefined || (isTree(value) && Object.keys(value).length === 0);
}

const EXTENSIONS: Readonly<Partial<Record<string, (member: unknown) => unknown>>> = {
  extension: (extensions) => each(extensions, (extension) => (hasPlace(extension) ? undefined : extension)),
  // That something changes the meaning may not be kept silent.
  modifierExtension: (extensions) =>
    each(extensions, (extension) => (hasPlace(extension) ? { url: extension.url, extension: [MASKED] } : extension)),
};

const MASKED = { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" };
