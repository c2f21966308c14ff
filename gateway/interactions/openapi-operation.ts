import type { PublishedResource } from "#profiles/published.ts";
import type { Route } from "#profiles/routes.ts";
import { scopesOf } from "../access/scope.ts";
import { common, type Parameter, parametersOf, searchCodes } from "./openapi-parameters.ts";
import { FHIR_JSON, type Reference, responsesOf, schemaOf } from "./openapi-responses.ts";

/** One operation of a path, in OpenAPI's sense. */
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export function toOperation(route: Route, published: readonly PublishedResource[]): Operation {
  const { interaction, type, path } = route;
  const inPath = ["id", "vid"].filter((name) => path.includes(`:${name}`));
  const requestBody = bodyOf(route);
  return {
    operationId: operationId(route),
    tags: [interaction === "search-compartment" ? "Patient" : (type ?? "system")],
    summary: summaryOf(route),
    security: securityOf(route),
    parameters: [...common(...inPath), ...parametersOf(route, published)],
    ...(requestBody && { requestBody }),
    responses: responsesOf(route),
  };
}

function operationId({ interaction, operation, type, path, method }: Route): string {
  const place = path.includes(":id") && interaction !== "search-compartment" ? "instance" : undefined;
  return [operation ?? interaction, type, place, method.toLowerCase()].filter(Boolean).join("-");
}

function summaryOf({ interaction, operation, alternative, type, path }: Route): string {
  const what = operation === undefined ? [interaction, alternative].filter(Boolean).join(" or ") : `$${operation}`;
  const isConditional = ["update", "patch", "delete"].includes(interaction) && !path.includes(":id");
  return `${isConditional ? "conditional " : ""}${what}${type === undefined ? "" : ` (${type})`}`;
}

/** A scope for the data of children and their keepers; for the contract it is enough to be known. */
function securityOf({ interaction, operation, type }: Route): Operation["security"] {
  if (interaction === "capabilities") return [];
  return [{ smartBackendServices: scopesOf({ interaction, operation, type }) }];
}

function fhirBody(...names: readonly string[]): Operation["requestBody"] {
  const [first = "Resource"] = names;
  const schema = names.length === 1 ? schemaOf(first) : { oneOf: names.map(schemaOf) };
  return { required: true, content: { [FHIR_JSON]: { schema } } };
}

const JSON_PATCH = {
  type: "array",
  items: { type: "object", required: ["op", "path"], properties: { op: { type: "string" }, path: { type: "string" } } },
};

/** Operations that take the resource they are about as the whole body too. */
const BARE: ReadonlySet<string> = new Set(["validate", "match"]);

function bodyOf({ interaction, type, operation, method }: Route): Operation["requestBody"] {
  if (method === "GET" || method === "DELETE") return undefined;
  switch (interaction) {
    case "create":
    case "update":
      return fhirBody(type ?? "Resource");
    case "patch":
      return {
        required: true,
        content: {
          "application/json-patch+json": { schema: JSON_PATCH },
          [FHIR_JSON]: { schema: schemaOf("Parameters") },
        },
      };
    case "transaction":
    case "batch":
      return fhirBody("Bundle");
    case "operation":
      return BARE.has(operation ?? "") ? fhirBody("Parameters", type ?? "Resource") : fhirBody("Parameters");
    default:
      return {
        required: false,
        content: { "application/x-www-form-urlencoded": { schema: formOf(type) } },
      };
  }
}

/** The form of a search by POST: the parameters of one by GET. */
function formOf(type: string | undefined) {
  const names = [...searchCodes(type), "_sort", "_count", "_total", "_include", "_revinclude", "_summary", "_elements"];
  const properties = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
  return { type: "object", properties, additionalProperties: { type: "string" } };
}
