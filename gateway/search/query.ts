import { RESULT_PARAMETERS, SERVED_RESOURCES, type ServedResource, type ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { parseCriterion, splitModifier, unknownParameter } from "./criterion.ts";
import { parseInclusions } from "./inclusions.ts";
import { bestLead } from "./leads.ts";
import type { Condition, Inclusion, Lead, Question, SearchQuery, SortKey } from "./search-query.ts";
import { parseShape } from "./shape-parameters.ts";
import { parseSort } from "./sort-parameter.ts";
import type { CriterionOptions } from "./value-tests.ts";

export type ParsedQuery =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export type ParsedCriteria =
  | { readonly ok: true; readonly question: Question }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface QueryOptions extends CriterionOptions {
  readonly handling: "strict" | "lenient";
  /** All types that are searched together, whose references may be followed; absent for a search of one type. */
  readonly types?: readonly ServedType[];
}

/** Who is asked about. Left empty by a mistake of a GP system, they would bring other children's findings. */
const CHILD_PARAMETERS: ReadonlySet<string> = new Set(["patient", "subject"]);
const RESULT_CODES: ReadonlySet<string> = new Set(RESULT_PARAMETERS);
/** Those that decide how an answer is written: dealt with by who sends it. */
const WRITING: ReadonlySet<string> = new Set(["_format", "_pretty"]);
const REPEATABLE: ReadonlySet<string> = new Set(["_include", "_revinclude", "_elements"]);
const NO_ISSUES: readonly Issue[] = [];

/**
 * What a query string asks of a type, or every reason why it cannot be answered. Pages are not its affair.
 * https://hl7.org/fhir/R4/search.html
 */
export function parseQuery(type: ServedType, parameters: URLSearchParams, options: QueryOptions): ParsedQuery {
  const served = SERVED_RESOURCES.find((resource) => resource.type === type);
  if (!served) return { ok: false, issues: [{ kind: "unknown-parameter", parameter: "_type", type }] };
  if (parameters.size > LIMITS.query_parameters_max) {
    return { ok: false, issues: [{ kind: "too-many-parameters", max: LIMITS.query_parameters_max }] };
  }
  const building = new QueryBuilder(served, options);
  for (const [name, value] of parameters) building.add(name, value);
  return building.finish(parameters);
}

/**
 * The criteria of a conditional interaction: search parameters only, none of which is ever ignored, since a criterion
 * left out would match, and change, more than was meant. https://hl7.org/fhir/R4/http.html#ccreate
 */
export function parseCriteria(type: ServedType, text: string, options: CriterionOptions): ParsedCriteria {
  const parameters = new URLSearchParams(text);
  if (parameters.size === 0) return missing("criteria");
  if (parameters.size > LIMITS.query_parameters_max) {
    return { ok: false, issues: [{ kind: "too-many-parameters", max: LIMITS.query_parameters_max }] };
  }
  const conditions: Condition[] = [];
  const leads: Lead[] = [];
  const issues: Issue[] = [];
  for (const [name, value] of parameters) {
    if (isBlank(value)) return missing(name);
    const parsed = parseCriterion(type, name, value, options);
    if (!parsed.ok) issues.push(...parsed.issues.map(asCriterion));
    else {
      conditions.push(parsed.condition);
      if (parsed.lead) leads.push(parsed.lead);
    }
  }
  return issues.length > 0
    ? { ok: false, issues }
    : { ok: true, question: { type, conditions, lead: bestLead(leads) } };
}

function asCriterion(issue: Issue): Issue {
  return issue.kind === "unknown-parameter" ? { ...issue, isCriterion: true } : issue;
}

function missing(parameter: string): Extract<ParsedCriteria, { ok: false }> {
  return { ok: false, issues: [{ kind: "missing-parameter", parameter, expected: "search parameters with values" }] };
}

/** Nothing at all, or commas between nothing. */
function isBlank(value: string): boolean {
  return value === "" || /^,+$/.test(value);
}

class QueryBuilder {
  readonly #served: ServedResource;
  readonly #options: QueryOptions;
  readonly #issues: Issue[] = [];
  readonly #conditions: Condition[] = [];
  readonly #leads: Lead[] = [];
  readonly #self = new URLSearchParams();
  readonly #inclusions: Inclusion[] = [];
  readonly #idle: string[] = [];
  readonly #seen = new Set<string>();
  readonly #ignored = new Set<string>();
  #sort: readonly SortKey[] = [];
  #count: number = LIMITS.page_entries_default;
  #total: SearchQuery["total"];

  constructor(served: ServedResource, options: QueryOptions) {
    this.#served = served;
    this.#options = options;
  }

  add(name: string, value: string): void {
    if (WRITING.has(name)) return;
    const [code, modifier] = splitModifier(name);
    if (isBlank(value)) {
      // Empty parameters are as none, but for those that name the child.
      const [head = ""] = code.split(".");
      if (!CHILD_PARAMETERS.has(head) || !this.#served.searchParameters.includes(head)) return;
      this.#issues.push({ kind: "bad-parameter-value", parameter: name, expected: "a value: it names the child" });
      return;
    }
    const issues = RESULT_CODES.has(code)
      ? this.#addResult(name, code, modifier, value)
      : this.#addCriterion(name, value);
    if (issues.length > 0 && this.#isIgnorable(code, issues)) {
      this.#ignored.add(name);
      return;
    }
    this.#issues.push(...issues);
    // A page larger than the largest is not what is answered.
    this.#self.append(name, code === "_count" && issues.length === 0 ? String(this.#count) : value);
  }

  /** What a lenient client would rather have ignored. A named query decides what is searched at all: never. */
  #isIgnorable(code: string, issues: readonly Issue[]): boolean {
    if (this.#options.handling !== "lenient" || code === "_query") return false;
    const isInclusion = code === "_include" || code === "_revinclude";
    return issues.every(({ kind }) => kind === "unknown-parameter" || (isInclusion && kind === "bad-parameter-value"));
  }

  finish(parameters: URLSearchParams): ParsedQuery {
    const shape = parseShape(parameters);
    if (!shape.ok) return { ok: false, issues: [...this.#issues, ...shape.issues] };
    if (shape.shape?.kind === "summary" && shape.shape.summary === "text" && this.#inclusions.length > 0) {
      const expected = "another part than text: with _include and _revinclude it is not allowed";
      this.#issues.push({ kind: "bad-parameter-value", parameter: "_summary", expected });
    }
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues };
    return {
      ok: true,
      query: {
        type: this.#served.type,
        conditions: this.#conditions,
        lead: bestLead(this.#leads),
        sort: this.#sort,
        count: shape.countOnly ? 0 : this.#count,
        total: this.#total,
        inclusions: this.#inclusions,
        shape: shape.shape,
        self: this.#self.toString(),
        ...(this.#ignored.size > 0 && { ignored: [...this.#ignored] }),
        ...(this.#idle.length > 0 && { idle: this.#idle }),
      },
    };
  }

  #addCriterion(name: string, value: string): readonly Issue[] {
    const [code] = splitModifier(name.split(".", 1)[0] ?? "");
    const { type, searchParameters } = this.#served;
    if (code !== "_has" && !searchParameters.includes(code)) {
      const chains = searchParameters.includes("patient") ? ["patient.identifier"] : [];
      return [unknownParameter(type, code, [...RESULT_PARAMETERS, "_has", ...chains])];
    }
    const parsed = parseCriterion(type, name, value, this.#options);
    if (!parsed.ok) return parsed.issues;
    this.#conditions.push(parsed.condition);
    if (parsed.lead) this.#leads.push(parsed.lead);
    return NO_ISSUES;
  }

  #addResult(name: string, code: string, modifier: string | undefined, value: string): readonly Issue[] {
    if (code === "_include" || code === "_revinclude") {
      const parsed = parseInclusions(this.#searched(), name, value);
      if (!parsed.ok) return parsed.issues;
      this.#inclusions.push(...parsed.inclusions);
      this.#idle.push(...parsed.idle);
      return NO_ISSUES;
    }
    if (modifier !== undefined) return [{ kind: "unknown-modifier", parameter: code, modifier, known: [] }];
    const isRepeated = this.#seen.has(code) && !REPEATABLE.has(code);
    this.#seen.add(code);
    // A repeated _summary is found by who reads the shape.
    if (isRepeated) return code === "_summary" ? NO_ISSUES : [{ kind: "repeated-parameter", parameter: code }];
    if (code === "_sort") return this.#addSort(value);
    if (code === "_count") return this.#addCount(value);
    if (code === "_total") return this.#addTotal(value);
    return NO_ISSUES;
  }

  #searched(): readonly ServedResource[] {
    const { types } = this.#options;
    return types ? SERVED_RESOURCES.filter(({ type }) => types.includes(type)) : [this.#served];
  }

  #addSort(value: string): readonly Issue[] {
    const parsed = parseSort(this.#served.type, value);
    if (!parsed.ok) return parsed.issues;
    this.#sort = parsed.sort;
    return NO_ISSUES;
  }

  #addCount(value: string): readonly Issue[] {
    if (!/^\d+$/.test(value)) {
      return [{ kind: "bad-parameter-value", parameter: "_count", expected: "a whole number from 0" }];
    }
    this.#count = Math.min(Number(value), LIMITS.page_entries_max);
    return NO_ISSUES;
  }

  #addTotal(value: string): readonly Issue[] {
    if (value !== "none" && value !== "estimate" && value !== "accurate") {
      return [{ kind: "bad-parameter-value", parameter: "_total", expected: "none, estimate or accurate" }];
    }
    this.#total = value;
    return NO_ISSUES;
  }
}
