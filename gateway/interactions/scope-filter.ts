import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Requester, Scope } from "../access/requester.ts";
import { forLetters, isNarrowed } from "../access/scope-letters.ts";
import { extractKeys } from "../search/keys.ts";
import { meetsConditions } from "../search/match.ts";
import { type Pack, toPack } from "../search/pack.ts";
import { parseCriteria } from "../search/query.ts";
import type { Condition } from "../search/search-query.ts";

/**
 * Scopes with search parameters, `system/Observation.rs?category=survey`: what lies outside of them is as unknown to the
 * requester. Parameters of one scope must all hold, and of several scopes one is enough.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
 */
export interface ScopeFilter {
  /** Whether an entry of a pack lies within the scopes. */
  holds(pack: Pack, entry: number): boolean;
  /** The same for a resource that is in no pack, by its JSON. */
  holdsBody(type: string, body: Buffer | string): boolean;
}

/** One way to be within the scopes of a letter. */
type Conditions = readonly Condition[];
/** For each letter that is needed and narrowed, the ways; all letters must hold. */
type Narrowing = readonly (readonly Conditions[])[];

type SystemScope = Extract<Scope, { context: "system" }>;

const filters = new WeakMap<Requester, ScopeFilter | "none">();

/** Compiled once a requester; `undefined` where no scope has parameters, which costs nothing more. */
export function scopeFilterOf(requester: Requester, fhirBase: string): ScopeFilter | undefined {
  const known = filters.get(requester);
  if (known !== undefined) return known === "none" ? undefined : known;
  const filter = isNarrowed(requester) ? compile(requester, fhirBase) : undefined;
  filters.set(requester, filter ?? "none");
  return filter;
}

/** Whether the values of a scope's parameters can be searched for. */
export function isSearchable(type: string, parameters: string, fhirBase: string): boolean {
  return isRecordType(type) && parseCriteria(type, parameters, { fhirBase }).ok;
}

/** Whether a resource that is to be written lies within what the requester may create (`c`) or update (`u`). */
export function mayWrite(
  requester: Requester,
  written: { readonly type: RecordType; readonly letter: "c" | "u"; readonly resource: object },
  fhirBase: string,
): boolean {
  if (!isNarrowed(requester)) return true;
  const { type, letter, resource } = written;
  return scopeFilterOf(forLetters(requester, letter), fhirBase)?.holdsBody(type, JSON.stringify(resource)) ?? true;
}

function compile(requester: Requester, fhirBase: string): ScopeFilter {
  const byType = new Map<string, Narrowing>();
  const narrowingOf = (type: string): Narrowing => {
    const known = byType.get(type);
    if (known) return known;
    const made = isRecordType(type) ? narrow(type, requester, fhirBase) : [];
    byType.set(type, made);
    return made;
  };
  const holds = (pack: Pack, entry: number): boolean =>
    narrowingOf(pack.types[entry] ?? "").every((ways) =>
      ways.some((conditions) => meetsConditions(pack, entry, conditions)),
    );
  return {
    holds,
    holdsBody(type, body) {
      if (!isRecordType(type) || narrowingOf(type).length === 0) return true;
      return holds(toLonePack(type, body, fhirBase), 0);
    },
  };
}

function narrow(type: RecordType, { scopes, letters }: Requester, fhirBase: string): Narrowing {
  const held = scopes.filter(
    (scope): scope is SystemScope => scope.context === "system" && (scope.type === type || scope.type === "*"),
  );
  const needed = lettersFor(held, letters);
  return needed.flatMap((letter) => {
    const allowing = held.filter(({ interactions }) => interactions.includes(letter));
    if (allowing.some(({ parameters }) => parameters === undefined)) return [];
    return [
      allowing.flatMap(({ parameters = "" }): Conditions[] => {
        const parsed = parseCriteria(type, parameters, { fhirBase });
        // What cannot be read lets nothing through.
        return parsed.ok ? [parsed.question.conditions] : [];
      }),
    ];
  });
}

/** Those letters that are needed and held for the type; of a type that holds none of them, all that it holds. */
function lettersFor(held: readonly SystemScope[], needed: string | undefined): readonly string[] {
  const all = [..."cruds"].filter((letter) => held.some(({ interactions }) => interactions.includes(letter)));
  const wanted = needed === undefined ? all : all.filter((letter) => needed.includes(letter));
  return wanted.length > 0 ? wanted : all;
}

function toLonePack(type: RecordType, body: Buffer | string, fhirBase: string): Pack {
  const text = body.toString();
  const resource = JSON.parse(text);
  const { id = "", meta } = resource;
  return toPack(
    [
      {
        type,
        id,
        version: meta?.versionId ?? "1",
        lastUpdated: Date.parse(meta?.lastUpdated ?? "") || 0,
        source: "",
        body: Buffer.from(text),
        keys: extractKeys(resource),
      },
    ],
    fhirBase,
  );
}
