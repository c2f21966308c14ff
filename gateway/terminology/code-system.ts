import type {
  CodeSystem,
  CodeSystemConcept,
  CodeSystemConceptDesignation,
  CodeSystemConceptProperty,
} from "@medplum/fhirtypes";

/** A code, with what is known of it. */
export interface KnownConcept {
  readonly code: string;
  readonly display: string | undefined;
  readonly definition: string | undefined;
  readonly designation: readonly CodeSystemConceptDesignation[];
  readonly property: readonly CodeSystemConceptProperty[];
  /** Codes directly above; more than one where a concept stands in several places. */
  readonly parents: readonly string[];
  readonly children: readonly string[];
  /** There to group others, not to be used itself. */
  readonly isAbstract: boolean;
  readonly isInactive: boolean;
}

export interface KnownCodeSystem {
  readonly url: string;
  readonly version: string | undefined;
  readonly name: string;
  /** Whether every code is held, or only those that value sets here name. */
  readonly isWhole: boolean;
  readonly isCaseSensitive: boolean;
  readonly concepts: ReadonlyMap<string, KnownConcept>;
}

/** A code that a value set names without the code system being held. */
export interface NamedCode {
  readonly code?: string | undefined;
  readonly display?: string | undefined;
}

/** How systems that are not held are called; others go by the last part of their URL. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["http://snomed.info/sct", "SNOMED CT"],
  ["http://loinc.org", "LOINC"],
  ["http://unitsofmeasure.org", "UCUM"],
]);
/** Properties by which a concept names one that nesting does not show below or above it. */
const DOWN = new Set(["child"]);
const UP = new Set(["parent", "subsumedBy"]);
const ABSTRACT = new Set(["notSelectable", "abstract"]);
const RETIRED = new Set(["retired", "inactive"]);

interface Placed {
  readonly concept: CodeSystemConcept;
  readonly parent: string | undefined;
}

function placed(concepts: readonly CodeSystemConcept[], parent?: string): readonly Placed[] {
  return concepts.flatMap((concept) => [{ concept, parent }, ...placed(concept.concept ?? [], concept.code)]);
}

/** The edges of the hierarchy, from nesting and from properties, in the order in which they are told. */
function edges(rows: readonly Placed[]): readonly (readonly [parent: string, child: string])[] {
  return rows.flatMap(({ concept, parent }) => {
    const { code = "", property = [] } = concept;
    return [
      ...(parent === undefined ? [] : [[parent, code] as const]),
      ...property.flatMap(({ code: kind = "", valueCode }): readonly (readonly [string, string])[] => {
        if (valueCode === undefined) return [];
        if (DOWN.has(kind)) return [[code, valueCode]];
        return UP.has(kind) ? [[valueCode, code]] : [];
      }),
    ];
  });
}

function append(map: Map<string, Set<string>>, key: string, value: string): void {
  const found = map.get(key);
  if (found) found.add(value);
  else map.set(key, new Set([value]));
}

/** A code system that is held, ready to be asked. */
export function toKnownCodeSystem(codeSystem: CodeSystem): KnownCodeSystem {
  const { url = "", version, title, name, content, caseSensitive, concept = [] } = codeSystem;
  const rows = placed(concept);
  const parents = new Map<string, Set<string>>();
  const children = new Map<string, Set<string>>();
  for (const [parent, child] of edges(rows)) {
    append(parents, child, parent);
    append(children, parent, child);
  }
  const concepts = rows.map(({ concept: { code = "", display, definition, designation = [], property = [] } }) => ({
    code,
    display,
    definition,
    designation,
    property,
    parents: [...(parents.get(code) ?? [])],
    children: [...(children.get(code) ?? [])],
    isAbstract: property.some(({ code: kind = "", valueBoolean }) => ABSTRACT.has(kind) && valueBoolean === true),
    isInactive: property.some(
      ({ code: kind, valueCode = "", valueBoolean }) =>
        (kind === "status" && RETIRED.has(valueCode)) || (kind === "inactive" && valueBoolean === true),
    ),
  }));
  return {
    url,
    version,
    name: title ?? name ?? url,
    isWhole: content === "complete",
    isCaseSensitive: caseSensitive ?? false,
    concepts: new Map(concepts.map((known) => [known.code, known])),
  };
}

/** What value sets name of a code system that is not held itself. */
export function toNamedCodeSystem(url: string, named: readonly NamedCode[]): KnownCodeSystem {
  const concepts = named.map(({ code = "", display }) => ({
    code,
    display,
    definition: undefined,
    designation: [],
    property: [],
    parents: [],
    children: [],
    isAbstract: false,
    isInactive: false,
  }));
  return {
    url,
    version: undefined,
    name: NAMES.get(url) ?? url.split("/").at(-1) ?? url,
    isWhole: false,
    isCaseSensitive: true,
    concepts: new Map(concepts.map((known) => [known.code, known])),
  };
}

/** The concept with a code, in whichever case it is written where the system does not mind. */
export function conceptOf({ concepts, isCaseSensitive }: KnownCodeSystem, code: string): KnownConcept | undefined {
  const exact = concepts.get(code);
  if (exact || isCaseSensitive) return exact;
  const wanted = code.toLowerCase();
  return concepts.values().find((concept) => concept.code.toLowerCase() === wanted);
}

/** All codes that are reached from one by going up or down, without itself. */
export function reached(codeSystem: KnownCodeSystem, code: string, way: "parents" | "children"): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (from: string): void => {
    for (const next of codeSystem.concepts.get(from)?.[way] ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(code);
  found.delete(code);
  return found;
}
