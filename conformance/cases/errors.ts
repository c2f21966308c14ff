import type { ConformanceCase } from "../case.ts";
import {
  hasStatus,
  isFhirJson,
  isOutcome,
  isRefused,
  isSearchset,
  judge,
  matches,
  selfParameters,
  that,
  total,
} from "../checks.ts";
import { search, searchByForm } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;

/** Wrong and unknown parameters, values and modifiers. */
export const ERROR_CASES: readonly ConformanceCase[] = [
  {
    id: "errors/bad-value",
    group: "errors",
    requirements: ["ERR-01"],
    title: "A date in words is 400 with an OperationOutcome in FHIR JSON.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _lastUpdated: "23 May 2009" });
      return judge(hasStatus(answer, 400), isOutcome(answer), isFhirJson(answer));
    },
  },
  {
    id: "errors/value-nobody-has",
    group: "errors",
    requirements: ["ERR-02"],
    title: "A code that nothing has finds nothing, without an error.",
    scope: "type",
    needs: { interaction: "search-type", parameter: "identifier" },
    run: async (context) => {
      const answer = await search(context, { identifier: "https://example.org/none|none" });
      return judge(isSearchset(answer), that(matches(answer).length === 0, "no match", "a match", answer));
    },
  },
  {
    id: "errors/empty-parameter",
    group: "errors",
    requirements: ["ERR-03"],
    title: "A parameter without a value changes nothing, and is not in self.",
    scope: "type",
    needs: { interaction: "search-type", parameter: "identifier" },
    run: async (context) => {
      const plain = await search(context, { _count: "3" });
      const empty = await search(context, { _count: "3", identifier: "" });
      const same = total(plain) === total(empty) && matches(plain).length === matches(empty).length;
      return judge(
        isSearchset(empty),
        that(same, "the result without the parameter", "another result", empty),
        that(!selfParameters(empty).get("identifier"), "self without identifier", "self with it", empty),
      );
    },
  },
  {
    id: "errors/unknown-by-default",
    group: "errors",
    requirements: ["ERR-04"],
    title: "An unknown parameter without a preference is ignored and not in self.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { "x-unknown": "1", _count: "1" });
      const inSelf = selfParameters(answer).has("x-unknown");
      return judge(isSearchset(answer), that(!inSelf, "self without x-unknown", "self with it", answer));
    },
  },
  {
    id: "errors/unknown-when-strict",
    group: "errors",
    requirements: ["ERR-05"],
    title: "An unknown parameter under strict handling is 400, and the outcome names it.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { "x-unknown": "1" }, "handling=strict");
      const named = answer.response.body.includes("x-unknown");
      return judge(
        hasStatus(answer, 400),
        isOutcome(answer),
        that(named, "an outcome that names x-unknown", "one that does not", answer),
      );
    },
  },
  {
    id: "errors/unknown-when-lenient",
    group: "errors",
    requirements: ["ERR-06"],
    title: "An unknown parameter under lenient handling is ignored and not in self.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { "x-unknown": "1", _count: "1" }, "handling=lenient");
      const inSelf = selfParameters(answer).has("x-unknown");
      return judge(isSearchset(answer), that(!inSelf, "self without x-unknown", "self with it", answer));
    },
  },
  {
    id: "errors/unknown-modifier",
    group: "errors",
    requirements: ["MOD-01"],
    title: "An unknown modifier, and one that does not fit the parameter, is 400, under lenient handling too.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answers = [
        await search(context, { "_id:foo": "x" }),
        await search(context, { "_id:foo": "x" }, "handling=lenient"),
        await search(context, { "_lastUpdated:exact": "2020" }),
        await search(context, { "_lastUpdated:exact": "2020" }, "handling=lenient"),
      ];
      return judge(...answers.flatMap((answer) => [hasStatus(answer, 400), isOutcome(answer)]));
    },
  },
  {
    id: "errors/unknown-by-form",
    group: "errors",
    requirements: ["SRCH-03", "SRCH-02"],
    title: "An unknown modifier in a form is refused as in an address.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await searchByForm(context, { "_id:foo": "x" });
      return judge(isRefused(answer), isOutcome(answer));
    },
  },
  {
    id: "errors/lone-backslash",
    group: "errors",
    requirements: ["ESC-01"],
    title: "A backslash before a letter is 400, or finds nothing.",
    scope: "type",
    needs: { interaction: "search-type", parameter: "identifier" },
    run: async (context) => {
      const answer = await search(context, { identifier: "x\\y" });
      return judge(hasStatus(answer, 200, 400), that(matches(answer).length === 0, "no match", "a match", answer));
    },
  },
  {
    id: "errors/unknown-sort",
    group: "errors",
    requirements: ["SORT-04"],
    title: "_sort by an unknown key under strict handling is 400 with an OperationOutcome.",
    scope: "type",
    needs: SEARCH,
    run: async (context) => {
      const answer = await search(context, { _sort: "nonsense" }, "handling=strict");
      return judge(hasStatus(answer, 400), isOutcome(answer));
    },
  },
];
