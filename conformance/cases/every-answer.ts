import type { ConformanceCase } from "../case.ts";
import { entriesOf, isFhirJson, isOutcome, judge, judgeSeen, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { at, isRecord, list, text, texts } from "../json.ts";

/** R4 issue-type codes. https://hl7.org/fhir/R4/valueset-issue-type.html */
const ISSUE_CODES = new Set(
  `invalid structure required value invariant security login unknown expired forbidden suppressed processing
  not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly
  business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational`.split(
    /\s+/,
  ),
);
const SEVERITIES = new Set(["fatal", "error", "warning", "information"]);
/** Statuses that R4 and the HTTP specifications name for what the kit does. */
const STATUSES = new Set([
  200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422, 428, 429, 501,
]);
const GIVEAWAYS =
  /\bat \S+ \(.*:\d+:\d+\)|\bat file:|node_modules|\.(ts|js|java|cs):\d+|Exception in|SQLITE_|\bSELECT .+ FROM\b|Traceback/;
const SIMPLE_PATH = /^[A-Za-z][\w[\]().:$/-]*$/;

function bundles(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter((each) => text(each.response.json, "resourceType") === "Bundle");
}

function failures(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(({ request, response }) => response.status >= 400 && request.method !== "HEAD");
}

function outcomes(exchanges: readonly Exchange[]): readonly (readonly [unknown, Exchange])[] {
  return exchanges
    .filter((each) => text(each.response.json, "resourceType") === "OperationOutcome")
    .map((each) => [each.response.json, each]);
}

/** The path of a member that JSON in FHIR may not have: empty, or null outside a list of primitives. */
function forbiddenMember(value: unknown, path: string): string | undefined {
  if (value === "") return path;
  if (Array.isArray(value)) {
    if (value.length === 0) return path;
    return value.map((each, position) => forbiddenMember(each ?? 0, `${path}[${position}]`)).find(Boolean);
  }
  if (!isRecord(value)) return undefined;
  const members = Object.entries(value);
  if (members.length === 0) return path;
  return members
    .map(([name, each]) => (each === null ? `${path}.${name}` : forbiddenMember(each, `${path}.${name}`)))
    .find(Boolean);
}

/** What holds for every answer of the run, whatever it was sent for. */
export const EVERY_ANSWER_CASES: readonly ConformanceCase[] = [
  {
    id: "errors/status-codes",
    group: "errors",
    requirements: ["GEN-06"],
    title: "Every status of the run is one that R4 or HTTP names for the situation; none is a server failure.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        exchanges.map((each) => {
          const { status } = each.response;
          return that(STATUSES.has(status), "a status that R4 names", `status ${status}`, each);
        }),
        "answer",
      ),
  },
  {
    id: "errors/every-failure-explained",
    group: "errors",
    requirements: ["GEN-07"],
    title: "Every failure of the run has an OperationOutcome with an error, in FHIR JSON.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        failures(exchanges).flatMap((each) => [isOutcome(each), isFhirJson(each)]),
        "failure",
      ),
  },
  {
    id: "errors/issue-codes",
    group: "errors",
    requirements: ["OO-01"],
    title: "Every OperationOutcome of the run has issues, each with severity and code from the value sets.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        outcomes(exchanges).flatMap(([outcome, exchange]) => {
          const issues = list(outcome, "issue");
          const odd = issues.find(
            (issue) => !SEVERITIES.has(text(issue, "severity") ?? "") || !ISSUE_CODES.has(text(issue, "code") ?? ""),
          );
          return [
            that(issues.length > 0, "at least one issue", "none", exchange),
            that(odd === undefined, "severity and code of R4", JSON.stringify(odd ?? ""), exchange),
          ];
        }),
        "OperationOutcome",
      ),
  },
  {
    id: "errors/expressions",
    group: "errors",
    requirements: ["OO-02"],
    title: "Every expression of an issue is a simple path.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        outcomes(exchanges).map(([outcome, exchange]) => {
          const expressions = texts(list(outcome, "issue").flatMap((issue) => list(issue, "expression")));
          const odd = expressions.find((expression) => !SIMPLE_PATH.test(expression));
          return that(odd === undefined, "a simple path", `${odd}`, exchange);
        }),
        "OperationOutcome",
      ),
  },
  {
    id: "errors/nothing-given-away",
    group: "errors",
    requirements: ["OO-03"],
    title: "Every failure says something, and shows no stack trace, file name or statement of a database.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        [
          ...failures(exchanges).map((each) => {
            const found = GIVEAWAYS.exec(each.response.body)?.[0];
            return that(found === undefined, "nothing of the server's inside", `${found}`, each);
          }),
          ...outcomes(exchanges).map(([outcome, exchange]) => {
            const says = list(outcome, "issue").some((issue) => text(issue, "diagnostics") ?? at(issue, "details"));
            return that(says, "diagnostics or details", "neither", exchange);
          }),
        ],
        "failure",
      ),
  },
  {
    id: "search/bundle-totals",
    group: "search",
    requirements: ["BDL-01"],
    title: "Every Bundle of the run with a total or with search entries is a searchset; a history may have a total.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        bundles(exchanges).map((each) => {
          const type = text(each.response.json, "type") ?? "";
          const searched = list(each.response.json, "entry").some((entry) => at(entry, "search") !== undefined);
          const counted = at(each.response.json, "total") !== undefined;
          const fits = type === "searchset" || (!searched && (!counted || type === "history"));
          return that(fits, "total and search in their own Bundle types", `both or one in ${type}`, each);
        }),
        "Bundle",
      ),
  },
  {
    id: "search/full-addresses",
    group: "search",
    requirements: ["BDL-02", "BDL-03"],
    title: "In every searchset of the run each fullUrl stands once, names no version and ends in the id.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        bundles(exchanges)
          .filter((each) => text(each.response.json, "type") === "searchset")
          .flatMap((each) => {
            const entries = [...entriesOf(each, "match"), ...entriesOf(each, "include")];
            const addresses = texts(entries.map((entry) => text(entry, "fullUrl")));
            const versioned = addresses.find((address) => address.includes("/_history/"));
            const strange = entries.find((entry) => {
              const address = text(entry, "fullUrl") ?? "";
              return !address.startsWith("urn:") && address.split("/").at(-1) !== text(entry, "resource", "id");
            });
            return [
              that(new Set(addresses).size === addresses.length, "each fullUrl once", "one twice", each),
              that(versioned === undefined, "addresses without version", `${versioned}`, each),
              that(strange === undefined, "addresses that end in the id", `${text(strange, "fullUrl")}`, each),
            ];
          }),
        "searchset",
      ),
  },
  {
    id: "general/json-members",
    group: "general",
    requirements: ["JSON-01"],
    title: "No JSON of the run has an empty string, list or object, or a null outside a list.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) =>
      judgeSeen(
        exchanges.flatMap((each) => {
          const type = text(each.response.json, "resourceType");
          if (type === undefined) return [];
          const path = forbiddenMember(each.response.json, type);
          return [that(path === undefined, "members with content", `an empty ${path}`, each)];
        }),
        "resource",
      ),
  },
  {
    id: "general/ids-stay",
    group: "general",
    requirements: ["RES-01"],
    title: "Over the run, an id of a type goes with one identity: same type, same first identifier.",
    scope: "server",
    stage: "last",
    run: async ({ exchanges }) => {
      const seen = new Map<string, string>();
      for (const each of bundles(exchanges)) {
        for (const entry of list(each.response.json, "entry")) {
          const key = text(entry, "fullUrl");
          const identity = JSON.stringify(at(entry, "resource", "identifier", 0) ?? null);
          if (key === undefined || identity === "null") continue;
          const before = seen.get(key) ?? identity;
          if (before !== identity) return judge(that(false, "one resource under an id", "another one", each));
          seen.set(key, identity);
        }
      }
      return seen.size === 0 ? judgeSeen([], "resource with an identifier") : judge();
    },
  },
];
