import { lostFrom } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, isRecord, list, text } from "../json.ts";
import { evaluate } from "./fhirpath.ts";
import { NotSupported, resolved, resourceOf, type State, textAt } from "./state.ts";

/** Codes of assert.response. https://hl7.org/fhir/R4/valueset-assert-response-code-types.html */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  okay: [200],
  created: [201],
  noContent: [204],
  notModified: [304],
  bad: [400],
  forbidden: [403],
  notFound: [404],
  methodNotAllowed: [405],
  conflict: [409],
  gone: [410],
  preconditionFailed: [412],
  unprocessable: [422],
};

/** What does not hold, in words; undefined where all does. */
export type Broken = string | undefined;

/** Judges one assert. Throws NotSupported for what cannot be judged by HTTP and FHIRPath. */
export function judgeAssert(state: State, assert: unknown): Broken {
  const exchange = state.last;
  if (exchange === undefined) throw new NotSupported("an assert before any operation");
  const isRequest = text(assert, "direction") === "request";
  const value = textAt(assert, "value");
  const wanted = value === undefined ? undefined : resolved(state, value);
  const operator = text(assert, "operator") ?? "equals";
  const source = text(assert, "sourceId");
  const about = source === undefined ? exchange : (state.exchanges.get(source) ?? exchange);
  const checks: Readonly<Record<string, (given: string) => Broken>> = {
    response: (code) => responseIs(about, code),
    responseCode: (codes) =>
      compare(String(about.response.status), operatorFor(codes, operator), resolved(state, codes)),
    contentType: (type) => contentTypeIs(isRequest ? about.request.headers : about.response.headers, type, operator),
    headerField: (field) => {
      const headers = isRequest ? about.request.headers : about.response.headers;
      return compare(headers[field.toLowerCase()], wanted === undefined ? presence(operator) : operator, wanted ?? "");
    },
    resource: (type) => compare(text(resourceOf(state, source), "resourceType"), operator, type),
    requestMethod: (method) => compare(about.request.method.toLowerCase(), operator, method.toLowerCase()),
    requestURL: (url) => compare(about.request.url, operator, resolved(state, url)),
    minimumId: (id) => contains(resourceOf(state, id), resourceOf(state, source)),
    navigationLinks: () => hasLinks(resourceOf(state, source)),
    expression: (expression) => expressionHolds(state, assert, resolved(state, expression), operator, wanted),
  };
  const compared = text(assert, "compareToSourceExpression");
  const name = Object.keys(checks).find((each) => at(assert, each) !== undefined && at(assert, each) !== false);
  if (compared !== undefined && name !== "expression")
    throw new NotSupported("compareToSourceExpression without expression");
  if (name === undefined) throw new NotSupported(`an assert by ${membersOf(assert)}`);
  return checks[name]?.(textAt(assert, name) ?? "");
}

function membersOf(assert: unknown): string {
  const plain = new Set(["label", "description", "warningOnly", "direction", "operator", "value", "sourceId"]);
  return (
    Object.keys(Object(assert))
      .filter((name) => !plain.has(name))
      .join(", ") || "nothing"
  );
}

function responseIs({ response }: Exchange, code: string): Broken {
  const statuses = STATUSES[code];
  if (statuses === undefined) throw new NotSupported(`the response code ${code}`);
  return statuses.includes(response.status) ? undefined : `expected ${code}, got ${response.status}`;
}

function contentTypeIs(headers: Readonly<Record<string, string>>, type: string, operator: string): Broken {
  const [media] = (headers["content-type"] ?? headers.accept ?? "").split(";");
  const full = { json: "application/fhir+json", xml: "application/fhir+xml" }[type] ?? type;
  return compare(media, operator, full);
}

function operatorFor(codes: string, operator: string): string {
  return operator === "equals" && codes.includes(",") ? "in" : operator;
}

function presence(operator: string): string {
  return operator === "equals" ? "notEmpty" : operator;
}

function expressionHolds(state: State, assert: unknown, expression: string, operator: string, wanted?: string): Broken {
  const values = evaluate(expression, resourceOf(state, text(assert, "sourceId")));
  const comparedTo = text(assert, "compareToSourceExpression");
  if (comparedTo !== undefined) {
    const other = evaluate(resolved(state, comparedTo), resourceOf(state, text(assert, "compareToSourceId")));
    return compare(asText(values[0]), operator, asText(other[0]) ?? "");
  }
  if (operator === "empty" || operator === "notEmpty") return compare(asText(values[0]), operator, "");
  if (wanted === undefined) {
    const holds = values.length === 1 && typeof values[0] === "boolean" ? values[0] : values.length > 0;
    return holds ? undefined : `expected ${expression} to hold`;
  }
  const every = values.map(asText);
  const positive = operator === "equals" || operator === "in" || operator === "contains";
  const results = (every.length === 0 ? [undefined] : every).map((each) => compare(each, operator, wanted));
  // One of several values is enough for what is to be there; none of them may be what is not.
  return positive ? (results.includes(undefined) ? undefined : results[0]) : results.find((each) => each !== undefined);
}

function asText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return isRecord(value) ? JSON.stringify(value) : String(value);
}

function compare(got: string | undefined, operator: string, wanted: string): Broken {
  const parts = wanted.split(",").map((part) => part.trim());
  const said = `expected ${operator} ${wanted}, got ${got ?? "nothing"}`;
  const tests: Readonly<Record<string, () => boolean>> = {
    equals: () => got === wanted,
    notEquals: () => got !== wanted,
    in: () => got !== undefined && parts.includes(got),
    notIn: () => got === undefined || !parts.includes(got),
    greaterThan: () => order(got, wanted) > 0,
    lessThan: () => order(got, wanted) < 0,
    empty: () => got === undefined || got === "",
    notEmpty: () => got !== undefined && got !== "",
    contains: () => got?.includes(wanted) === true,
    notContains: () => got?.includes(wanted) !== true,
  };
  const test = tests[operator];
  if (test === undefined) throw new NotSupported(`the operator ${operator}`);
  return test() ? undefined : said;
}

/** Not a number, and so neither more nor less, where there is nothing to compare. */
function order(got: string | undefined, wanted: string): number {
  if (got === undefined) return Number.NaN;
  const [one, other] = [Number(got), Number(wanted)];
  if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  return got < wanted ? -1 : Number(got > wanted);
}

function contains(minimum: unknown, got: unknown): Broken {
  const lost = lostFrom(minimum, got);
  return lost === undefined ? undefined : `expected the fixture's ${lost}`;
}

function hasLinks(bundle: unknown): Broken {
  const relations = list(bundle, "link").map((link) => text(link, "relation"));
  const missing = ["first", "last", "next"].find((relation) => !relations.includes(relation));
  return missing === undefined ? undefined : `expected a link ${missing}`;
}
