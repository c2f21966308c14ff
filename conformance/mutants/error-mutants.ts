import { at, text } from "../json.ts";
import {
  bodyChanged,
  entriesChanged,
  entryAdded,
  type Mutant,
  mutant,
  requestChanged,
  searchsetChanged,
  statusChanged,
  valuesChanged,
  withoutParameter,
} from "./breakage.ts";

const REMARK = { severity: "information", code: "informational", diagnostics: "a remark" };
const TRACE = "TypeError: x is undefined\n    at search (/srv/app/search.js:12:34)";

/** Broken rules about errors, and about every answer. */
export const ERROR_MUTANTS: readonly Mutant[] = [
  mutant(
    "a date in words is ignored",
    "errors/bad-value",
    "ERR-01",
    requestChanged((url) => {
      if (url.searchParams.get("_lastUpdated") === "23 May 2009") url.searchParams.delete("_lastUpdated");
    }),
  ),
  mutant(
    "an unknown value is an error",
    "errors/value-nobody-has",
    "ERR-02",
    statusChanged(200, 404, (request) => /none%7Cnone/.test(request.url)),
  ),
  mutant(
    "an empty parameter matches nothing",
    "errors/empty-parameter",
    "ERR-03",
    valuesChanged((value, name) => (name === "identifier" && value === "" ? "none" : value)),
  ),
  mutant(
    "an unknown parameter is refused by default",
    "errors/unknown-by-default",
    "ERR-04",
    statusChanged(200, 400, (request) => request.url.includes("x-unknown") && !request.headers.has("prefer")),
  ),
  mutant(
    "an unknown parameter is ignored when strict",
    "errors/unknown-when-strict",
    "ERR-05",
    withoutParameter("x-unknown"),
  ),
  mutant(
    "an unknown modifier is ignored",
    "errors/unknown-modifier",
    "MOD-01",
    requestChanged((url) => {
      url.search = url.search.replaceAll("%3Afoo", "").replaceAll(":foo", "");
    }),
  ),
  mutant(
    "an unknown sort key is ignored",
    "errors/unknown-sort",
    "SORT-04",
    requestChanged((url) => {
      if (url.searchParams.get("_sort") === "nonsense") url.searchParams.delete("_sort");
    }),
  ),
  mutant("a failure is plain text", "errors/every-failure-explained", "GEN-07", async (request, answer) => {
    const response = await answer(request);
    return response.status === 405 ? new Response("no", { status: 405, headers: response.headers }) : response;
  }),
  mutant(
    "an issue code is invented",
    "errors/issue-codes",
    "OO-01",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome"
        ? { ...body, issue: [{ severity: "error", code: "oops", diagnostics: "no" }] }
        : undefined,
    ),
  ),
  mutant(
    "an error shows a stack trace",
    "errors/nothing-given-away",
    "OO-03",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome"
        ? { ...body, issue: [{ ...Object(at(body, "issue", 0)), diagnostics: TRACE }] }
        : undefined,
    ),
  ),
  mutant(
    "an expression is prose",
    "errors/expressions",
    "OO-02",
    bodyChanged((body) =>
      body.resourceType === "OperationOutcome"
        ? { ...body, issue: [{ ...Object(at(body, "issue", 0)), expression: ["the first name"] }] }
        : undefined,
    ),
  ),
  mutant(
    "a fullUrl names a version",
    "search/full-addresses",
    "BDL-02",
    entriesChanged((entry) => ({ ...entry, fullUrl: `${text(entry, "fullUrl")}/_history/1` })),
  ),
  mutant("a crash is 500", "errors/status-codes", "GEN-06", statusChanged(405, 500)),
  mutant(
    "a remark counts as a match",
    "search/remarks",
    "SRCH-04",
    entryAdded({ resource: { resourceType: "OperationOutcome", issue: [REMARK] }, search: { mode: "match" } }),
  ),
  mutant(
    "a search finds another type",
    "search/only-the-type",
    "SRCH-09",
    entryAdded({
      fullUrl: "http://127.0.0.1/fhir/Basic/1",
      resource: { resourceType: "Basic", id: "1" },
      search: { mode: "match" },
    }),
  ),
  mutant(
    "includes of includes come unasked",
    "search/include-one-level",
    "INC-04",
    entryAdded({
      fullUrl: "http://127.0.0.1/fhir/Basic/1",
      resource: { resourceType: "Basic", id: "1" },
      search: { mode: "include" },
    }),
  ),
  mutant(
    "a bad form is answered 200",
    "errors/unknown-by-form",
    "SRCH-03",
    statusChanged(400, 200, (request) => request.method === "POST"),
  ),
  mutant(
    "a backslash crashes the server",
    "errors/lone-backslash",
    "ESC-01",
    statusChanged(200, 500, (request) => request.url.includes("x%5Cy")),
  ),
  mutant(
    "a collection has a total",
    "search/bundle-totals",
    "BDL-01",
    searchsetChanged((bundle) => ({ ...bundle, type: "collection" })),
  ),
  mutant(
    "an id goes from one to another",
    "general/ids-stay",
    "RES-01",
    entriesChanged((entry) => ({
      ...entry,
      resource: { ...Object(entry.resource), identifier: [{ value: crypto.randomUUID() }] },
    })),
  ),
  mutant(
    "small pages are not sorted",
    "paging/order-over-pages",
    "SORT-03",
    requestChanged((url) => {
      if (url.searchParams.get("_count") === "1") url.searchParams.delete("_sort");
    }),
  ),
];
