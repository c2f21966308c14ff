import type { ConformanceCase } from "../case.ts";
import {
  entriesOf,
  hasStatus,
  idsOf,
  isOutcome,
  isRefused,
  isSearchset,
  judge,
  link,
  matches,
  PASS,
  selfParameters,
  that,
  total,
} from "../checks.ts";
import { at, text } from "../json.ts";
import { refusedByName, search, searchByForm, unknownId, withSample } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;

/** The searchset: how it is asked for, what it holds, what it says of itself. */
export const SEARCH_CASES: readonly ConformanceCase[] = [
  {
    id: "search/nothing-found",
    group: "search",
    requirements: ["SRCH-01"],
    title: "A search for a random _id is 200 with a searchset, total 0 or absent, and no match.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _id: unknownId() });
      const count = total(answer) ?? 0;
      return judge(
        isSearchset(answer),
        that(count === 0, "total 0 or no total", `total ${count}`, answer),
        that(matches(answer).length === 0, "no match", `${matches(answer).length} matches`, answer),
      );
    },
  },
  {
    id: "search/by-form",
    group: "search",
    requirements: ["SRCH-02"],
    title: "The same search by GET, by form, and split between address and form finds the same.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async (context, { id }) => {
      const byGet = await search(context, { _id: id });
      const byForm = await searchByForm(context, { _id: id });
      const split = await searchByForm(context, { _id: id }, { _count: "1" });
      const expected = idsOf(matches(byGet)).join();
      return judge(
        isSearchset(byGet),
        ...[byForm, split].flatMap((answer) => [
          isSearchset(answer),
          that(
            idsOf(matches(answer)).join() === expected,
            `the ids ${expected}`,
            idsOf(matches(answer)).join(),
            answer,
          ),
        ]),
      );
    }),
  },
  {
    id: "search/without-form",
    group: "search",
    requirements: ["SRCH-02"],
    title: "A _search with all its parameters in the address needs neither a form nor the type of one.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async ({ send, type }, { id }) => {
      const answer = await send("POST", `${type}/_search?${new URLSearchParams({ _id: id })}`);
      const found = idsOf(matches(answer)).join();
      return judge(isSearchset(answer), that(found === id, `the id ${id}`, found, answer));
    }),
  },
  {
    id: "search/failure-explained",
    group: "search",
    requirements: ["SRCH-03"],
    title: "A search with a date that is none is refused with an OperationOutcome, by GET and by form.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const byGet = await search(context, { _lastUpdated: "nonsense" });
      const byForm = await searchByForm(context, { _lastUpdated: "nonsense" });
      return judge(...[byGet, byForm].flatMap((answer) => [isRefused(answer), isOutcome(answer)]));
    },
  },
  {
    id: "search/remarks",
    group: "search",
    requirements: ["SRCH-04"],
    title: "An OperationOutcome in a searchset has mode outcome and neither errors nor fatal issues.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _count: "1", "x-unknown": "1" }, "handling=lenient");
      const entries = ["match", "include", "outcome"] as const;
      const remarks = entries
        .flatMap((mode) => entriesOf(answer, mode))
        .filter((entry) => text(entry, "resource", "resourceType") === "OperationOutcome");
      const findings = remarks.flatMap((entry) => {
        const mode = text(entry, "search", "mode");
        const worst = /"severity":"(error|fatal)"/.exec(JSON.stringify(entry))?.[1];
        return [
          that(mode === "outcome", "search.mode outcome", `search.mode ${mode}`, answer),
          that(worst === undefined, "no error", `severity ${worst}`, answer),
        ];
      });
      return judge(isSearchset(answer), ...findings);
    },
  },
  {
    id: "search/form-only",
    group: "search",
    requirements: ["SRCH-06"],
    title: "A JSON body to _search is 415 with an OperationOutcome.",
    scope: "type",
    needs: SEARCH,
    run: async ({ send, type }) => {
      const headers = { "content-type": "application/json" };
      const answer = await send("POST", `${type}/_search`, { headers, body: '{"_count":1}' });
      return judge(hasStatus(answer, 415), isOutcome(answer));
    },
  },
  {
    id: "search/entries",
    group: "search",
    requirements: ["SRCH-09", "BDL-03"],
    title: "Each entry has an absolute fullUrl without version that ends in type and id, and a search.mode.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _count: "10" });
      const findings = entriesOf(answer, "match").flatMap((entry) => {
        const fullUrl = text(entry, "fullUrl") ?? "none";
        const tail = `/${text(entry, "resource", "resourceType")}/${text(entry, "resource", "id")}`;
        const fits = fullUrl.startsWith("urn:uuid:") || (URL.canParse(fullUrl) && fullUrl.endsWith(tail));
        return [
          that(fits, `an absolute fullUrl that ends in ${tail}`, fullUrl, answer),
          that(text(entry, "search", "mode") === "match", "search.mode match", "another or none", answer),
        ];
      });
      return judge(isSearchset(answer), ...findings);
    },
  },
  {
    id: "search/only-the-type",
    group: "search",
    requirements: ["SRCH-09"],
    title: "All matches are of the type searched.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _count: "20" });
      const other = matches(answer).find((resource) => text(resource, "resourceType") !== context.type);
      return judge(
        isSearchset(answer),
        that(other === undefined, `only ${context.type}`, `${text(other, "resourceType")}`, answer),
      );
    },
  },
  {
    id: "search/self-is-what-was-used",
    group: "search",
    requirements: ["SELF-01", "PAGE-02"],
    title: "self holds the parameters sent, by GET and by form, without those that were ignored or empty.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const id = unknownId();
      const lenient = await search(context, { _id: id, _count: "3", "x-unknown": "1" }, "handling=lenient");
      const byForm = await searchByForm(context, { _id: id, _count: "3" });
      return judge(
        isSearchset(lenient),
        isSearchset(byForm),
        ...[lenient, byForm].flatMap((answer) => [
          that(link(answer, "self") !== undefined, "a self link", "none", answer),
          that(selfParameters(answer).get("_id") === id, "_id as sent in self", `${link(answer, "self")}`, answer),
        ]),
        that(!selfParameters(lenient).has("x-unknown"), "self without x-unknown", `${link(lenient, "self")}`, lenient),
      );
    },
  },
  {
    id: "search/self-again",
    group: "search",
    requirements: ["SELF-02"],
    title: "GET of self shows the same ids in the same order.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const first = await search(context, { _count: "5" });
      const again = await context.send("GET", link(first, "self") ?? "no-self-link");
      const [before, after] = [first, again].map((answer) => idsOf(matches(answer)).join());
      return judge(isSearchset(first), isSearchset(again), that(before === after, `${before}`, `${after}`, again));
    },
  },
  {
    id: "search/named-query",
    group: "search",
    requirements: ["QRY-01"],
    title: "_query=nonsense is refused, under lenient handling too.",
    scope: "type",
    needs: SEARCH,
    run: async (context) =>
      judge(
        isRefused(await search(context, { _query: "nonsense" })),
        isRefused(await search(context, { _query: "nonsense" }, "handling=lenient")),
      ),
  },
  {
    id: "search/count-summary",
    group: "search",
    requirements: ["SUM-01"],
    title: "_summary=count has a total and no match.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _summary: "count" });
      const refused = refusedByName(answer, "_summary");
      if (refused !== undefined) return refused;
      return judge(
        isSearchset(answer),
        that(total(answer) !== undefined, "a total", "none", answer),
        that(matches(answer).length === 0, "no match", `${matches(answer).length} matches`, answer),
      );
    },
  },
  {
    id: "search/summary-marked",
    group: "search",
    requirements: ["SUM-03", "ELEM-01"],
    title: "Matches of _summary=true and _elements=id are marked SUBSETTED.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      for (const parameters of [{ _summary: "true" }, { _elements: "id" }]) {
        const answer = await search(context, { ...parameters, _count: "5" });
        const refused = refusedByName(answer, Object.keys(parameters).join());
        if (refused !== undefined) return refused;
        const unmarked = matches(answer).find(
          (resource) => !JSON.stringify(at(resource, "meta")).includes("SUBSETTED"),
        );
        const finding = that(unmarked === undefined, "the tag SUBSETTED on each match", "a match without it", answer);
        if (finding !== undefined) return finding;
      }
      return PASS;
    },
  },
];
