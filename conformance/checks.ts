import type { Verdict } from "./case.ts";
import type { Exchange } from "./http.ts";
import { at, isRecord, list, text } from "./json.ts";

/** A broken expectation, or undefined where it holds. */
export type Finding = Extract<Verdict, { kind: "broken" }> | undefined;

export const PASS: Verdict = { kind: "pass" };

/** The first broken expectation decides. */
export function judge(...findings: readonly Finding[]): Verdict {
  return findings.find((finding) => finding !== undefined) ?? PASS;
}

/** A rule of answers that the run has not seen is not kept, it is not tried. */
export function judgeSeen(findings: readonly Finding[], what: string): Verdict {
  return findings.length === 0 ? { kind: "not-applicable", reason: `the run saw no ${what}` } : judge(...findings);
}

export function that(holds: boolean, expected: string, got: string, exchange?: Exchange): Finding {
  if (holds) return undefined;
  return { kind: "broken", expected, got, ...(exchange === undefined ? {} : { exchange }) };
}

export function hasStatus(exchange: Exchange, ...allowed: readonly number[]): Finding {
  const { status } = exchange.response;
  return that(allowed.includes(status), `status ${allowed.join(" or ")}`, `status ${status}`, exchange);
}

/** A client's mistake: any 4xx but the ones that say the kit has no access. */
export function isRefused(exchange: Exchange): Finding {
  const { status } = exchange.response;
  return that(
    status >= 400 && status < 500 && status !== 401,
    "a status from 400 to 499",
    `status ${status}`,
    exchange,
  );
}

export function isFhirJson(exchange: Exchange): Finding {
  const contentType = header(exchange, "content-type") ?? "";
  return that(
    contentType.toLowerCase().startsWith("application/fhir+json"),
    "Content-Type application/fhir+json",
    contentType === "" ? "no Content-Type" : `Content-Type ${contentType}`,
    exchange,
  );
}

/** The body is an OperationOutcome that reports at least one error; with one of the codes, where some are given. */
export function isOutcome(exchange: Exchange, ...codes: readonly string[]): Finding {
  const { json } = exchange.response;
  const issues = list(json, "issue").filter((issue) => /^(error|fatal)$/.test(text(issue, "severity") ?? ""));
  const isOne = text(json, "resourceType") === "OperationOutcome" && issues.length > 0;
  if (!isOne)
    return that(false, "an OperationOutcome with an issue of severity error or fatal", shortBody(exchange), exchange);
  const found = issues.map((issue) => text(issue, "code") ?? "none");
  const fits = codes.length === 0 || found.some((code) => codes.includes(code));
  return that(fits, `issue code ${codes.join(" or ")}`, `issue code ${found.join(", ")}`, exchange);
}

export function isSearchset(exchange: Exchange): Finding {
  const { status, json } = exchange.response;
  if (status !== 200) return hasStatus(exchange, 200);
  const isOne = text(json, "resourceType") === "Bundle" && text(json, "type") === "searchset";
  return that(isOne, "a Bundle of type searchset", shortBody(exchange), exchange);
}

export function header(exchange: Exchange, name: string): string | undefined {
  return exchange.response.headers[name];
}

/** Resources of the entries that match, in order. */
export function matches(exchange: Exchange): readonly unknown[] {
  return entriesOf(exchange, "match").map((entry) => at(entry, "resource"));
}

/** Entries by search mode; an entry without one counts as a match unless it is an OperationOutcome. */
export function entriesOf(exchange: Exchange, mode: "match" | "include" | "outcome"): readonly unknown[] {
  return list(exchange.response.json, "entry").filter((entry) => {
    const isOutcome = text(entry, "resource", "resourceType") === "OperationOutcome";
    return (text(entry, "search", "mode") ?? (isOutcome ? "outcome" : "match")) === mode;
  });
}

export function idsOf(resources: readonly unknown[]): readonly string[] {
  return resources.map((resource) => text(resource, "id") ?? "");
}

export function link(exchange: Exchange, ...relations: readonly string[]): string | undefined {
  const found = list(exchange.response.json, "link").find((each) => relations.includes(text(each, "relation") ?? ""));
  return text(found, "url");
}

/** Parameters of the self link, decoded. */
export function selfParameters(exchange: Exchange): URLSearchParams {
  const self = link(exchange, "self") ?? "";
  const question = self.indexOf("?");
  return new URLSearchParams(question === -1 ? "" : self.slice(question + 1));
}

export function total(exchange: Exchange): number | undefined {
  const found = at(exchange.response.json, "total");
  return typeof found === "number" ? found : undefined;
}

export function shortBody(exchange: Exchange): string {
  const { body, status } = exchange.response;
  return `status ${status}, ${body === "" ? "an empty body" : body.slice(0, 200)}`;
}

/** `Type?a=1&b=2`, encoded. */
export function query(type: string, parameters: Readonly<Record<string, string | readonly string[]>>): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((each): [string, string] => [name, each]),
  );
  return `${type}?${new URLSearchParams(pairs)}`;
}

const SERVERS_OWN = new Set(["id", "meta", "text"]);

/** The path of the first sent element that did not come back as it was, apart from what is the server's to set. */
export function lostFrom(sent: unknown, got: unknown, path = ""): string | undefined {
  if (Array.isArray(sent)) {
    if (!Array.isArray(got) || got.length !== sent.length) return path;
    return sent.map((each, position) => lostFrom(each, got[position], `${path}[${position}]`)).find(Boolean);
  }
  if (!isRecord(sent)) return Object.is(sent, got) ? undefined : path || "the value";
  if (!isRecord(got)) return path || "the whole";
  return Object.entries(sent)
    .filter(([name, each]) => each !== undefined && !(path === "" && SERVERS_OWN.has(name)))
    .map(([name, each]) => lostFrom(each, got[name], path === "" ? name : `${path}.${name}`))
    .find(Boolean);
}

export function isAsSent(sent: unknown, exchange: Exchange, got: unknown = exchange.response.json): Finding {
  const lost = lostFrom(sent, got);
  return that(lost === undefined, "all that was sent", `another ${lost}`, exchange);
}

export function versionOf(resource: unknown): string {
  return text(resource, "meta", "versionId") ?? "";
}

/** The entity tag of a version, as If-Match takes it. */
export function tagOf(version: string): string {
  return `W/"${version}"`;
}
