import { at, list, text, texts } from "../json.ts";
import type { Held } from "./data.ts";

/** How the small server matches: naive, over a handful of resources, and independent of the gateway's own search. */

type Kind = "token" | "string" | "date" | "reference";

interface Parameter {
  readonly kind: Kind;
  readonly values: (resource: Held) => readonly unknown[];
}

const identifiers: Parameter = { kind: "token", values: (resource) => list(resource, "identifier") };
const patients = (element: string): Parameter => ({
  kind: "reference",
  values: (each) => [at(each, element, "reference")],
});
const dates = (element: string): Parameter => ({ kind: "date", values: (resource) => [at(resource, element)] });
const codes = (element: string): Parameter => ({
  kind: "token",
  values: (resource) => [{ code: at(resource, element) }],
});
const concepts: Parameter = {
  kind: "token",
  values: (resource) => list(resource, "category").flatMap((concept) => list(concept, "coding")),
};
const families = (resource: Held) => list(resource, "name").map((name) => at(name, "family"));
const givens = (resource: Held) => list(resource, "name").flatMap((name) => list(name, "given"));
const COMMON: Readonly<Record<string, Parameter>> = {
  _id: { kind: "token", values: (resource) => [{ code: resource.id }] },
  _lastUpdated: { kind: "date", values: (resource) => [at(resource, "meta", "lastUpdated")] },
  identifier: identifiers,
};

export const PARAMETERS: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
  Patient: {
    ...COMMON,
    family: { kind: "string", values: families },
    given: { kind: "string", values: givens },
    name: { kind: "string", values: (resource) => [...families(resource), ...givens(resource)] },
    birthdate: dates("birthDate"),
    gender: codes("gender"),
  },
  Observation: {
    ...COMMON,
    patient: patients("subject"),
    subject: patients("subject"),
    code: { kind: "token", values: (resource) => list(resource, "code", "coding") },
    category: concepts,
    date: dates("effectiveDateTime"),
    status: codes("status"),
  },
  Consent: {
    ...COMMON,
    patient: patients("patient"),
    category: concepts,
    date: dates("dateTime"),
    status: codes("status"),
  },
  Organization: { ...COMMON, name: { kind: "string", values: (resource) => [at(resource, "name")] } },
};

const MODIFIERS: Readonly<Record<Kind, readonly string[]>> = {
  string: ["exact", "contains", "missing"],
  token: ["not", "missing"],
  date: ["missing"],
  reference: ["missing"],
};

/** A predicate for one parameter of a query, or what is wrong with it. */
export function predicateFor(
  type: string,
  base: string,
  name: string,
  value: string,
): ((resource: Held) => boolean) | string {
  const [code = "", modifier] = name.split(":");
  const parameter = PARAMETERS[type]?.[code];
  if (parameter === undefined) return `unknown parameter ${code}`;
  if (modifier !== undefined && !MODIFIERS[parameter.kind].includes(modifier)) return `unknown modifier ${modifier}`;
  const filled = (resource: Held) => parameter.values(resource).filter((each) => each !== undefined);
  if (modifier === "missing") {
    if (value !== "true" && value !== "false") return `:missing takes true or false`;
    return (resource) => (filled(resource).length === 0) === (value === "true");
  }
  const tests: ((stored: unknown) => boolean)[] = [];
  for (const each of value.split(/(?<!\\),/)) {
    const test = testFor(parameter.kind, base, each, modifier);
    if (typeof test === "string") return test;
    tests.push(test);
  }
  const any = (resource: Held) => filled(resource).some((stored) => tests.some((test) => test(stored)));
  return modifier === "not" ? (resource) => !any(resource) : any;
}

function testFor(kind: Kind, base: string, value: string, modifier?: string): ((stored: unknown) => boolean) | string {
  if (kind === "token") return tokenTest(value);
  if (kind === "date") return dateTest(value);
  const wanted = unescaped(value);
  if (kind === "reference") {
    const relative = wanted.startsWith(`${base}/`) ? wanted.slice(base.length + 1) : wanted;
    return (stored) => stored === relative || (!relative.includes("/") && stored === `Patient/${relative}`);
  }
  if (modifier === "exact") return (stored) => stored === wanted;
  const plain = folded(wanted);
  if (modifier === "contains") return (stored) => folded(stored).includes(plain);
  return (stored) => folded(stored).startsWith(plain);
}

function unescaped(value: string): string {
  return value.replace(/\\([\\,$|])/g, "$1");
}

function folded(value: unknown): string {
  return texts([value]).join("").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function tokenTest(value: string): (stored: unknown) => boolean {
  const parts = value.split(/(?<!\\)\|/).map(unescaped);
  const codeOf = (stored: unknown) => text(stored, "code") ?? text(stored, "value");
  if (parts.length === 1) return (stored) => codeOf(stored) === parts[0];
  const [system, code] = parts;
  return (stored) =>
    (system === "" ? text(stored, "system") === undefined : text(stored, "system") === system) &&
    (code === "" || codeOf(stored) === code);
}

const DATE =
  /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+ -]\d\d:\d\d)?)?)?)?)$/;

function dateTest(value: string): ((stored: unknown) => boolean) | string {
  const [, prefix = "eq", written = ""] = DATE.exec(value) ?? [];
  const wanted = rangeOf(written.replace(" ", "+"));
  if (wanted === undefined) return "a date was expected";
  return (stored) => {
    const range = typeof stored === "string" ? rangeOf(stored) : undefined;
    if (range === undefined) return false;
    const [from, to] = range;
    const within = wanted[0] <= from && to <= wanted[1];
    const tests: Readonly<Record<string, boolean>> = {
      eq: within,
      ne: !within,
      gt: to > wanted[1],
      lt: from < wanted[0],
      ge: to > wanted[1] || within,
      le: from < wanted[0] || within,
      sa: from >= wanted[1],
      eb: to <= wanted[0],
      ap: from < wanted[1] && to > wanted[0],
    };
    return tests[prefix] ?? false;
  };
}

/** From the first millisecond of a date to the one after its last. */
function rangeOf(written: string): readonly [number, number] | undefined {
  const [, year, month, day, time] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(.+))?$/.exec(written) ?? [];
  if (year === undefined) return undefined;
  if (time !== undefined) {
    const zoned = /(Z|[+-]\d\d:\d\d)$/.test(time) ? written : `${written}Z`;
    const start = Date.parse(zoned);
    const width = /T\d\d:\d\d(Z|[+-]|$)/.test(zoned) ? 60_000 : time.includes(".") ? 1 : 1000;
    return Number.isNaN(start) ? undefined : [start, start + width];
  }
  const start = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  if (!start.toISOString().startsWith(written)) return undefined;
  const end = new Date(start);
  if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1);
  else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setUTCFullYear(end.getUTCFullYear() + 1);
  return [start.getTime(), end.getTime()];
}
