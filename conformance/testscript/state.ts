import type { Exchange } from "../http.ts";
import { at, isRecord, list, text } from "../json.ts";
import { evaluate } from "./fhirpath.ts";

/** What a script has said and seen so far. */
export interface State {
  readonly script: unknown;
  /** Fixtures by id, as loaded, and where the server keeps them once they are created. */
  readonly fixtures: Map<string, unknown>;
  readonly places: Map<string, string>;
  /** Exchanges by responseId or requestId. */
  readonly exchanges: Map<string, Exchange>;
  last?: Exchange;
}

/** A script asks for what is not supported; the step is reported so, and never passed. */
export class NotSupported extends Error {}

/** The resource that an id stands for: an answer, a fixture, or what was last answered. */
export function resourceOf(state: State, id: string | undefined): unknown {
  if (id === undefined) return state.last?.response.json;
  const exchange = state.exchanges.get(id);
  if (exchange !== undefined) return exchange.response.json;
  const fixture = state.fixtures.get(id);
  if (fixture === undefined) throw new NotSupported(`nothing is known by the id ${id}`);
  return fixture;
}

/** `${name}` replaced by the value of the variable. */
export function resolved(state: State, template: string): string {
  return template.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => variable(state, name));
}

function variable(state: State, name: string): string {
  const variables = list(state.script, "variable");
  const found = variables.find((each) => text(each, "name") === name);
  if (found === undefined) throw new NotSupported(`the script has no variable ${name}`);
  const value = valueFrom(state, found) ?? text(found, "defaultValue");
  if (value === undefined) throw new Error(`the variable ${name} has no value`);
  return value;
}

function valueFrom(state: State, found: unknown): string | undefined {
  const [field, said, path] = ["headerField", "expression", "path"].map((name) => text(found, name));
  const expression = said ?? (path === undefined ? undefined : toFhirPath(path));
  const source = text(found, "sourceId");
  if (field !== undefined) return exchangeOf(state, source)?.response.headers[field.toLowerCase()];
  if (expression === undefined) return undefined;
  // A fixture that was created is known by the id that the server gave it.
  if (/\.id$/.test(expression) && source !== undefined && state.places.has(source))
    return state.places.get(source)?.split("/")[1];
  const [value] = evaluate(expression, resourceOf(state, source));
  return value === undefined ? undefined : String(isRecord(value) ? JSON.stringify(value) : value);
}

/** The one form of XPath that says the same in FHIRPath: names of elements from the resource on. */
function toFhirPath(path: string): string {
  const names = path.replaceAll("fhir:", "").replace(/^\/+|\/@value$/g, "");
  if (!/^[A-Za-z]+(\/[A-Za-z]+)*$/.test(names)) throw new NotSupported(`a variable by the path ${path}`);
  return names.replaceAll("/", ".");
}

function exchangeOf(state: State, id: string | undefined): Exchange | undefined {
  return id === undefined ? state.last : state.exchanges.get(id);
}

/** A fixture as it is sent, with its variables replaced. */
export function fixtureBody(state: State, id: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(resolved(state, JSON.stringify(resourceOf(state, id))));
  if (!isRecord(body)) throw new NotSupported(`the fixture ${id} is no resource`);
  return body;
}

export function textAt(value: unknown, name: string): string | undefined {
  const found = at(value, name);
  return found === undefined ? undefined : String(found);
}
