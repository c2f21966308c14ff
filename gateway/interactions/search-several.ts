import { isCanonicalType, isServedType, type ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import type { Issue } from "../outcome/issue.ts";
import { parseQuery, type QueryOptions } from "../search/query.ts";
import type { Question, SearchQuery } from "../search/search-query.ts";

/** A query of several types at once: one question a type, and one way to answer them all. */
export type ParsedSeveral =
  | { readonly ok: true; readonly questions: readonly Question[]; readonly query: SearchQuery }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface SeveralOptions extends QueryOptions {
  readonly requester: Requester;
  /** Types that can be searched here. */
  readonly types: readonly ServedType[];
}

/**
 * Parameters that all the types share, and `_type`, which says which types are meant; without it those of the types
 * that the requester's scopes reach. https://hl7.org/fhir/R4/search.html#all
 */
export function parseSeveral(parameters: URLSearchParams, options: SeveralOptions): ParsedSeveral {
  const rest = new URLSearchParams([...parameters].filter(([name]) => name !== "_type"));
  const named = parameters.getAll("_type").filter((value) => value !== "");
  const chosen = chooseTypes(named, options);
  if ("kind" in chosen) return { ok: false, issues: [chosen] };
  const reading = { ...options, types: chosen.types };
  const read = readEach(rest, reading);
  if (!read.ok) return read;
  // What is ignored for one type is ignored for all: it would narrow some and leave the others whole.
  const shared = sharedParameters(read.queries);
  const again = read.queries.some(({ self }) => self !== shared.toString()) ? readEach(shared, reading) : read;
  if (!again.ok) return again;
  const { queries: questions } = again;
  // With no type at all left to search, the parameters are still to be understood.
  const first = questions[0] ?? { ...NO_QUERY, self: rest.toString() };
  const inclusions = distinct(questions.flatMap((query) => query.inclusions));
  const ignored = [...new Set(read.queries.flatMap((each) => each.ignored ?? []))];
  const query = { ...first, inclusions, self: withTypes(first.self, named), ...(ignored.length > 0 && { ignored }) };
  return { ok: true, questions, query };
}

type ReadEach =
  | { readonly ok: true; readonly queries: readonly SearchQuery[] }
  | Extract<ParsedSeveral, { readonly ok: false }>;

function readEach(parameters: URLSearchParams, options: SeveralOptions): ReadEach {
  const queries: SearchQuery[] = [];
  for (const type of options.types) {
    const parsed = parseQuery(type, parameters, options);
    if (!parsed.ok) return parsed;
    queries.push(parsed.query);
  }
  return { ok: true, queries };
}

function sharedParameters(queries: readonly SearchQuery[]): URLSearchParams {
  const [first, ...others] = queries.map(({ self }) => [...new URLSearchParams(self)]);
  return new URLSearchParams(
    (first ?? []).filter(([name]) => others.every((other) => other.some(([known]) => known === name))),
  );
}

const NO_QUERY: SearchQuery = {
  type: "Patient",
  conditions: [],
  lead: undefined,
  sort: [],
  count: 0,
  total: "accurate",
  inclusions: [],
  shape: undefined,
  self: "",
};

function chooseTypes(
  named: readonly string[],
  { requester: { scopes, agreement }, types }: SeveralOptions,
): { readonly types: readonly ServedType[] } | Issue {
  if (named.length === 0) {
    const mayHold = (type: ServedType) => type !== "AuditEvent" || agreement.audit;
    return { types: types.filter((type) => mayHold(type) && hasScope(scopes, type, "s")) };
  }
  const chosen: ServedType[] = [];
  for (const type of named.flatMap((value) => value.split(","))) {
    if (!isServedType(type) || !types.includes(type)) {
      return { kind: "bad-parameter-value", parameter: "_type", expected: `types served here: ${types.join(", ")}` };
    }
    if (!isCanonicalType(type) && !hasScope(scopes, type, "s")) {
      return { kind: "insufficient-scope", needed: `system/${type}.s` };
    }
    if (!chosen.includes(type)) chosen.push(type);
  }
  return { types: chosen };
}

function withTypes(self: string, named: readonly string[]): string {
  const types = named.map((value) => `_type=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return [...types, ...(self === "" ? [] : [self])].join("&");
}

function distinct(inclusions: SearchQuery["inclusions"]): SearchQuery["inclusions"] {
  return [...new Map(inclusions.map((inclusion) => [JSON.stringify(inclusion), inclusion])).values()];
}
