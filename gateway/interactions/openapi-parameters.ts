import type { OperationDefinitionParameter } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { RESULT_PARAMETERS, SERVED_RESOURCES } from "#profiles/interactions.ts";
import { OPERATION_PARAMETERS } from "#profiles/operation-parameters.ts";
import type { PublishedResource } from "#profiles/published.ts";
import type { Route } from "#profiles/routes.ts";
import { LIMITS } from "../limits.ts";
import { searchParamText } from "./capabilities-resource.ts";
import type { Reference } from "./openapi-responses.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** A repeated parameter is sent once for each value. */
  readonly explode?: boolean;
}

const TEXT = { type: "string" };

function query(name: string, description: string, schema: Parameter["schema"] = TEXT): Parameter {
  return { name, in: "query", description, schema };
}

function header(name: string, description: string): Parameter {
  return { name, in: "header", description, schema: TEXT };
}

const RESULT_TEXTS: Readonly<Record<(typeof RESULT_PARAMETERS)[number], Parameter>> = {
  _sort: query("_sort", "Search parameters by commas, each with - before it for descending order."),
  _count: query("_count", "Entries a page; 0 gives the total alone.", {
    type: "integer",
    minimum: 0,
    default: LIMITS.page_entries_default,
  }),
  _total: query("_total", "Whether to count all that match.", { enum: ["none", "estimate", "accurate"] }),
  _include: query("_include", "References to follow from what matches, as Observation:subject."),
  _revinclude: query("_revinclude", "References to follow to what matches, as Provenance:target."),
  _summary: query("_summary", "A part of each resource.", { enum: ["true", "text", "data", "count", "false"] }),
  _elements: query("_elements", "Names of elements, by commas."),
};

/** Parameters that are not those of one search. */
export const COMMON_PARAMETERS: Readonly<Record<string, Parameter>> = {
  id: { name: "id", in: "path", required: true, schema: { type: "string", pattern: "^[A-Za-z0-9\\-.]{1,64}$" } },
  vid: { name: "vid", in: "path", required: true, schema: { type: "string", pattern: "^[A-Za-z0-9\\-.]{1,64}$" } },
  _format: query("_format", "In place of Accept: json alone."),
  _pretty: query("_pretty", "Whether to lay the JSON out for people.", { type: "boolean" }),
  _type: query("_type", "Types by commas."),
  _has: query("_has", "One of another type refers to it, as _has:Observation:patient:code=…"),
  _since: query("_since", "Versions from this instant on."),
  _at: query("_at", "Versions that were current then."),
  max: query("max", "How many of each code.", { type: "integer", minimum: 1, default: 1 }),
  "If-Match": header("If-Match", "The version that the change is made to."),
  "If-None-Match": header("If-None-Match", "The version that the client has."),
  "If-Modified-Since": header("If-Modified-Since", "The time of what the client has."),
  "If-None-Exist": header("If-None-Exist", "Criteria: create only where none matches."),
  Prefer: header("Prefer", "return=minimal, representation or OperationOutcome; handling=strict or lenient."),
  ...RESULT_TEXTS,
};

export function common(...names: readonly string[]): readonly Reference[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

const TYPES = SERVED_RESOURCES.map(({ type }) => type);
/** Parameters of every type, by their name after `Resource`. */
const EVERYWHERE = Object.keys(SEARCH_PARAMETERS.Resource ?? {});

function toComponent(type: string, definition: SearchParameterDefinition): readonly [string, Parameter] {
  const text = [`${definition.type}: ${definition.url}.`, searchParamText(type, definition) ?? ""].join(" ").trim();
  return [`${type}.${definition.code}`, query(definition.code, text)];
}

/** Every search parameter of every type, by type and code. */
export function searchComponents(): Readonly<Record<string, Parameter>> {
  const rows = ["Resource", ...TYPES].flatMap((type) =>
    Object.values(SEARCH_PARAMETERS[type] ?? {})
      .filter(({ code }) => type === "Resource" || !EVERYWHERE.includes(code))
      .map((definition) => toComponent(type, definition)),
  );
  return Object.fromEntries(rows);
}

/** Codes of what a search of a type, or of any, can ask for. */
export function searchCodes(type: string | undefined): readonly string[] {
  return Object.keys(SEARCH_PARAMETERS[type ?? "Resource"] ?? {});
}

function criteria(type: string | undefined): readonly Reference[] {
  const names = searchCodes(type).map((code) => `${EVERYWHERE.includes(code) ? "Resource" : type}.${code}`);
  return common(...names, "_has");
}

/** What a route takes beside its path and body. */
export function parametersOf(
  route: Route,
  published: readonly PublishedResource[],
): readonly (Parameter | Reference)[] {
  const { interaction, type, method, path } = route;
  const isConditional = !path.includes(":id");
  const format = common("_format", "_pretty");
  switch (interaction) {
    case "capabilities":
      return format;
    case "read":
    case "vread":
      return common("_summary", "_elements", "_format", "_pretty", "If-None-Match", "If-Modified-Since");
    case "create":
      return [...format, ...common("If-None-Exist", "Prefer")];
    case "update":
    case "patch":
    case "delete":
      return [...(isConditional ? criteria(type) : []), ...format, ...common("If-Match", "Prefer")];
    case "batch":
    case "transaction":
      return [...format, ...common("Prefer")];
    case "history-instance":
    case "history-type":
    case "history-system":
      return [...common("_count", "_since", "_at", "_total", "_summary", "_elements"), ...format, ...common("Prefer")];
    case "operation":
      return [...(method === "GET" ? operationParameters(route, published) : []), ...format];
    default: {
      const asked = method === "GET" ? criteria(type) : [];
      const types = type === undefined && method === "GET" ? common("_type") : [];
      return [
        ...asked,
        ...types,
        ...(method === "GET" ? common(...RESULT_PARAMETERS) : []),
        ...format,
        ...common("Prefer"),
      ];
    }
  }
}

/** The parameters of an operation that fit in a URL. */
function operationParameters(
  route: Route,
  published: readonly PublishedResource[],
): readonly (Parameter | Reference)[] {
  if (route.operation === "lastn") return [...criteria("Observation"), ...common("max", "_count")];
  const found = operationDefinition(route, published);
  const supported = OPERATION_PARAMETERS.get(found?.url ?? "") ?? [];
  return (found?.parameter ?? [])
    .filter(({ use, name = "", type = "" }) => use === "in" && supported.includes(name) && /^[a-z]/.test(type))
    .filter(({ name }) => !route.path.includes(":id") || name !== "url")
    .map(toParameter);
}

/** The OperationDefinition of a route, which `code` and type name together. */
function operationDefinition({ operation, type }: Route, published: readonly PublishedResource[]) {
  const definitions = published.filter((resource) => resource.resourceType === "OperationDefinition");
  const ofCode = definitions.filter(({ code }) => code === operation);
  return ofCode.find(({ resource }) => resource?.some((one) => one === type)) ?? ofCode[0];
}

function toParameter({ name = "", documentation, type = "", max }: OperationDefinitionParameter): Parameter {
  const schema = SCHEMAS[type] ?? TEXT;
  return {
    name,
    in: "query",
    ...(documentation && { description: documentation }),
    schema: max === "1" ? schema : { type: "array", items: schema },
    ...(max !== "1" && { explode: true }),
  };
}

const SCHEMAS: Readonly<Record<string, Parameter["schema"]>> = {
  boolean: { type: "boolean" },
  integer: { type: "integer" },
  uri: { type: "string", format: "uri" },
};
