import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import {
  type Finding,
  hasStatus,
  idsOf,
  isOutcome,
  isSearchset,
  judge,
  link,
  matches,
  PASS,
  selfParameters,
  that,
  total,
} from "../checks.ts";
import type { Exchange } from "../http.ts";
import { text } from "../json.ts";
import { refusedByName, search, searchByForm } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;
/** A walk longer than this shows nothing new and takes a slow server's time. */
const PAGES_MAX = 12;

/** Follows next as it stands, from a page to the end or to the limit. */
async function walk({ send }: CaseContext, first: Exchange): Promise<readonly Exchange[]> {
  const pages = [first];
  for (let next = link(first, "next"); next !== undefined && pages.length < PAGES_MAX; ) {
    const page = await send("GET", next);
    pages.push(page);
    next = link(page, "next");
  }
  return pages;
}

function isWhole(pages: readonly Exchange[]): boolean {
  const last = pages.at(-1);
  return last !== undefined && link(last, "next") === undefined;
}

/** Walks a search in pages that split its result into a few. */
function overPages(
  parameters: Readonly<Record<string, string>>,
  check: (pages: readonly Exchange[], context: CaseContext) => readonly Finding[],
): ConformanceCase["run"] {
  return async (context) => {
    const found = await context.samples();
    if ("kind" in found) return found;
    if (found.length < 2)
      return { kind: "not-applicable", reason: `fewer than two of ${context.type} are shown, so there are no pages` };
    const first = await search(context, { _count: String(found.length < 6 ? 1 : 3), ...parameters });
    if (isSearchset(first) !== undefined) return judge(isSearchset(first));
    const pages = await walk(context, first);
    return judge(...pages.map(isSearchset), ...check(pages, context));
  };
}

function noneTwice(pages: readonly Exchange[]): Finding {
  const ids = pages.flatMap((page) => idsOf(matches(page)));
  const twice = ids.find((id, position) => ids.indexOf(id) !== position);
  const page = pages.findLast((each) => idsOf(matches(each)).includes(twice ?? ""));
  return that(twice === undefined, "each resource once", `${twice} twice`, page);
}

/** Pages, their size, their order and their links. */
export const PAGING_CASES: readonly ConformanceCase[] = [
  {
    id: "paging/every-match-once",
    group: "paging",
    requirements: ["PAGE-01", "SRCH-10", "PAGE-04"],
    title: "Following next brings each match once, and as many as a total says.",
    scope: "type",
    needs: SEARCH,
    run: overPages({}, (pages) => {
      const ids = pages.flatMap((page) => idsOf(matches(page)));
      const count = pages[0] === undefined ? undefined : total(pages[0]);
      const agrees = count === undefined || (isWhole(pages) ? ids.length === count : ids.length <= count);
      const more = that(pages.length > 1, "a next link", "a single page, though there is more", pages[0]);
      return [noneTwice(pages), more, that(agrees, `${count} matches in all`, `${ids.length}`, pages[0])];
    }),
  },
  {
    id: "paging/no-duplicates",
    group: "paging",
    requirements: ["SRCH-10"],
    title: "No resource comes twice on a page or over the pages.",
    scope: "type",
    needs: SEARCH,
    run: overPages({}, (pages) => [noneTwice(pages)]),
  },
  {
    id: "paging/self-on-each",
    group: "paging",
    requirements: ["PAGE-02"],
    title: "Each page has a self link.",
    scope: "type",
    needs: SEARCH,
    run: overPages({}, (pages) =>
      pages.map((page) => that(link(page, "self") !== undefined, "a self link", "none", page)),
    ),
  },
  {
    id: "paging/ends",
    group: "paging",
    requirements: ["PAGE-03"],
    title:
      "The first page has no previous, a page has prev or previous but not both, a last page is not followed by an empty one.",
    scope: "type",
    needs: SEARCH,
    run: overPages({}, (pages) => {
      const [first] = pages;
      const last = pages.at(-1);
      const both = pages.find((page) => link(page, "prev") !== undefined && link(page, "previous") !== undefined);
      const emptyEnd = last !== undefined && pages.length > 1 && matches(last).length === 0;
      return [
        that(first === undefined || link(first, "prev", "previous") === undefined, "no previous", "one", first),
        that(both === undefined, "prev or previous", "both", both),
        that(!emptyEnd, "a match on the last page", "an empty last page", last),
      ];
    }),
  },
  {
    id: "paging/by-form",
    group: "paging",
    requirements: ["PAGE-05"],
    title: "The next link of a search by form is answered to GET with other matches.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const first = await searchByForm(context, { _count: "1" });
      const next = link(first, "next");
      if (isSearchset(first) !== undefined || next === undefined)
        return { kind: "not-applicable", reason: "a search by form has one page" };
      const second = await context.send("GET", next);
      const [one, other] = [first, second].map((page) => idsOf(matches(page)).join());
      return judge(isSearchset(second), that(one !== other, `other matches than ${one}`, `${other}`, second));
    },
  },
  {
    id: "paging/total",
    group: "paging",
    requirements: ["TOT-01", "PAGE-06"],
    title: "_total=accurate gives the number of matches over all pages; an unknown value is 400.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const first = await search(context, { _count: "20", _total: "accurate" });
      const refused = refusedByName(first, "_total");
      if (refused !== undefined) return refused;
      const pages = await walk(context, first);
      const ids = pages.flatMap((page) => idsOf(matches(page)));
      const count = total(first);
      const agrees = count !== undefined && (isWhole(pages) ? count === ids.length : count >= ids.length);
      const wrong = await search(context, { _total: "nonsense" });
      return judge(
        isSearchset(first),
        that(agrees, `total ${ids.length}${isWhole(pages) ? "" : " or more"}`, `total ${count}`, first),
        hasStatus(wrong, 400),
      );
    },
  },
  {
    id: "paging/damaged-link",
    group: "paging",
    requirements: ["PAGE-07"],
    title: "A next link with a damaged token is 400, 404 or 410.",
    scope: "type",
    needs: SEARCH,
    run: damagedLink,
  },
  {
    id: "paging/size",
    group: "paging",
    requirements: ["CNT-01"],
    title: "_count of 1, 2 and 7 brings no more matches than that.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answers = await Promise.all(
        [1, 2, 7].map(async (size) => [size, await search(context, { _count: `${size}` })] as const),
      );
      return judge(
        ...answers.flatMap(([size, page]) => [
          isSearchset(page),
          that(matches(page).length <= size, `at most ${size} matches`, `${matches(page).length}`, page),
        ]),
      );
    },
  },
  {
    id: "paging/size-zero",
    group: "paging",
    requirements: ["CNT-02"],
    title: "_count=0 has a total, no match, and no link to other pages.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const page = await search(context, { _count: "0" });
      const onward = link(page, "next", "prev", "previous", "last");
      return judge(
        isSearchset(page),
        that(total(page) !== undefined, "a total", "none", page),
        that(matches(page).length === 0, "no match", `${matches(page).length} matches`, page),
        that(onward === undefined, "no link to other pages", `${onward}`, page),
      );
    },
  },
  {
    id: "paging/size-kept",
    group: "paging",
    requirements: ["CNT-03"],
    title: "No page is larger than the first, and only the last smaller.",
    scope: "type",
    needs: SEARCH,
    run: overPages({}, (pages) => {
      const sizes = pages.map((page) => matches(page).length);
      const odd = sizes.slice(0, -1).find((size) => size !== sizes[0]) ?? sizes.find((size) => size > (sizes[0] ?? 0));
      return [that(odd === undefined, `pages of ${sizes[0]}`, `pages of ${sizes.join(", ")}`, pages.at(-1))];
    }),
  },
  {
    id: "paging/bad-size",
    group: "paging",
    requirements: ["CNT-05", "ERR-01"],
    title: "_count of -1, abc and 1.5 is 400 with an OperationOutcome.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answers = await Promise.all(["-1", "abc", "1.5"].map((size) => search(context, { _count: size })));
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 400), isOutcome(answer)]));
    },
  },
  {
    id: "paging/sorted",
    group: "paging",
    requirements: ["SORT-01"],
    title: "_sort by _lastUpdated, up and down, orders the page, and self has it.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      for (const sort of ["_lastUpdated", "-_lastUpdated"]) {
        const page = await search(context, { _sort: sort, _count: "20" });
        const refused = refusedByName(page, `_sort=${sort}`);
        if (refused !== undefined) return refused;
        const times = matches(page).map((resource) => Date.parse(text(resource, "meta", "lastUpdated") ?? ""));
        const rising = sort.startsWith("-") ? [...times].reverse() : times;
        const disorder = rising.findIndex((time, position) => position > 0 && time < (rising[position - 1] ?? 0));
        const finding =
          isSearchset(page) ??
          that(disorder === -1, `the order of ${sort}`, "another order", page) ??
          that(selfParameters(page).get("_sort") === sort, `_sort=${sort} in self`, "a self link without it", page);
        if (finding !== undefined) return finding;
      }
      return PASS;
    },
  },
  {
    id: "paging/order-over-pages",
    group: "paging",
    requirements: ["SORT-03"],
    title: "A sorted search has the same order in small pages as in one.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const whole = await search(context, { _sort: "-_lastUpdated", _count: "6" });
      const refused = refusedByName(whole, "_sort=-_lastUpdated");
      if (refused !== undefined) return refused;
      const pages = await walk(context, await search(context, { _sort: "-_lastUpdated", _count: "1" }));
      const ids = pages.flatMap((page) => idsOf(matches(page)));
      const expected = idsOf(matches(whole));
      const got = ids.slice(0, expected.length);
      return judge(
        isSearchset(whole),
        noneTwice(pages),
        that(expected.join() === got.join(), expected.join(), got.join(), pages[0]),
      );
    },
  },
];

async function damagedLink(context: CaseContext): Promise<Verdict> {
  const first = await search(context, { _count: "1" });
  const next = link(first, "next");
  if (next === undefined) return { kind: "not-applicable", reason: "the search has one page" };
  const address = new URL(next);
  const [name, value] = [...address.searchParams].sort((one, other) => other[1].length - one[1].length)[0] ?? [];
  if (name === undefined || value === undefined)
    return { kind: "not-applicable", reason: "the next link carries nothing to damage" };
  address.searchParams.set(name, `${value.slice(0, -1)}~`);
  const answer = await context.send("GET", address.href);
  return judge(hasStatus(answer, 400, 404, 410), isOutcome(answer));
}
