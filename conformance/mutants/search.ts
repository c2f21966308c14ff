import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { text } from "../json.ts";
import { plainReference, testFor } from "./match-values.ts";
import type { Resource, SmallStore } from "./store.ts";

export const TYPES = [
  ...["Patient", "Observation", "Consent", "Organization", "Practitioner", "PractitionerRole", "Provenance"],
] as const;

export type Predicate = (resource: Resource) => boolean;

export interface Where {
  readonly store: SmallStore;
  readonly base: string;
}

export function parametersOf(type: string): Readonly<Record<string, SearchParameterDefinition>> {
  return { ...SEARCH_PARAMETERS.Resource, ...SEARCH_PARAMETERS[type] };
}

const MODIFIERS: Readonly<Record<string, readonly string[]>> = {
  string: ["exact", "contains", "missing"],
  token: ["not", "missing", "text", "of-type"],
  reference: ["missing", "identifier", ...TYPES],
  uri: ["below", "above", "missing"],
  date: ["missing"],
  quantity: ["missing"],
  number: ["missing"],
  composite: [],
};

/** A predicate for one parameter of a query, or what is wrong with it. */
export function predicateFor(type: string, where: Where, name: string, value: string): Predicate | string {
  if (name.startsWith("_has:")) return hasPredicate(type, where, name.slice("_has:".length), value);
  const [, code = "", modifier, chain] = /^([^:.]+)(?::([^.]+))?(?:\.(.+))?$/.exec(name) ?? [];
  const parameter = parametersOf(type)[code];
  if (parameter === undefined) return `unknown parameter ${code}`;
  if (chain !== undefined) return chainPredicate(parameter, where, modifier, chain, value);
  if (modifier !== undefined && !MODIFIERS[parameter.type]?.includes(modifier)) return `unknown modifier ${modifier}`;
  if (modifier === "missing") {
    if (value !== "true" && value !== "false") return ":missing takes true or false";
    return (resource) => (valuesOf(parameter, resource).length === 0) === (value === "true");
  }
  const tests: Predicate[] = [];
  for (const each of value.split(/(?<!\\),/)) {
    const test =
      parameter.type === "composite" ? compositeTest(parameter, where, each) : plain(parameter, where, each, modifier);
    if (typeof test === "string") return test;
    tests.push(test);
  }
  const any: Predicate = (resource) => tests.some((test) => test(resource));
  return modifier === "not" ? (resource) => !any(resource) : any;
}

/** An element with nothing but extensions holds no value. */
function valuesOf(parameter: SearchParameterDefinition, resource: Resource): readonly unknown[] {
  return parameter.extract(resource).filter((each) => each !== undefined && each !== null);
}

function plain(
  parameter: SearchParameterDefinition,
  { base }: Where,
  value: string,
  modifier?: string,
): Predicate | string {
  if (parameter.type === "reference" && modifier === undefined && isAmbiguous(parameter, value))
    return "name the type of the id";
  const test = testFor(parameter, base, value, modifier);
  return typeof test === "string" ? test : (resource) => valuesOf(parameter, resource).some(test);
}

/** A bare id where several of the types served may be meant, unless the parameter is one of those everybody means Patients by. */
function isAmbiguous({ code, target }: SearchParameterDefinition, value: string): boolean {
  const served = TYPES.filter((type) => target.includes(type) || target.includes("Resource"));
  return served.length > 1 && code !== "subject" && !/[/:|]/.test(value);
}

function compositeTest(
  { extract, component = [] }: SearchParameterDefinition,
  { base }: Where,
  value: string,
): Predicate | string {
  const parts = value.split(/(?<!\\)\$/);
  if (parts.length !== component.length) return "a value for each part was expected";
  const tests = component.map((part, position) => {
    const definition = { ...part, url: "", expression: "", target: [], extract: () => [] };
    return [part, testFor(definition, base, parts[position] ?? "")] as const;
  });
  const wrong = tests.map(([, test]) => test).find((test) => typeof test === "string");
  if (typeof wrong === "string") return wrong;
  return (resource) =>
    extract(resource).some((element) =>
      tests.every(([part, test]) => typeof test !== "string" && part.extract(Object(element)).some(test)),
    );
}

function chainPredicate(
  parameter: SearchParameterDefinition,
  where: Where,
  modifier: string | undefined,
  chain: string,
  value: string,
): Predicate | string {
  if (parameter.type !== "reference") return "only references lead on";
  const targets = TYPES.filter((type) => parameter.target.includes(type) && (modifier ?? type) === type);
  const known = targets.filter((type) => typeof predicateFor(type, where, chain, value) !== "string");
  if (known.length === 0) return `nothing leads on by ${chain}`;
  if (known.length > 1 && modifier === undefined && parameter.code !== "subject") return "name the type that is meant";
  let found: ReadonlySet<string> | undefined;
  return (resource) => {
    found ??= new Set(known.flatMap((type) => select(type, where, chain, value)));
    const met = found;
    return valuesOf(parameter, resource).some((each) =>
      met.has(plainReference(text(each, "reference") ?? "", where.base)),
    );
  };
}

function hasPredicate(_type: string, where: Where, rest: string, value: string): Predicate | string {
  const [, other = "", reference = "", inner = ""] = /^([A-Za-z]+):([a-z-]+):(.+)$/.exec(rest) ?? [];
  const parameter = parametersOf(other)[reference];
  if (!TYPES.some((type) => type === other) || parameter?.type !== "reference")
    return "_has takes Type:reference:parameter";
  const test = predicateFor(other, where, inner, value);
  if (typeof test === "string") return test;
  return (resource) =>
    where.store
      .live(other)
      .filter(test)
      .some((each) =>
        valuesOf(parameter, each).some(
          (target) =>
            plainReference(text(target, "reference") ?? "", where.base) === `${resource.resourceType}/${resource.id}`,
        ),
      );
}

function select(type: string, where: Where, name: string, value: string): readonly string[] {
  const test = predicateFor(type, where, name, value);
  if (typeof test === "string") return [];
  return where.store
    .live(type)
    .filter(test)
    .map(({ id }) => `${type}/${id}`);
}
