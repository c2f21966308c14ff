import { at, isRecord, list, parseJson, text } from "../json.ts";
import {
  entriesChanged,
  linksChanged,
  type Mutant,
  mutant,
  searchsetChanged,
  statusChanged,
  valuesChanged,
  withoutLink,
  withoutParameter,
} from "./breakage.ts";

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
  mutant("a search without a form is 415", "search/without-form", "SRCH-02", async (request, answer) =>
    request.method === "POST" && request.url.includes("/_search") && !request.headers.has("content-type")
      ? new Response("{}", { status: 415 })
      : answer(request),
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
];
