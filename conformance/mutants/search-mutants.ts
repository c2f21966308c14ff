import { at, isRecord, list, parseJson, text } from "../json.ts";
import {
  bodyChanged,
  entriesChanged,
  entryAdded,
  linksChanged,
  type Mutant,
  mutant,
  requestChanged,
  searchsetChanged,
  statusChanged,
  valuesChanged,
  withoutLink,
  withoutParameter,
} from "./breakage.ts";

const REMARK = { severity: "information", code: "informational", diagnostics: "a remark" };
const TRACE = "TypeError: x is undefined\n    at search (/srv/app/search.js:12:34)";

/** Broken rules about searchsets, pages and errors. */
export const SEARCH_MUTANTS: readonly Mutant[] = [
  mutant("a search without result is 404", "search/nothing-found", "SRCH-01", async (request, answer) => {
    const response = await answer(request);
    const isEmpty = at(parseJson(await response.clone().text()), "total") === 0;
    return isEmpty ? new Response("{}", { status: 404 }) : response;
  }),
  mutant("a form is not read", "search/by-form", "SRCH-02", async (request, answer) =>
    request.url.includes("/_search") ? answer(new Request(request.url.replace("/_search", ""))) : answer(request),
  ),
  mutant("a failed search says nothing", "search/failure-explained", "SRCH-03", async (request, answer) => {
    const response = await answer(request);
    return response.status === 400 ? new Response("no", { status: 400 }) : response;
  }),
  mutant("_search takes any body", "search/form-only", "SRCH-06", async (request, answer) => {
    if (request.headers.get("content-type") !== "application/json") return answer(request);
    return answer(new Request(request.url.replace("/_search", "")));
  }),
  mutant(
    "fullUrl is relative",
    "search/entries",
    "SRCH-09",
    entriesChanged((entry) => ({ ...entry, fullUrl: `${text(entry, "resource", "resourceType")}/1` })),
  ),
  mutant("no self link", "search/self-is-what-was-used", "SELF-01", withoutLink("self")),
  mutant(
    "an ignored parameter stays in self",
    "errors/unknown-when-lenient",
    "ERR-06",
    linksChanged((links) =>
      links.map((link) =>
        text(link, "relation") === "self" ? { relation: "self", url: `${text(link, "url")}&x-unknown=1` } : link,
      ),
    ),
  ),
  mutant(
    "self leads elsewhere",
    "search/self-again",
    "SELF-02",
    linksChanged((links) =>
      links.map((link) =>
        text(link, "relation") === "self"
          ? { relation: "self", url: `${text(link, "url")}&_sort=-_lastUpdated` }
          : link,
      ),
    ),
  ),
  mutant("a named query is ignored", "search/named-query", "QRY-01", withoutParameter("_query")),
  mutant(
    "an included resource comes twice",
    "search/include",
    "INC-01",
    searchsetChanged((bundle) => {
      const includes = list(bundle, "entry").filter((entry) => text(entry, "search", "mode") === "include");
      return includes.length === 0
        ? undefined
        : { ...bundle, entry: [...list(bundle, "entry"), ...includes.slice(0, 1)] };
    }),
  ),
  mutant(
    "an unknown include crashes the server",
    "search/unknown-include",
    "INC-06",
    statusChanged(400, 500, (request) => request.url.includes("_include=Foo")),
  ),
  mutant(
    "total counts the page",
    "paging/every-match-once",
    "PAGE-01",
    searchsetChanged((bundle) => ({ ...bundle, total: list(bundle, "entry").length })),
  ),
  mutant(
    "total is one too many",
    "paging/total",
    "TOT-01",
    searchsetChanged((bundle, query) =>
      query.has("_total") ? { ...bundle, total: Number(bundle.total) + 1 } : undefined,
    ),
  ),
  mutant("page 2 begins with the first match again", "paging/no-duplicates", "SRCH-10", async (request, answer) => {
    const response = await answer(request);
    const url = new URL(request.url);
    if (!url.searchParams.has("page")) return response;
    const first = parseJson(await (await answer(new Request(`${url.origin}${url.pathname}?_count=1`))).text());
    const page = parseJson(await response.clone().text());
    if (!isRecord(page)) return response;
    return new Response(JSON.stringify({ ...page, entry: list(first, "entry") }), response);
  }),
  mutant(
    "later pages have no self",
    "paging/self-on-each",
    "PAGE-02",
    searchsetChanged((bundle, query) =>
      query.has("page")
        ? { ...bundle, link: list(bundle, "link").filter((link) => text(link, "relation") !== "self") }
        : undefined,
    ),
  ),
  mutant("no next link", "paging/every-match-once", "PAGE-01", withoutLink("next")),
  mutant(
    "next by form leads to the same page",
    "paging/by-form",
    "PAGE-05",
    searchsetChanged((bundle, _query, request) =>
      request.method === "POST"
        ? {
            ...bundle,
            link: list(bundle, "link").map((link) => ({ ...Object(link), url: text(bundle, "link", 0, "url") })),
          }
        : undefined,
    ),
  ),
  mutant(
    "the first page leads back",
    "paging/ends",
    "PAGE-03",
    linksChanged((links) => [...links, { relation: "previous", url: text(links[0], "url") ?? "" }]),
  ),
  mutant("a damaged page link shows the first page", "paging/damaged-link", "PAGE-07", async (request, answer) => {
    const response = await answer(request);
    const url = new URL(request.url);
    return response.status === 400 && url.searchParams.has("page")
      ? answer(new Request(`${url.origin}${url.pathname}`))
      : response;
  }),
  mutant("_count is ignored", "paging/size", "CNT-01", withoutParameter("_count")),
  mutant(
    "_count=0 brings a page",
    "paging/size-zero",
    "CNT-02",
    valuesChanged((value, name) => (name === "_count" && value === "0" ? "20" : value)),
  ),
  mutant(
    "_count=abc is mended",
    "paging/bad-size",
    "CNT-05",
    valuesChanged((value, name) => (name === "_count" && value === "abc" ? "20" : value)),
  ),
  mutant(
    "page 2 has another size",
    "paging/size-kept",
    "CNT-03",
    searchsetChanged((bundle, query) =>
      query.has("page") ? { ...bundle, entry: list(bundle, "entry").slice(0, 1) } : undefined,
    ),
  ),
  mutant(
    "the sort is turned round",
    "paging/sorted",
    "SORT-01",
    searchsetChanged((bundle, query) =>
      query.has("_sort") && bundle.entry !== undefined
        ? { ...bundle, entry: [...list(bundle, "entry")].reverse() }
        : undefined,
    ),
  ),
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
