import { PATIENT_COMPARTMENT } from "./generated/compartment.ts";
import {
  type Interaction,
  isServedType,
  OPERATIONS,
  SERVED_RESOURCES,
  type ServedOperation,
  type ServedResource,
  type ServedType,
  type TypeInteraction,
} from "./interactions.ts";

/**
 * Every address below the FHIR base, made from the interaction table: the gateway mounts its routes from this list,
 * and CapabilityStatement and OpenAPI document declare what is in it.
 *
 * https://hl7.org/fhir/R4/http.html#summary
 */
export interface Route {
  /** HEAD is served wherever GET is. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * Relative to the FHIR base. `:id` and `:vid` stand for one segment, and a segment `*` for that very character. An id
   * begins neither with `_` nor with `$`.
   */
  readonly path: string;
  readonly interaction: Interaction;
  /** At `POST /` the type of the Bundle decides between a transaction and this. */
  readonly alternative?: "batch";
  /** Of search-compartment the type that is searched; absent at system level and for all types of a compartment. */
  readonly type?: ServedType;
  /** Code of an operation, without the dollar. */
  readonly operation?: string;
}

type Method = Route["method"];

/** The addresses of one type for each of its interactions; those without an id are the conditional ones. */
const TYPE_ROUTES: Readonly<Record<TypeInteraction, readonly (readonly [method: Method, path: string])[]>> = {
  "search-type": [
    ["GET", ""],
    ["POST", "/_search"],
  ],
  create: [["POST", ""]],
  "history-type": [["GET", "/_history"]],
  read: [["GET", "/:id"]],
  update: [
    ["PUT", ""],
    ["PUT", "/:id"],
  ],
  patch: [
    ["PATCH", ""],
    ["PATCH", "/:id"],
  ],
  delete: [
    ["DELETE", ""],
    ["DELETE", "/:id"],
  ],
  "history-instance": [["GET", "/:id/_history"]],
  vread: [["GET", "/:id/_history/:vid"]],
};

const SYSTEM_ROUTES: readonly Route[] = [
  { method: "GET", path: "/metadata", interaction: "capabilities" },
  { method: "POST", path: "/", interaction: "transaction", alternative: "batch" },
  { method: "GET", path: "/", interaction: "search-system" },
  { method: "POST", path: "/_search", interaction: "search-system" },
  { method: "GET", path: "/_history", interaction: "history-system" },
];

/** Types that are served and can be in the compartment of a Patient. */
export const COMPARTMENT_TYPES: readonly ServedType[] = Object.keys(PATIENT_COMPARTMENT).filter(isServedType);

function typeRoutes({ type, interactions }: ServedResource): readonly Route[] {
  return interactions.flatMap((interaction) =>
    TYPE_ROUTES[interaction].map(([method, path]) => ({ method, path: `/${type}${path}`, interaction, type })),
  );
}

/** What is to be validated stands in a body, but for a resource that is held here. */
function methodsOf({ code, isPostOnly }: ServedOperation, isInstance: boolean): readonly Method[] {
  return isPostOnly || (code === "validate" && !isInstance) ? ["POST"] : ["GET", "POST"];
}

function operationRoutes(operation: ServedOperation): readonly Route[] {
  const { code, types, onType, onInstance } = operation;
  const at = (type: ServedType, path: string): readonly Route[] =>
    methodsOf(operation, path !== "").map((method) => ({
      method,
      path: `/${type}${path}/$${code}`,
      interaction: "operation",
      type,
      operation: code,
    }));
  return types.flatMap((type) => [...(onType ? at(type, "") : []), ...(onInstance ? at(type, "/:id") : [])]);
}

function compartmentRoutes(type: ServedType | undefined): readonly Route[] {
  const path = `/Patient/:id/${type ?? "*"}`;
  const route = { interaction: "search-compartment", ...(type && { type }) } as const;
  return [
    { method: "GET", path, ...route },
    { method: "POST", path: `${path}/_search`, ...route },
  ];
}

function parameters({ path }: Route): number {
  return path.split("/:").length - 1;
}

/** Fewer parameters first, so that the first route that fits is the right one. */
export const ROUTES: readonly Route[] = [
  ...SYSTEM_ROUTES,
  ...SERVED_RESOURCES.flatMap(typeRoutes),
  ...OPERATIONS.flatMap(operationRoutes),
  ...[...COMPARTMENT_TYPES, undefined].flatMap(compartmentRoutes),
].sort((a, b) => parameters(a) - parameters(b));
