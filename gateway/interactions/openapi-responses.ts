import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Route } from "#profiles/routes.ts";

export const FHIR_JSON = "application/fhir+json";

export interface Reference {
  readonly $ref: string;
}

export function schemaOf(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

function contentOf(name: string) {
  return { [FHIR_JSON]: { schema: schemaOf(name) } };
}

/** What every answer but a success is made of, by status. */
const FAILURES = {
  400: ["BadRequest", "The request is not understood, or base FHIR R4 is broken."],
  401: ["Unauthorized", "No token, or none that is valid."],
  403: ["Forbidden", "The token's scope or the client's agreement does not reach so far."],
  404: ["NotFound", "Nothing is there for this client; what is hidden answers likewise."],
  405: ["MethodNotAllowed", "Allow names the methods that this address takes."],
  406: ["NotAcceptable", "Only JSON is served."],
  409: ["Conflict", "Something else stands in the way of the change."],
  410: ["Gone", "The resource was deleted."],
  412: ["PreconditionFailed", "A precondition does not hold, or criteria match several resources."],
  413: ["TooLarge", "The body is too large."],
  415: ["UnsupportedMediaType", "The body is of a media type that is not taken."],
  422: ["Unprocessable", "A profile, or a rule of this gateway, is broken."],
  429: ["TooManyRequests", "Retry-After says when to ask again."],
  503: ["Unavailable", "Retry-After says when to ask again."],
} as const;

type FailureStatus = keyof typeof FAILURES;

const VERSION_HEADERS = {
  ETag: { description: 'Version of the resource, as W/"3".', schema: { type: "string" } },
  "Last-Modified": { description: "When that version came to be.", schema: { type: "string" } },
};

/** Failures of every interaction. */
const ALWAYS: readonly FailureStatus[] = [400, 401, 403, 406, 429, 503];
const OF_BODIES: readonly FailureStatus[] = [413, 415];
const OF_CHANGES: readonly FailureStatus[] = [404, 405, 410, 412, 422];

export const RESPONSES: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.values(FAILURES).map(([name, description]) => [name, { description, content: contentOf("OperationOutcome") }]),
);

function failures(statuses: readonly FailureStatus[]) {
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/${FAILURES[status][0]}` }]),
  );
}

function success(description: string, schema: string, headers?: object) {
  return { description, ...(headers && { headers }), content: contentOf(schema) };
}

const NOT_MODIFIED = { description: "It is what the client has." };
const NO_CONTENT = { description: "Done; nothing to say." };

/** The answers of a route: those that succeed, and every failure that it can meet. */
export function responsesOf(route: Route): Readonly<Record<string, unknown>> {
  const { interaction, operation, method } = route;
  const type: string = route.type ?? "Resource";
  const bodies = method === "GET" ? [] : OF_BODIES;
  const told = (answers: Readonly<Record<string, unknown>>, ...more: readonly FailureStatus[]) => ({
    ...answers,
    ...failures([...ALWAYS, ...more, ...bodies].sort((a, b) => a - b)),
  });
  const whole = success("The resource.", type, VERSION_HEADERS);
  switch (interaction) {
    case "capabilities":
      return { 200: success("What this gateway does.", "CapabilityStatement"), ...failures([406]) };
    case "read":
    case "vread":
      return told({ 200: whole, 304: NOT_MODIFIED }, 404, 410);
    case "create":
      return told({ 200: success("Criteria matched one that was there.", type), 201: created(type) }, 412, 422);
    case "update":
      return told({ 200: whole, 201: created(type) }, ...OF_CHANGES);
    case "patch":
      return told({ 200: whole }, ...OF_CHANGES);
    case "delete":
      return told({ 200: success("Deleted; said in words.", "OperationOutcome"), 204: NO_CONTENT }, ...OF_CHANGES);
    case "batch":
    case "transaction":
      return told({ 200: success("One entry for each that was sent.", "Bundle") }, 404, 405, 409, 410, 412, 422);
    case "operation":
      return told(
        { 200: success("What the operation gives.", OUTCOMES[operation ?? ""] ?? "Parameters") },
        404,
        ...(route.path.includes("/:id/") ? ([410] as const) : []),
        ...(DECISIONS.has(operation ?? "") ? ([409, 422] as const) : []),
      );
    default:
      return told({ 200: success("A Bundle.", "Bundle") }, 404, 410);
  }
}

/** Operations that decide, and that what stands can forbid. */
const DECISIONS: ReadonlySet<string> = new Set(["merge", "unmerge"]);

const OUTCOMES: Readonly<Record<string, string>> = {
  validate: "OperationOutcome",
  everything: "Bundle",
  lastn: "Bundle",
  match: "Bundle",
  expand: "ValueSet",
};

function created(type: string) {
  const Location = { description: "Address of the version that was made.", schema: { type: "string" } };
  return success("Created.", type, { Location, ...VERSION_HEADERS });
}

/** One schema a type: its name alone, since what is in a resource is the matter of FHIR's own definitions. */
export function resourceSchemas(): Readonly<Record<string, unknown>> {
  const types = ["Bundle", "CapabilityStatement", "OperationOutcome", "Parameters"];
  const all = [...SERVED_RESOURCES.map(({ type }) => type as string), ...types];
  return Object.fromEntries([["Resource", { oneOf: all.map(schemaOf) }], ...all.map((type) => [type, toSchema(type)])]);
}

function toSchema(type: string) {
  return {
    type: "object",
    externalDocs: { url: `https://hl7.org/fhir/R4/${type.toLowerCase()}.html` },
    required: ["resourceType"],
    properties: {
      resourceType: { const: type },
      id: { type: "string", pattern: "^[A-Za-z0-9\\-.]{1,64}$" },
      meta: { type: "object" },
    },
  };
}
