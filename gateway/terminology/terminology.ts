import type { CodeSystem, ConceptMap, OperationDefinition, ValueSet } from "@medplum/fhirtypes";
import type { PublishedResource } from "#profiles/published.ts";
import {
  conceptOf,
  type KnownCodeSystem,
  type NamedCode,
  reached,
  toKnownCodeSystem,
  toNamedCodeSystem,
} from "./code-system.ts";
import { type Composed, compose, type Sources } from "./compose.ts";

/** The terminology of the contract: what it answers is all that is known here, and it says where that ends. */
export interface HeldTerminology extends Sources {
  /** By id, or by canonical URL with or without a version. */
  valueSet(which: Which): ValueSet | undefined;
  /** By id, or by URL; a system of which only the codes in use are held has no resource. */
  codeSystemResource(which: Which): CodeSystem | undefined;
  conceptMap(which: Which): ConceptMap | undefined;
  readonly conceptMaps: () => readonly ConceptMap[];
  /** By canonical URL: what an operation on terminology takes. */
  operation(url: string): OperationDefinition | undefined;
  /** The codes of a value set that is held or was sent along. */
  compose(valueSet: ValueSet): Composed;
  /** Every code of a value set, by its canonical URL or `ValueSet/[id]`; `undefined` for one that is not held. */
  members(valueSetUrl: string): readonly { readonly system: string; readonly code: string }[] | undefined;
  /** Codes below a code, at whatever depth; `undefined` for a code or a system that is not held as a whole. */
  descendants(system: string, code: string): readonly string[] | undefined;
  /** Codes above a code, up to the root; `undefined` for a code or a system that is not held as a whole. */
  ancestors(system: string, code: string): readonly string[] | undefined;
}

export type Which = { readonly id: string } | { readonly url: string; readonly version?: string | undefined };

interface Held {
  readonly valueSets: readonly ValueSet[];
  readonly codeSystemResources: readonly CodeSystem[];
  readonly conceptMaps: readonly ConceptMap[];
  readonly operations: readonly OperationDefinition[];
  readonly codeSystems: ReadonlyMap<string, KnownCodeSystem>;
}

function toHeld(published: readonly PublishedResource[]): Held {
  const valueSets = published.filter((resource) => resource.resourceType === "ValueSet");
  const codeSystemResources = published.filter((resource) => resource.resourceType === "CodeSystem");
  const known = codeSystemResources.map((codeSystem): [string, KnownCodeSystem] => [
    codeSystem.url ?? "",
    toKnownCodeSystem(codeSystem),
  ]);
  const named = namedCodes(valueSets, new Set(known.map(([url]) => url)));
  return {
    valueSets,
    codeSystemResources,
    conceptMaps: published.filter((resource) => resource.resourceType === "ConceptMap"),
    operations: published.filter((resource) => resource.resourceType === "OperationDefinition"),
    codeSystems: new Map([
      ...known,
      ...[...named].map(([url, codes]): [string, KnownCodeSystem] => [url, toNamedCodeSystem(url, codes)]),
    ]),
  };
}

/** Codes of systems that are not held, as value sets name them. */
function namedCodes(
  valueSets: readonly ValueSet[],
  held: ReadonlySet<string>,
): ReadonlyMap<string, readonly NamedCode[]> {
  const rows = valueSets.flatMap(({ compose: composition }) =>
    (composition?.include ?? []).flatMap(({ system = "", concept = [] }) =>
      system === "" || held.has(system) ? [] : concept.map((one) => ({ system, one })),
    ),
  );
  const bySystem = Map.groupBy(rows, ({ system }) => system);
  return new Map([...bySystem].map(([system, codes]) => [system, codes.map(({ one }) => one)]));
}

/** `url|version` taken apart; a version of its own comes second to the one in the URL. */
function canonicalOf(url: string, version: string | undefined): { readonly url: string; readonly version?: string } {
  const bar = url.indexOf("|");
  const wanted = bar < 0 ? version : url.slice(bar + 1);
  return { url: bar < 0 ? url : url.slice(0, bar), ...(wanted && { version: wanted }) };
}

interface Canonical {
  readonly id?: string;
  readonly url?: string;
  readonly version?: string;
}

function pick<Resource extends Canonical>(resources: readonly Resource[], which: Which): Resource | undefined {
  if ("id" in which) return resources.find(({ id }) => id === which.id);
  const wanted = canonicalOf(which.url, which.version);
  return resources.find(
    ({ url, version }) => url === wanted.url && (wanted.version === undefined || version === wanted.version),
  );
}

/** `published` is called once at most, and not before the first question. */
export function createTerminology(published: () => readonly PublishedResource[]): HeldTerminology {
  let loaded: Held | undefined;
  const expansions = new Map<ValueSet, Composed>();
  const held = (): Held => {
    loaded ??= toHeld(published());
    return loaded;
  };
  const valueSet = (which: Which) => pick(held().valueSets, which);
  const codeSystem = (system: string, wanted: string | undefined) => {
    const { url, version } = canonicalOf(system, wanted);
    const known = held().codeSystems.get(url);
    return version !== undefined && known?.version !== version ? undefined : known;
  };
  const expansionOf = (found: ValueSet): Composed => {
    const cached = expansions.get(found);
    if (cached) return cached;
    const composed = compose(found, sources);
    expansions.set(found, composed);
    return composed;
  };
  const codesOf = (canonical: string) => {
    const found = valueSet({ url: canonical });
    return found && expansionOf(found);
  };
  const sources: Sources = { codeSystem, codesOf };
  const walk = (system: string, code: string, way: "parents" | "children") => {
    const known = codeSystem(system, undefined);
    // What lies around a code is known only where the whole of its system is.
    const concept = known?.isWhole ? conceptOf(known, code) : undefined;
    return known && concept && [...reached(known, concept.code, way)];
  };
  return {
    ...sources,
    valueSet,
    codeSystemResource: (which) => pick(held().codeSystemResources, which),
    conceptMap: (which) => pick(held().conceptMaps, which),
    conceptMaps: () => held().conceptMaps,
    operation: (url) => pick(held().operations, { url }),
    compose: (given) => (held().valueSets.includes(given) ? expansionOf(given) : compose(given, sources)),
    members(valueSetUrl) {
      const id = /^ValueSet\/([^/]+)$/.exec(valueSetUrl)?.[1];
      const found = valueSet(id === undefined ? { url: valueSetUrl } : { id });
      const composed = found && expansionOf(found);
      return composed?.ok ? composed.codes : undefined;
    },
    descendants: (system, code) => walk(system, code, "children"),
    ancestors: (system, code) => walk(system, code, "parents"),
  };
}
