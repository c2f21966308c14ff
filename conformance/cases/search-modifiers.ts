import type { ConformanceCase } from "../case.ts";
import { type Finding, isRefused, judge, matches, PASS, that } from "../checks.ts";
import { asToken, escaped, refusedByName, search, stringsOf, tokensOf, withSample } from "./samples.ts";
import { type Trial, tryAll } from "./search-parameters.ts";

const SEARCH = { interaction: "search-type" } as const;

/** Modifiers, tried on resources that the server shows. */
export const SEARCH_MODIFIER_CASES: readonly ConformanceCase[] = [
  {
    id: "search-parameters/missing",
    group: "search-parameters",
    requirements: ["MOD-02"],
    title: ":missing=true and :missing=false find a resource in exactly one of the two.",
    scope: "type",
    needs: SEARCH,
    run: withSample(async (context, { id }) => {
      const findings: Finding[] = [];
      for (const { name, type } of context.declared?.parameters ?? []) {
        if (name.startsWith("_") || type === "composite" || type === "special") continue;
        const missing = await search(context, { _id: id, [`${name}:missing`]: "true" });
        const refused = refusedByName(missing, ":missing");
        if (refused !== undefined) return refused;
        const present = await search(context, { _id: id, [`${name}:missing`]: "false" });
        const sum = matches(missing).length + matches(present).length;
        findings.push(that(sum === 1, `${name} missing or present`, `${sum} matches in all`, present));
      }
      const own = context.declared?.parameters.find(({ name, type }) => !name.startsWith("_") && type !== "composite");
      const other = await search(context, { [`${own?.name ?? "_id"}:missing`]: "maybe" });
      return judge(...findings, isRefused(other));
    }),
  },
  {
    id: "search-parameters/exact",
    group: "search-parameters",
    requirements: ["MOD-04"],
    title: ":exact finds a string as it stands, and neither in capitals nor by its start.",
    scope: "type",
    needs: SEARCH,
    run: modified("string", "exact", (value) => [
      ["", escaped(value), true],
      ["", escaped(value.toUpperCase()), value === value.toUpperCase()],
      ["", escaped(value.slice(0, -1)), false],
    ]),
  },
  {
    id: "search-parameters/contains",
    group: "search-parameters",
    requirements: ["MOD-05"],
    title: ":contains finds a string by its end, in any case.",
    scope: "type",
    needs: SEARCH,
    run: modified("string", "contains", (value) => [["", escaped(value.slice(-2).toUpperCase()), true]]),
  },
  {
    id: "search-parameters/not",
    group: "search-parameters",
    requirements: ["MOD-06"],
    title: ":not leaves out what has the code, and nothing else.",
    scope: "type",
    needs: SEARCH,
    run: modified("token", "not", (value) => [
      ["", value, false],
      ["", "none", true],
    ]),
  },
];

function modified(type: string, modifier: string, make: (value: string) => readonly Trial[]): ConformanceCase["run"] {
  return withSample(async (context, sample) => {
    for (const { name } of (context.declared?.parameters ?? []).filter((each) => each.type === type)) {
      const [value] =
        type === "string"
          ? stringsOf(context.type, name, sample.resource)
          : tokensOf(context.type, name, sample.resource).map(asToken);
      if (value === undefined) continue;
      const refused = refusedByName(await search(context, { [`${name}:${modifier}`]: value }), `:${modifier}`);
      if (refused !== undefined) return refused;
      const trials = make(value).map(([, each, finds]): Trial => [`${name}:${modifier}`, each, finds]);
      const verdict = await tryAll(context, sample, trials);
      if (verdict.kind !== "pass") return verdict;
    }
    return PASS;
  });
}
