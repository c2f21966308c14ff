import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { entriesOf, type Finding, hasStatus, isSearchset, judge, matches, PASS, shortBody, that } from "../checks.ts";
import { text, texts } from "../json.ts";
import { search } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;

const INCLUDE = { interaction: "search-type", include: true } as const;

/** Includes of what a search shows. */
export const SEARCH_INCLUDE_CASES: readonly ConformanceCase[] = [
  {
    id: "search/include",
    group: "search",
    requirements: ["INC-01", "CNT-04", "INC-05"],
    title: "A declared _include brings targets of the page's own matches once each, marked include, beyond _count.",
    scope: "type",
    needs: INCLUDE,
    run: included,
  },
  {
    id: "search/include-one-level",
    group: "search",
    requirements: ["INC-04"],
    title: "Everything included is referred to by a match itself.",
    scope: "type",
    needs: INCLUDE,
    run: async (context) => {
      const answer = await search(context, { _include: context.declared?.includes[0] ?? "", _count: "10" });
      const references = JSON.stringify(matches(answer));
      const stray = entriesOf(answer, "include").find((entry) => !references.includes(`${idOf(entry)}"`));
      return judge(
        isSearchset(answer),
        that(stray === undefined, "targets of matches alone", `${text(stray, "fullUrl")}`, answer),
      );
    },
  },
  {
    id: "search/unknown-include",
    group: "search",
    requirements: ["INC-06"],
    title: "An _include that is not known is 400, or ignored with nothing included.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      for (const include of ["Foo:bar", `${context.type}:nonsense`, "*"]) {
        const answer = await search(context, { _include: include, _count: "1" });
        const ignored = include === "*" || entriesOf(answer, "include").length === 0;
        const finding = hasStatus(answer, 200, 400) ?? that(ignored, "nothing included", shortBody(answer), answer);
        if (finding !== undefined) return finding;
      }
      return PASS;
    },
  },
];

function idOf(entry: unknown): string {
  return `${text(entry, "resource", "resourceType")}/${text(entry, "resource", "id")}`;
}

async function included(context: CaseContext): Promise<Verdict> {
  const findings: Finding[] = [];
  for (const include of context.declared?.includes ?? []) {
    const answer = await search(context, { _include: include, _count: "10" });
    const targets = entriesOf(answer, "include").map(idOf);
    const references = JSON.stringify(matches(answer));
    const stray = targets.find((target) => !references.includes(target.split("/")[1] ?? ""));
    findings.push(
      isSearchset(answer),
      that(new Set(targets).size === targets.length, "each target once", targets.join(), answer),
      that(stray === undefined, "targets that a match refers to", `${stray}`, answer),
      that(matches(answer).length <= 10, "ten matches at most", `${matches(answer).length}`, answer),
    );
    const [, parameter = ""] = include.split(":");
    const local = texts(matches(answer).map((match) => text(match, parameter, "reference")));
    const missing = targets.length === 0 && local.some((reference) => /^\w+\/[\w.-]+$/.test(reference));
    findings.push(that(!missing, `the target of ${parameter}`, "nothing included", answer));
  }
  return judge(...findings);
}
