import type { ValueSet, ValueSetComposeInclude, ValueSetComposeIncludeFilter } from "@medplum/fhirtypes";
import { conceptOf, type KnownCodeSystem, type KnownConcept, reached } from "./code-system.ts";

/**
 * What the compose of a value set comes to. https://hl7.org/fhir/R4/valueset.html#compositions
 */

/** One code of an expansion. */
export interface ExpandedCode {
  readonly system: string;
  readonly version: string | undefined;
  readonly code: string;
  readonly display: string | undefined;
  /** Absent for a code that the value set names of a system that is not held. */
  readonly concept: KnownConcept | undefined;
}

export type Composed =
  | { readonly ok: true; readonly codes: readonly ExpandedCode[] }
  /** What it draws on and is not held here, so that nothing can be said of the whole. */
  | { readonly ok: false; readonly missing: "CodeSystem" | "ValueSet" }
  | { readonly ok: false; readonly unsupported: string };

export interface Sources {
  codeSystem(url: string, version: string | undefined): KnownCodeSystem | undefined;
  /** The codes of another value set, by its canonical URL with or without a version. */
  codesOf(canonical: string): Composed | undefined;
}

/** A code and its system as one word. */
export function codeKey({ system, code }: { readonly system: string; readonly code: string }): string {
  return `${system}|${code}`;
}

type Filtering = (concept: KnownConcept, codeSystem: KnownCodeSystem, value: string, property: string) => boolean;

function values({ code, display, property, parents, children }: KnownConcept, name: string): readonly string[] {
  if (name === "concept" || name === "code") return [code];
  if (name === "display") return display === undefined ? [] : [display];
  if (name === "parent") return parents;
  if (name === "child") return children;
  return property.flatMap((one) => {
    const value = one.valueCode ?? one.valueString ?? one.valueBoolean ?? one.valueInteger ?? one.valueDateTime;
    const told = value ?? one.valueDecimal ?? one.valueCoding?.code;
    return one.code === name && told !== undefined ? [String(told)] : [];
  });
}

function isBelow({ code }: KnownConcept, codeSystem: KnownCodeSystem, above: string): boolean {
  return reached(codeSystem, code, "parents").has(above);
}

/** All operators but `regex`: an expression from outside can take for ever. */
const FILTERS: ReadonlyMap<string, Filtering> = new Map<string, Filtering>([
  ["=", (concept, _, value, property) => values(concept, property).includes(value)],
  ["is-a", (concept, codeSystem, value) => concept.code === value || isBelow(concept, codeSystem, value)],
  ["descendent-of", (concept, codeSystem, value) => isBelow(concept, codeSystem, value)],
  ["is-not-a", (concept, codeSystem, value) => concept.code !== value && !isBelow(concept, codeSystem, value)],
  ["generalizes", ({ code }, codeSystem, value) => code === value || reached(codeSystem, value, "parents").has(code)],
  ["in", (concept, _, value, property) => list(value).some((one) => values(concept, property).includes(one))],
  ["not-in", (concept, _, value, property) => !list(value).some((one) => values(concept, property).includes(one))],
  ["exists", (concept, _, value, property) => values(concept, property).length > 0 === (value === "true")],
]);

function list(value: string): readonly string[] {
  return value.split(",").map((part) => part.trim());
}

function passes(filter: ValueSetComposeIncludeFilter, concept: KnownConcept, codeSystem: KnownCodeSystem): boolean {
  const { op = "", property = "", value = "" } = filter;
  return FILTERS.get(op)?.(concept, codeSystem, value, property) ?? false;
}

/** What one include or exclude takes of its code system alone. */
function ofSystem(include: ValueSetComposeInclude, sources: Sources): Composed {
  const { system = "", version, concept: named, filter = [] } = include;
  const codeSystem = sources.codeSystem(system, version);
  if (named) {
    const codes = named.map(({ code = "", display }): ExpandedCode => {
      const concept = codeSystem && conceptOf(codeSystem, code);
      const shown = display ?? concept?.display;
      return { system, version: version ?? codeSystem?.version, code, display: shown, concept };
    });
    return { ok: true, codes };
  }
  if (!codeSystem?.isWhole) return { ok: false, missing: "CodeSystem" };
  const unsupported = filter.find(({ op = "" }) => !FILTERS.has(op));
  if (unsupported) return { ok: false, unsupported: `the filter ${unsupported.op}` };
  const codes = codeSystem.concepts
    .values()
    .filter((concept) => filter.every((one) => passes(one, concept, codeSystem)))
    .map((concept): ExpandedCode => {
      const { code, display } = concept;
      return { system, version: codeSystem.version, code, display, concept };
    });
  return { ok: true, codes: [...codes] };
}

/** An include takes what is in its system and in every one of its value sets. */
function ofInclude(include: ValueSetComposeInclude, sources: Sources): Composed {
  const parts: Composed[] = (include.valueSet ?? []).map(
    (canonical) => sources.codesOf(canonical) ?? { ok: false, missing: "ValueSet" },
  );
  if (include.system !== undefined) parts.unshift(ofSystem(include, sources));
  const sets: (readonly ExpandedCode[])[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    sets.push(part.codes);
  }
  const [first = [], ...others] = sets;
  const keys = others.map((codes) => new Set(codes.map(codeKey)));
  return { ok: true, codes: first.filter((code) => keys.every((known) => known.has(codeKey(code)))) };
}

/** Every code of a value set once, in the order in which it names them. */
export function compose(valueSet: ValueSet, sources: Sources): Composed {
  const codes = new Map<string, ExpandedCode>();
  for (const include of valueSet.compose?.include ?? []) {
    const part = ofInclude(include, sources);
    if (!part.ok) return part;
    for (const code of part.codes) if (!codes.has(codeKey(code))) codes.set(codeKey(code), code);
  }
  for (const exclude of valueSet.compose?.exclude ?? []) {
    const part = ofInclude(exclude, sources);
    if (!part.ok) return part;
    for (const code of part.codes) codes.delete(codeKey(code));
  }
  const isActiveOnly = valueSet.compose?.inactive === false;
  return { ok: true, codes: [...codes.values()].filter(({ concept }) => !isActiveOnly || !concept?.isInactive) };
}
