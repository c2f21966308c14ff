import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { SERVED_RESOURCES, SYSTEM_INTERACTIONS } from "#profiles/interactions.ts";
import { at, isRecord, list, text, texts } from "./json.ts";

export interface DeclaredParameter {
  readonly name: string;
  readonly type: string;
}

/** What a CapabilityStatement says of one type. */
export interface DeclaredType {
  readonly type: string;
  readonly interactions: ReadonlySet<string>;
  readonly parameters: readonly DeclaredParameter[];
  readonly includes: readonly string[];
  readonly revIncludes: readonly string[];
  readonly resource: Readonly<Record<string, unknown>>;
}

/** What is to be tested, and what probed for refusal. */
export interface Plan {
  readonly types: ReadonlyMap<string, DeclaredType>;
  readonly systemInteractions: ReadonlySet<string>;
  readonly formats: readonly string[];
  /** Why the server's own statement could not be planned from. */
  readonly assumed?: string;
}

/** Reads a plan from a CapabilityStatement; undefined if the value is no such thing. */
export function planFrom(statement: unknown): Plan | undefined {
  if (text(statement, "resourceType") !== "CapabilityStatement") return undefined;
  const rest = list(statement, "rest").find((each) => text(each, "mode") === "server");
  if (rest === undefined) return undefined;
  const types = list(rest, "resource").filter(isRecord).map(declaredType);
  return {
    types: new Map(types.map((each) => [each.type, each])),
    systemInteractions: codes(list(rest, "interaction")),
    formats: texts(list(statement, "format")),
  };
}

/** The plan where the server gives none: what this project's own interaction table serves. */
export function assumedPlan(reason: string): Plan {
  const types = SERVED_RESOURCES.map((served) => ({
    type: served.type,
    interactions: new Set<string>(served.interactions),
    parameters: served.searchParameters.map((name) => ({
      name,
      type: SEARCH_PARAMETERS[served.type]?.[name]?.type ?? "token",
    })),
    includes: served.includes,
    revIncludes: served.revIncludes,
    resource: {},
  }));
  const plan = { systemInteractions: new Set<string>(SYSTEM_INTERACTIONS), formats: ["json"], assumed: reason };
  return { types: new Map(types.map((each) => [each.type, each])), ...plan };
}

function declaredType(resource: Readonly<Record<string, unknown>>): DeclaredType {
  const parameters = list(resource, "searchParam").map((each) => ({
    name: text(each, "name") ?? "",
    type: text(each, "type") ?? "",
  }));
  return {
    type: text(resource, "type") ?? "",
    interactions: codes(list(resource, "interaction")),
    parameters: parameters.filter((each) => each.name !== ""),
    includes: texts(list(resource, "searchInclude")),
    revIncludes: texts(list(resource, "searchRevInclude")),
    resource,
  };
}

function codes(interactions: readonly unknown[]): ReadonlySet<string> {
  return new Set(texts(interactions.map((each) => at(each, "code"))));
}
