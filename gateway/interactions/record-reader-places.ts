import { canonical } from "#profiles/canonical.ts";
import { displayOf } from "#profiles/generated/codes.ts";
import { DATA_ABSENT_REASON } from "#profiles/systems.ts";
import { hasPlace, isTree, type Tree } from "../disclosure/place-values.ts";

/**
 * An Observation without whoever saw the child and wherever, since a school or a clinic is a place. Clients write what
 * they like wherever R4 lets them, so elements are named that stay, not those that go.
 */
export function withoutPlaces(observation: Tree): Tree {
  return withoutFreeText(
    Object.fromEntries(
      Object.entries(observation).flatMap(([name, member]): [string, unknown][] => {
        const element = name.replace(/^_/, "");
        if (!KEPT.has(element) && !/^(?:effective|value)[A-Z]/.test(element)) return [];
        const kept = (NARROWED[name] ?? EXTENSIONS[name] ?? scrubbed)(member);
        return isNothing(kept) ? [] : [[name, kept]];
      }),
    ),
  );
}

/** Words in which anything may stand: that there were some is said, as that the child is restricted is. */
function withoutFreeText(told: Tree): Tree {
  const { valueString, _valueString, ...others } = told;
  if (valueString === undefined && _valueString === undefined) return told;
  return { ...others, dataAbsentReason: MASKED_VALUE };
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
  code: (code) => toDisplayed(code) ?? { extension: [MASKED] },
  referenceRange: (ranges) => each(ranges, ({ text: _, ...kept }) => scrubbed(kept)),
  component: (components) =>
    each(components, ({ code, ...kept }) => {
      const rest = scrubbed(kept);
      return withoutFreeText({ code: toDisplayed(code) ?? { extension: [MASKED] }, ...(isTree(rest) ? rest : {}) });
    }),
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

/** A CodeableConcept in the words of the contract, whatever its teller called it; nothing where it has no code. */
function toDisplayed(concept: unknown): Tree | undefined {
  if (!isTree(concept) || !Array.isArray(concept.coding)) return undefined;
  const coding = concept.coding.flatMap((one) => (isTree(one) && one.code !== undefined ? [toCoding(one)] : []));
  if (coding.length === 0) return undefined;
  const text = coding.flatMap(({ display }) => (typeof display === "string" ? [display] : []))[0];
  return { coding, ...(text !== undefined && { text }) };
}

function toCoding({ system, version, code }: Tree): Tree {
  const display = typeof system === "string" && typeof code === "string" ? displayOf(system, code) : undefined;
  return {
    ...(system !== undefined && { system }),
    ...(version !== undefined && { version }),
    code,
    ...(display !== undefined && { display }),
  };
}

/** The same without extensions, at any depth, whose values can be a place, and without words of a teller's own. */
function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.flatMap((one) => scrubbed(one) ?? []);
  if (!isTree(value)) return value;
  if (Array.isArray(value.coding)) return toDisplayed(value);
  if (isConceptOfWords(value)) return undefined;
  if (value.code !== undefined && value.display !== undefined) return toCoding(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const kept = (EXTENSIONS[name] ?? scrubbed)(member);
      return isNothing(kept) ? [] : [[name, kept]];
    }),
  );
}

/** A CodeableConcept that is nothing but words. */
function isConceptOfWords(value: Tree): boolean {
  const names = Object.keys(value);
  return typeof value.text === "string" && names.every((name) => name === "text" || name === "extension");
}

/** FHIR has no empty objects either. */
function isNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0) || isEmptyTree(value);
}

function isEmptyTree(value: unknown): boolean {
  return isTree(value) && Object.keys(value).length === 0;
}

const EXTENSIONS: Readonly<Partial<Record<string, (member: unknown) => unknown>>> = {
  extension: (extensions) => each(extensions, (extension) => (hasPlace(extension) ? undefined : scrubbed(extension))),
  // That something changes the meaning may not be kept silent.
  modifierExtension: (extensions) =>
    each(extensions, (extension) =>
      hasPlace(extension) ? { url: extension.url, extension: [MASKED] } : scrubbed(extension),
    ),
};

const MASKED_VALUE = { coding: [{ system: DATA_ABSENT_REASON, code: "masked", display: "Masked" }], text: "Masked" };
const MASKED = { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" };
