import type { CaseContext, ConformanceCase, Sample, Verdict } from "../case.ts";
import { query } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { list, text, texts } from "../json.ts";

type SampleRun = (context: CaseContext, sample: Sample, samples: readonly Sample[]) => Promise<Verdict>;

/** Runs on what a search for the type shows first; without anything to see, the case does not apply. */
export function withSample(run: SampleRun): ConformanceCase["run"] {
  return async (context) => {
    const found = await context.samples();
    if ("kind" in found) return found;
    const [first] = found;
    if (first === undefined) return nothingVisible(context.type);
    return run(context, first, found);
  };
}

function nothingVisible(type: string): Verdict {
  return { kind: "not-applicable", reason: `a search for ${type} shows this client nothing to try it on` };
}

/** Reads the sample itself. */
export function withRead(run: (context: CaseContext, read: Exchange, sample: Sample) => Promise<Verdict>) {
  return withSample(async (context, sample) =>
    run(context, await context.send("GET", `${context.type}/${sample.id}`), sample),
  );
}

/** A search on the type by GET. */
export function search(
  context: CaseContext,
  parameters: Readonly<Record<string, string | readonly string[]>>,
  prefer?: "handling=strict" | "handling=lenient",
): Promise<Exchange> {
  return context.send("GET", query(context.type, parameters), prefer === undefined ? {} : { headers: { prefer } });
}

/** A search on the type by POST to _search. */
export function searchByForm(
  context: CaseContext,
  parameters: Readonly<Record<string, string>>,
  inAddress: Readonly<Record<string, string>> = {},
): Promise<Exchange> {
  const address = Object.keys(inAddress).length === 0 ? "" : `?${new URLSearchParams(inAddress)}`;
  return context.send("POST", `${context.type}/_search${address}`, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(parameters).toString(),
  });
}

/** A server may refuse a feature by name, as long as it does so with 400. */
export function refusedByName(exchange: Exchange, feature: string): Verdict | undefined {
  if (exchange.response.status !== 400) return undefined;
  return { kind: "not-declared", reason: `the server refuses ${feature} with 400` };
}

/** Coding or Identifier as a token. */
export interface TokenValue {
  readonly system?: string;
  readonly value: string;
}

const CONCEPTS: Readonly<Record<string, readonly [string, "one" | "many"]>> = {
  "Observation.code": ["code", "one"],
  "Observation.category": ["category", "many"],
  "Consent.category": ["category", "many"],
};

const CODES: Readonly<Record<string, string>> = {
  "Patient.gender": "gender",
  "Observation.status": "status",
  "Consent.status": "status",
};

/** The tokens by which a declared token parameter should find the resource; empty where the kit knows no element. */
export function tokensOf(type: string, parameter: string, resource: unknown): readonly TokenValue[] {
  if (parameter === "identifier") return list(resource, "identifier").flatMap((each) => tokenFrom(each, "value"));
  const plain = CODES[`${type}.${parameter}`];
  if (plain !== undefined) {
    const value = text(resource, plain);
    return value === undefined ? [] : [{ value }];
  }
  const [element, cardinality] = CONCEPTS[`${type}.${parameter}`] ?? [];
  if (element === undefined) return [];
  const codings =
    cardinality === "one"
      ? list(resource, element, "coding")
      : list(resource, element).flatMap((concept) => list(concept, "coding"));
  return codings.flatMap((coding) => tokenFrom(coding, "code"));
}

function tokenFrom(element: unknown, member: "value" | "code"): readonly TokenValue[] {
  const value = text(element, member);
  const system = text(element, "system");
  if (value === undefined) return [];
  return [system === undefined ? { value } : { system, value }];
}

/** The texts by which a declared string parameter should find the resource. */
export function stringsOf(type: string, parameter: string, resource: unknown): readonly string[] {
  if (type === "Organization" && parameter === "name") return texts([text(resource, "name")]);
  if (type !== "Patient") return [];
  const names = list(resource, "name");
  const families = names.map((name) => text(name, "family"));
  const givens = names.flatMap((name) => list(name, "given"));
  if (parameter === "family") return texts(families);
  if (parameter === "given") return texts(givens);
  return parameter === "name" ? texts([...families, ...givens]) : [];
}

const DATES: Readonly<Record<string, string>> = {
  "Patient.birthdate": "birthDate",
  "Observation.date": "effectiveDateTime",
  "Consent.date": "dateTime",
};

/** The date or dateTime at which a declared date parameter looks. */
export function dateOf(type: string, parameter: string, resource: unknown): string | undefined {
  if (parameter === "_lastUpdated") return text(resource, "meta", "lastUpdated");
  return text(resource, DATES[`${type}.${parameter}`] ?? "-");
}

/** `Patient/1`, as the resource refers to it. */
export function referenceOf(type: string, parameter: string, resource: unknown): string | undefined {
  if (type === "Observation" && /^(patient|subject)$/.test(parameter)) return text(resource, "subject", "reference");
  return type === "Consent" && parameter === "patient" ? text(resource, "patient", "reference") : undefined;
}

/** A value that fits the syntax of a search parameter type and that nothing has. */
export function harmlessValue(type: string): string {
  const values: Readonly<Record<string, string>> = {
    date: "2020-01-01",
    number: "1",
    quantity: "1",
    reference: "Patient/none",
    uri: "https://example.org/none",
  };
  return values[type] ?? "none";
}

/** An id that nobody has. */
export function unknownId(): string {
  return crypto.randomUUID();
}

/** Backslashes before the characters that part search values. */
export function escaped(value: string): string {
  return value.replace(/[\\,$|]/g, "\\$&");
}

export function asToken({ system, value }: TokenValue): string {
  return system === undefined ? escaped(value) : `${escaped(system)}|${escaped(value)}`;
}
