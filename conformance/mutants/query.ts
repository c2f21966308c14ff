import { isRecord, text } from "../json.ts";
import { rangeOf } from "./dates.ts";
import { folded, stringsOf } from "./match-values.ts";
import { refuse } from "./refusal.ts";
import { type Predicate, parametersOf, predicateFor, type Where } from "./search.ts";
import type { Resource } from "./store.ts";

const RESULT_PARAMETERS = new Set(["_sort", "_count", "_total", "_summary", "_elements"]);
const INCLUDE = /^_(rev)?include(:iterate|:recurse)?$/;

export interface Query {
  /** What was used, in the order given. */
  readonly used: URLSearchParams;
  readonly meets: Predicate;
}

/** Reads the parameters of a search on a type; what is unknown is refused to whoever wants strictness. */
export function parseQuery(type: string, where: Where, given: URLSearchParams, prefer: string): Query {
  const used = new URLSearchParams();
  const predicates: Predicate[] = [];
  for (const [name, value] of given) {
    if (value === "" || name === "_pretty") continue;
    if (name === "_format" || RESULT_PARAMETERS.has(name) || INCLUDE.test(name)) {
      used.append(name, value);
      continue;
    }
    const code = /^[^:.]*/.exec(name)?.[0] ?? "";
    const known = code === "_has" || parametersOf(type)[code] !== undefined;
    const ignorable = !known && code !== "_query" && !/handling=strict/.test(prefer);
    if (ignorable) continue;
    const predicate = predicateFor(type, where, name, value);
    if (typeof predicate === "string") refuse(400, "invalid", `${name}: ${predicate}`);
    used.append(name, value);
    predicates.push(predicate);
  }
  return { used, meets: (resource) => predicates.every((predicate) => predicate(resource)) };
}

/** Criteria of a conditional interaction: at least one, and nothing is ignored. */
export function parseCriteria(type: string, where: Where, criteria: string): Predicate {
  const predicates: Predicate[] = [];
  for (const [name, value] of new URLSearchParams(criteria)) {
    if (value === "") refuse(400, "invalid", `${name} has no value`);
    const predicate = predicateFor(type, where, name, value);
    if (typeof predicate === "string") refuse(400, "invalid", `${name}: ${predicate}`);
    predicates.push(predicate);
  }
  if (predicates.length === 0) refuse(400, "required", "criteria were expected");
  return (resource) => predicates.every((predicate) => predicate(resource));
}

type Key = string | number | undefined;

/** By each key in turn; what has no value for a key comes last. */
export function sorted(type: string, found: readonly Resource[], sort: string | null): readonly Resource[] {
  if (sort === null) return found;
  const keys = sort.split(",").map((written) => {
    const code = written.replace(/^-/, "");
    const parameter = parametersOf(type)[code];
    if (parameter === undefined) return refuse(400, "not-supported", `_sort: ${code} is no sort key`);
    const down = written.startsWith("-");
    return { down, of: (resource: Resource) => bestOf(parameter.extract(resource).map(keyOf), down) };
  });
  return [...found].sort((one, other) => {
    for (const { down, of } of keys) {
      const [first, second] = [of(one), of(other)];
      if (first === second) continue;
      if (first === undefined) return 1;
      if (second === undefined) return -1;
      return first < second === down ? 1 : -1;
    }
    return 0;
  });
}

function bestOf(keys: readonly Key[], down: boolean): Key {
  const known = keys.filter((key) => key !== undefined).sort((one, other) => (one < other ? -1 : 1));
  return down ? known.at(-1) : known[0];
}

function keyOf(element: unknown): Key {
  const range = rangeOf(element);
  if (range !== undefined) return range[0];
  if (isRecord(element) && typeof element.value === "number") return element.value;
  const [first] = isRecord(element)
    ? [text(element, "family") ?? text(element, "code") ?? stringsOf(element)[0]]
    : stringsOf(element);
  return first === undefined ? undefined : folded(first);
}
