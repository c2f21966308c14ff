/**
 * The OpenAPI document, from the tables that the routes are made of. https://spec.openapis.org/oas/v3.1.0
 *
 * OpenAPI has no word for the modifiers, chains and `_has` of a FHIR search, nor for what a profile asks: the
 * CapabilityStatement says these.
 */
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { PublishedResource } from "#profiles/published.ts";
import { ROUTES } from "#profiles/routes.ts";
import { SCOPE_LETTER } from "../access/scope.ts";
import { toOperation } from "./openapi-operation.ts";
import { COMMON_PARAMETERS, type Parameter, searchComponents } from "./openapi-parameters.ts";
import { FHIR_JSON, RESPONSES, resourceSchemas } from "./openapi-responses.ts";

export interface OpenApiOptions {
  /** The origin of the gateway. */
  readonly baseUrl: string;
  readonly version: string;
  /** Everything that is published; it has the definitions of the operations. */
  readonly published: readonly PublishedResource[];
}

export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ReturnType<typeof toOperation>>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, unknown>>;
    readonly schemas: Readonly<Record<string, unknown>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const DESCRIPTION = `FHIR R4 (4.0.1). Every body is ${FHIR_JSON}, and every failure an OperationOutcome.
HEAD is answered wherever GET is. Search parameters also take modifiers (\`code:in\`), chains (\`patient.identifier\`) and \`_has\`: GET /metadata says which.`;

/** `:id` of the route table as OpenAPI writes it. */
function toTemplate(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function scopes(): Readonly<Record<string, string>> {
  const rows = SERVED_RESOURCES.flatMap(({ type, interactions }) => {
    const letters = new Set(interactions.map((interaction) => SCOPE_LETTER[interaction]));
    return [...letters].map((letter) => [`system/${type}.${letter}`, `${LETTERS[letter]} ${type}`]);
  });
  return {
    ...Object.fromEntries(rows),
    "identity/review": "Decide who is one child",
    "oversight/decide": "Decide on disclosure",
  };
}

const LETTERS = { "": "", c: "Create", r: "Read", u: "Update and patch", d: "Delete", s: "Search" } as const;

export function toOpenApi({ baseUrl, version, published }: OpenApiOptions): OpenApiDocument {
  const byPath = Map.groupBy(ROUTES, ({ path }) => toTemplate(path));
  const paths = [...byPath].map(([path, routes]) => {
    const operations = routes.map((route) => [route.method.toLowerCase(), toOperation(route, published)]);
    return [path, Object.fromEntries(operations)];
  });
  return {
    openapi: "3.1.0",
    info: { title: "Early Years FHIR Gateway", version, description: DESCRIPTION },
    servers: [{ url: `${baseUrl}/fhir/R4` }],
    tags: [{ name: "system" }, ...SERVED_RESOURCES.map(({ type }) => ({ name: type }))],
    paths: Object.fromEntries(paths),
    components: {
      parameters: { ...COMMON_PARAMETERS, ...searchComponents() },
      responses: RESPONSES,
      schemas: resourceSchemas(),
      securitySchemes: {
        smartBackendServices: {
          type: "oauth2",
          description: "SMART Backend Services: client credentials with a signed assertion (private_key_jwt).",
          flows: { clientCredentials: { tokenUrl: `${baseUrl}/oauth2/token`, scopes: scopes() } },
        },
      },
    },
  };
}
