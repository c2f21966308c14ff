import type { CaseContext, ConformanceCase, Sample, Verdict } from "../case.ts";
import { hasStatus, idsOf, isSearchset, judge, matches, PASS, that } from "../checks.ts";
import { text } from "../json.ts";
import { asToken, escaped, referenceOf, search, stringsOf, tokensOf, unknownId, withSample } from "./samples.ts";

const SEARCH = { interaction: "search-type" } as const;

export type Trial = readonly [parameter: string, value: string, finds: boolean];

/** Each trial is joined with the sample's _id, so that it finds the sample or nothing, however much the server holds. */
export async function tryAll(context: CaseContext, { id }: Sample, trials: readonly Trial[]): Promise<Verdict> {
  if (trials.length === 0) return { kind: "not-applicable", reason: "the resource at hand has no such value" };
  for (const [parameter, value, finds] of trials) {
    const answer = await search(context, { _id: id, [parameter]: value });
    const found = idsOf(matches(answer)).includes(id);
    const wanted = `${parameter} ${finds ? "finds" : "does not find"} the resource`;
    const finding = isSearchset(answer) ?? that(found === finds, wanted, found ? "found" : "not found", answer);
    if (finding !== undefined) return finding;
  }
  return PASS;
}

/** Trials made from every declared parameter of a search parameter type, over all samples until one has a value. */
function overParameters(type: string, make: (parameter: string, sample: Sample, context: CaseContext) => Trial[]) {
  return withSample(async (context, _first, samples) => {
    const names = (context.declared?.parameters ?? []).filter((each) => each.type === type).map((each) => each.name);
    const sample = samples.find((each) => names.some((name) => make(name, each, context).length > 0));
    if (sample === undefined)
      return { kind: "not-applicable", reason: `no resource at hand has a ${type} to search by` };
    return tryAll(
      context,
      sample,
      names.flatMap((name) => make(name, sample, context)),
    );
  });
}

/** Tries a modifier that a server may refuse. */

/** What each kind of search parameter finds, tried on resources that the server shows. */
export const SEARCH_PARAMETER_CASES: readonly ConformanceCase[] = [
  {
    id: "search-parameters/id",
    group: "search-parameters",
    requirements: ["SP-01", "SP-06"],
    title: "_id finds the one resource, alone and in a list; the id in the other case, or with its type, does not.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async (context, { id }) => {
      const other = id === id.toLowerCase() ? id.toUpperCase() : id.toLowerCase();
      const exact = await search(context, { _id: id });
      const either = await search(context, { _id: `${unknownId()},${id}` });
      const cased = await search(context, { _id: other });
      const typed = await search(context, { _id: `${context.type}/${id}` });
      const found = (answer: typeof exact) => idsOf(matches(answer)).join();
      return judge(
        that(found(exact) === id, id, found(exact), exact),
        that(found(either) === id, id, found(either), either),
        that(other === id || found(cased) === "", "nothing by the id in the other case", found(cased), cased),
        that(found(typed) === "", "nothing by type and id", found(typed), typed),
      );
    }),
  },
  {
    id: "search-parameters/and-or",
    group: "search-parameters",
    requirements: ["SP-06"],
    title: "A comma widens a search by token; a second value of the same parameter narrows it.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async (context, sample) => {
      const parameter = (context.declared?.parameters ?? []).find(
        ({ name, type }) => type === "token" && tokensOf(context.type, name, sample.resource).length > 0,
      );
      const [token] = tokensOf(context.type, parameter?.name ?? "", sample.resource).map(asToken);
      if (parameter === undefined || token === undefined)
        return { kind: "not-applicable", reason: "the resource at hand has no token to search by" };
      const or = await search(context, { _id: sample.id, [parameter.name]: `none,${token}` });
      const and = await search(context, { _id: sample.id, [parameter.name]: [token, "none"] });
      return judge(
        isSearchset(or),
        isSearchset(and),
        that(matches(or).length === 1, "the resource by one value of a list", "nothing", or),
        that(matches(and).length === 0, "nothing by two values of which one fails", "a match", and),
      );
    }),
  },
  {
    id: "search-parameters/strings",
    group: "search-parameters",
    requirements: ["STR-01", "SP-05", "STR-04"],
    title: "Each string finds its resource by its start in the other case, and not by its end.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("string", (name, { resource }, { type }) =>
      stringsOf(type, name, resource).flatMap((value): Trial[] => [
        [name, escaped(value.slice(0, 3).toUpperCase()), true],
        [name, escaped(value.toLowerCase()), true],
        [name, `${escaped(value)}zzzz`, false],
      ]),
    ),
  },
  {
    id: "search-parameters/string-prefixes",
    group: "search-parameters",
    requirements: ["PFX-06"],
    title: "gt before a string is part of the string.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("string", (name, { resource }, { type }) =>
      stringsOf(type, name, resource)
        .slice(0, 1)
        .flatMap((value): Trial[] => [[name, `gt${escaped(value)}`, false]]),
    ),
  },
  {
    id: "search-parameters/escaped-comma",
    group: "search-parameters",
    requirements: ["ESC-01", "ESC-02"],
    title: "A comma after a backslash joins no values: what follows it finds nothing by itself.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("string", (name, { resource }, { type }) =>
      stringsOf(type, name, resource)
        .slice(0, 1)
        .flatMap((value): Trial[] => [
          [name, `zzzz\\,${escaped(value)}`, false],
          [name, `zzzz,${escaped(value)}`, true],
        ]),
    ),
  },
  {
    id: "search-parameters/token-code",
    group: "search-parameters",
    requirements: ["TOK-01"],
    title: "A code without a system finds its resource.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("token", (name, { resource }, { type }) =>
      tokensOf(type, name, resource).map(({ value }): Trial => [name, escaped(value), true]),
    ),
  },
  {
    id: "search-parameters/token-system-and-code",
    group: "search-parameters",
    requirements: ["TOK-02", "TOK-06"],
    title: "System and code find the resource by each of its codings; the code in another system does not.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("token", (name, { resource }, { type }) =>
      tokensOf(type, name, resource).flatMap((token): Trial[] =>
        token.system === undefined
          ? []
          : [
              [name, asToken(token), true],
              [name, `https://example.org/other|${escaped(token.value)}`, false],
            ],
      ),
    ),
  },
  {
    id: "search-parameters/token-without-system",
    group: "search-parameters",
    requirements: ["TOK-03"],
    title: "A bar before the code does not find a code that has a system.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("token", (name, { resource }, { type }) =>
      tokensOf(type, name, resource)
        .filter(({ system }) => system !== undefined)
        .slice(0, 1)
        .map(({ value }): Trial => [name, `|${escaped(value)}`, false]),
    ),
  },
  {
    id: "search-parameters/token-system",
    group: "search-parameters",
    requirements: ["TOK-04"],
    title: "A system and a bar find whatever has a code of that system.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("token", (name, { resource }, { type }) =>
      tokensOf(type, name, resource).flatMap(({ system }): Trial[] =>
        system === undefined ? [] : [[name, `${escaped(system)}|`, true]],
      ),
    ),
  },
  {
    id: "search-parameters/references",
    group: "search-parameters",
    requirements: ["REF-01", "REF-02"],
    title: "A reference finds its resource by id, by type and id, and by full address.",
    scope: "type",
    needs: SEARCH,
    run: overParameters("reference", (name, { resource }, { type, base }) => {
      const reference = referenceOf(type, name, resource);
      if (reference === undefined || !/^\w+\/[^/]+$/.test(reference)) return [];
      return [
        [name, reference.split("/")[1] ?? "", true],
        [name, reference, true],
        [name, `${base}/${reference}`, true],
        [name, `Patient/${unknownId()}`, false],
      ];
    }),
  },
  {
    id: "search-parameters/patient-only",
    group: "search-parameters",
    requirements: ["REF-04"],
    title: "The patient parameter finds nothing by the same id on another type.",
    scope: "type",
    needs: { interaction: "search-type", parameter: "patient" },
    run: withSample(async (context, { id, resource }) => {
      const reference = referenceOf(context.type, "patient", resource);
      if (reference === undefined) return { kind: "not-applicable", reason: "the resource at hand has no patient" };
      const answer = await search(context, { _id: id, patient: `Group/${reference.split("/")[1]}` });
      const none = answer.response.status === 400 || matches(answer).length === 0;
      return judge(hasStatus(answer, 200, 400), that(none, "no match", "a match", answer));
    }),
  },
  {
    id: "search-parameters/last-updated",
    group: "search-parameters",
    requirements: ["SP-02"],
    title: "_lastUpdated finds a resource from its own instant on and not before it.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async (context, sample) => {
      const updated = text(sample.resource, "meta", "lastUpdated");
      if (updated === undefined) return { kind: "not-applicable", reason: "the resource at hand has no lastUpdated" };
      return tryAll(context, sample, [
        ["_lastUpdated", `ge${updated}`, true],
        ["_lastUpdated", `le${updated}`, true],
        ["_lastUpdated", `gt${updated.slice(0, 4)}`, false],
        ["_lastUpdated", "lt1990", false],
        ["_lastUpdated", updated.slice(0, 10), true],
      ]);
    }),
  },
];
