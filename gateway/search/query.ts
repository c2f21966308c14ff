import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import {
  isServedType,
  RESULT_PARAMETERS,
  SERVED_RESOURCES,
  type ServedResource,
  type ServedType,
} from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import { fold } from "./fold.ts";
import {
  DATE_PREFIXES,
  identifierLead,
  mistypedNhsNumber,
  parseDate,
  splitUnescaped,
  tokenHash,
  unescapeValue,
} from "./query-values.ts";
import type { Condition, Inclusion, Lead, Question, SearchQuery, Shape, SortKey } from "./search-query.ts";
import { parseShape } from "./shape-parameters.ts";
import { hashToken } from "./token-hash.ts";

export type ParsedQuery =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface QueryOptions {
  readonly handling: "strict" | "lenient";
  /** Base of our own references: one that begins otherwise is to another server's resource. */
  readonly fhirBase: string;
}

/** Who is asked about. Left empty by a mistake of a GP system, they would bring other children's findings. */
const CHILD_PARAMETERS: ReadonlySet<string> = new Set(["patient", "subject", "patient.identifier"]);
const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;
const RESULT_CODES: ReadonlySet<string> = new Set(RESULT_PARAMETERS);
const CHAIN = "patient.identifier";
const NO_ISSUES: readonly Issue[] = [];

export type ParsedCriteria =
  | { readonly ok: true; readonly question: Question }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * The criteria of a conditional interaction: search parameters only, none of which is ever ignored, since a criterion
 * left out would match, and change, more than was meant. https://hl7.org/fhir/R4/http.html#ccreate
 */
export function parseCriteria(
  type: ServedType,
  text: string,
  { fhirBase }: Pick<QueryOptions, "fhirBase">,
): ParsedCriteria {
  const parameters = new URLSearchParams(text);
  const empty = [...parameters].filter(([, value]) => value === "").map(([name]) => name);
  if (parameters.size === 0 || empty.length > 0) {
    return {
      ok: false,
      issues: [
        { kind: "missing-parameter", parameter: empty[0] ?? "criteria", expected: "search parameters with values" },
      ],
    };
  }
  const result = [...parameters.keys()].filter((name) => RESULT_CODES.has(name) || name.startsWith("_format"));
  if (result.length > 0) {
    return { ok: false, issues: result.map((parameter) => ({ kind: "unknown-parameter", parameter, type })) };
  }
  const parsed = parseQuery(type, parameters, { handling: "strict", fhirBase });
  return parsed.ok ? { ok: true, question: parsed.query } : parsed;
}

/** What a query string asks of a type, or every reason why it cannot be answered. `_format` and paging are not its affair. */
export function parseQuery(
  type: ServedType,
  parameters: URLSearchParams,
  { handling, fhirBase }: QueryOptions,
): ParsedQuery {
  const served = SERVED_RESOURCES.find((resource) => resource.type === type);
  if (!served) return { ok: false, issues: [{ kind: "unknown-type", type }] };
  if (parameters.size > LIMITS.query_parameters_max) {
    return { ok: false, issues: [{ kind: "too-many-parameters", max: LIMITS.query_parameters_max }] };
  }
  const building = new QueryBuilder(served, fhirBase);
  for (const [name, value] of parameters) building.add(name, value, handling);
  building.shape(parameters);
  return building.finish();
}

class QueryBuilder {
  readonly #served: ServedResource;
  readonly #fhirBase: string;
  readonly #issues: Issue[] = [];
  readonly #conditions: Condition[] = [];
  readonly #leads: Lead[] = [];
  readonly #self = new URLSearchParams();
  readonly #inclusions: Inclusion[] = [];
  #shape: Shape | undefined;
  #countOnly = false;
  #sort: readonly SortKey[] = [];
  #count: number = LIMITS.page_entries_default;
  #total: SearchQuery["total"];
  readonly #seen = new Set<string>();

  constructor(served: ServedResource, fhirBase: string) {
    this.#served = served;
    this.#fhirBase = fhirBase;
  }

  add(name: string, value: string, handling: "strict" | "lenient"): void {
    if (name === "_format") return;
    const [code = "", modifier] = splitModifier(name);
    const isKnown = RESULT_CODES.has(code) || this.#isServed(code);
    if (value === "" && !(isKnown && CHILD_PARAMETERS.has(code))) return;
    // A named query decides what is searched at all: never to be ignored, however lenient.
    if (!isKnown && handling === "lenient" && code !== "_query") return;
    const issues = isKnown ? this.#addKnown(code, modifier, value) : [this.#unknown(code)];
    this.#issues.push(...issues);
    this.#self.append(name, value);
  }

  shape(parameters: URLSearchParams): void {
    const parsed = parseShape(parameters);
    if (parsed.ok) {
      this.#shape = parsed.shape;
      this.#countOnly = parsed.countOnly;
    } else this.#issues.push(...parsed.issues);
  }

  finish(): ParsedQuery {
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues };
    return {
      ok: true,
      query: {
        type: this.#served.type,
        conditions: this.#conditions,
        lead: this.#leads.sort((a, b) => LEAD_RANK[a.kind] - LEAD_RANK[b.kind])[0],
        sort: this.#sort,
        count: this.#countOnly ? 0 : this.#count,
        total: this.#total,
        inclusions: this.#inclusions,
        shape: this.#shape,
        self: this.#self.toString(),
      },
    };
  }

  #isServed(code: string): boolean {
    if (code === CHAIN) return this.#served.searchParameters.includes("patient");
    return this.#served.searchParameters.includes(code);
  }

  #unknown(code: string): Issue {
    const known = [...this.#served.searchParameters, ...RESULT_PARAMETERS];
    if (this.#served.searchParameters.includes("patient")) known.push(CHAIN);
    const closest = nearest(code, known);
    const issue = { kind: "unknown-parameter", parameter: code, type: this.#served.type } as const;
    return closest === undefined ? issue : { ...issue, nearest: closest };
  }

  #addKnown(code: string, modifier: string | undefined, value: string): readonly Issue[] {
    if (modifier !== undefined) return [{ kind: "unknown-modifier", parameter: code, modifier, known: [] }];
    if (value === "")
      return [{ kind: "bad-parameter-value", parameter: code, expected: "a value: it names the child" }];
    if (RESULT_CODES.has(code)) return this.#addResultParameter(code, value);
    const values = splitUnescaped(value, ",");
    if (values.length > LIMITS.or_values_max) {
      return [{ kind: "too-many-values", parameter: code, max: LIMITS.or_values_max }];
    }
    if (code === CHAIN) return this.#addIdentifiers(code, values);
    const definition = SEARCH_PARAMETERS[this.#served.type]?.[code];
    return definition ? this.#addCondition(definition, values) : [this.#unknown(code)];
  }

  #addCondition(definition: SearchParameterDefinition, values: readonly string[]): readonly Issue[] {
    const { code, type } = definition;
    if (code === "_id") return this.#addIds(values);
    if (type === "date") return this.#addDates(code, values);
    if (type === "string") return this.#addStrings(code, values);
    if (type === "reference") return this.#addReferences(code, values);
    if (values.some((value) => splitUnescaped(value, "|").length > 2)) {
      return [
        { kind: "bad-parameter-value", parameter: code, expected: "[code], [system]|[code], |[code] or [system]|" },
      ];
    }
    if (code === "identifier" && this.#served.type === "Patient") {
      const lead = identifierLead(values);
      const mistyped = lead && mistypedNhsNumber(code, lead.identifiers);
      if (mistyped) return [mistyped];
      if (lead) {
        this.#leads.push(lead);
        this.#conditions.push({ kind: "token", code, hashes: lead.identifiers.map(({ hash }) => hash) });
        return NO_ISSUES;
      }
    }
    this.#conditions.push({ kind: "token", code, hashes: values.map((value) => tokenHash(code, value)) });
    return NO_ISSUES;
  }

  #addIdentifiers(code: string, values: readonly string[]): readonly Issue[] {
    const lead = identifierLead(values);
    if (!lead) return [{ kind: "bad-parameter-value", parameter: code, expected: "[system]|[value]" }];
    const mistyped = mistypedNhsNumber(code, lead.identifiers);
    if (mistyped) return [mistyped];
    this.#leads.push(lead);
    this.#conditions.push({ kind: "child-identifier", identifiers: lead.identifiers });
    return NO_ISSUES;
  }

  #addIds(values: readonly string[]): readonly Issue[] {
    const ids = values.map(unescapeValue);
    if (!ids.every((id) => LOGICAL_ID.test(id))) {
      return [{ kind: "bad-parameter-value", parameter: "_id", expected: "a logical id, as [A-Za-z0-9-.]{1,64}" }];
    }
    this.#leads.push({ kind: "id", type: this.#served.type, ids });
    this.#conditions.push({ kind: "token", code: "_id", hashes: ids.map((id) => hashToken("_id", id)) });
    return NO_ISSUES;
  }

  #addReferences(code: string, values: readonly string[]): readonly Issue[] {
    const ids: string[] = [];
    for (const text of values.map(unescapeValue)) {
      const value = text.startsWith(`${this.#fhirBase}/`) ? text.slice(this.#fhirBase.length + 1) : text;
      const parts = value.split("/");
      const id = parts.at(-1) ?? "";
      const type = parts.at(-2);
      if (!LOGICAL_ID.test(id) || (type !== undefined && !/^[A-Z][A-Za-z]+$/.test(type))) {
        return [{ kind: "bad-parameter-value", parameter: code, expected: "[id] or [type]/[id]" }];
      }
      const isOurs = parts.length === 1 || (parts.length === 2 && type === "Patient");
      ids.push(isOurs ? id : "");
    }
    const children = ids.filter((id) => id !== "");
    this.#leads.push({ kind: "id", type: "Patient", ids: children });
    this.#conditions.push({
      kind: "token",
      code,
      hashes: children.map((id) => hashToken(code, `Patient/${id}`)),
    });
    return NO_ISSUES;
  }

  #addDates(code: string, values: readonly string[]): readonly Issue[] {
    const spans = values.flatMap((value) => parseDate(unescapeValue(value)) ?? []);
    if (spans.length !== values.length) {
      const expected = `[${DATE_PREFIXES.join("|")}]YYYY[-MM[-DD[Thh:mm[:ss[.fff]][Z|±hh:mm]]]]`;
      return [{ kind: "bad-parameter-value", parameter: code, expected }];
    }
    if (code === "birthdate" && values.every((value) => /^(eq)?\d{4}-\d{2}-\d{2}$/.test(value))) {
      this.#leads.push({ kind: "birthdate", dates: values.map((value) => value.slice(-10)) });
    }
    this.#conditions.push({ kind: "date", code, spans });
    return NO_ISSUES;
  }

  #addStrings(code: string, values: readonly string[]): readonly Issue[] {
    const texts = values.map((value) => fold(unescapeValue(value)));
    if (texts.some((text) => text === "")) {
      return [{ kind: "bad-parameter-value", parameter: code, expected: "text with at least one letter or digit" }];
    }
    if (this.#served.type === "Patient" && (code === "family" || code === "given" || code === "name")) {
      this.#leads.push({ kind: "names", code, texts });
    }
    this.#conditions.push({ kind: "string", code, texts });
    return NO_ISSUES;
  }

  #addResultParameter(code: string, value: string): readonly Issue[] {
    const isRepeated = code !== "_include" && code !== "_revinclude" && this.#seen.has(code);
    this.#seen.add(code);
    if (isRepeated) return [{ kind: "repeated-parameter", parameter: code }];
    if (code === "_sort") return this.#addSort(value);
    if (code === "_count") {
      if (!/^\d{1,9}$/.test(value)) {
        return [{ kind: "bad-parameter-value", parameter: code, expected: "a whole number from 0" }];
      }
      this.#count = Math.min(Number(value), LIMITS.page_entries_max);
      return NO_ISSUES;
    }
    if (code === "_total") {
      if (value !== "none" && value !== "estimate" && value !== "accurate") {
        return [{ kind: "bad-parameter-value", parameter: code, expected: "none, estimate or accurate" }];
      }
      this.#total = value;
      return NO_ISSUES;
    }
    if (code === "_summary" || code === "_elements") return NO_ISSUES;
    return this.#addInclusion(code, value);
  }

  #addInclusion(code: string, value: string): readonly Issue[] {
    const [source = "", reference = "", target] = value.split(":");
    const known = code === "_include" ? this.#served.includes : this.#served.revIncludes;
    if (!isServedType(source) || !known.includes(`${source}:${reference}`)) {
      const expected = known.join(", ") || "nothing: this type has no reference that can be included";
      return [{ kind: "bad-parameter-value", parameter: code, expected }];
    }
    this.#inclusions.push({
      direction: code === "_include" ? "include" : "revinclude",
      iterate: false,
      source,
      code: reference,
      target: target !== undefined && isServedType(target) ? target : undefined,
    });
    return NO_ISSUES;
  }

  #addSort(value: string): readonly Issue[] {
    const keys = value.split(",").map((key) => ({ code: key.replace(/^-/, ""), descending: key.startsWith("-") }));
    const sortable = SORTABLE.get(this.#served.type) ?? [];
    if (!keys.every(({ code }) => sortable.includes(code))) {
      return [{ kind: "bad-parameter-value", parameter: "_sort", expected: `[-]${sortable.join(" or [-]")}` }];
    }
    this.#sort = keys;
    return NO_ISSUES;
  }
}

/** How much a lead narrows: an id is one record, a name some hundred. */
const LEAD_RANK: Readonly<Record<Lead["kind"], number>> = { id: 0, identifier: 1, birthdate: 2, names: 3 };

/** What each type can be sorted by: its dates and strings, and its id. */
const SORTABLE = new Map(
  SERVED_RESOURCES.map(({ type, searchParameters }) => [
    type,
    searchParameters.filter((code) => {
      const kind = SEARCH_PARAMETERS[type]?.[code]?.type;
      return code === "_id" || kind === "date" || kind === "string";
    }),
  ]),
);

function splitModifier(name: string): readonly [string, string | undefined] {
  const colon = name.indexOf(":");
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
}
