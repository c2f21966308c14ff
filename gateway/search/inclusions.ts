import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { isServedType, SERVED_RESOURCES, type ServedResource } from "#profiles/interactions.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import { splitModifier } from "./criterion.ts";
import type { Inclusion } from "./search-query.ts";

export type ParsedInclusions =
  | { readonly ok: true; readonly inclusions: readonly Inclusion[]; readonly idle: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** `:recurse` is what `:iterate` was called before R4. */
const MODIFIERS: readonly string[] = ["iterate", "recurse"];

const TYPE = /^[A-Z][A-Za-z]{1,63}$/;

/**
 * `_include` and `_revinclude`: `Type:parameter`, `Type:parameter:Target`, `Type:*` or `*`, several by commas. What follows
 * no match, as only what is included has it, is idle without `:iterate`. https://hl7.org/fhir/R4/search.html#include
 */
export function parseInclusions(searched: readonly ServedResource[], name: string, value: string): ParsedInclusions {
  const [parameter, modifier] = splitModifier(name);
  const direction = parameter === "_include" ? "include" : "revinclude";
  if (modifier !== undefined && !MODIFIERS.includes(modifier)) {
    return { ok: false, issues: [{ kind: "unknown-modifier", parameter, modifier, known: MODIFIERS }] };
  }
  const iterate = modifier !== undefined;
  const known = knownInclusions(searched, direction, iterate);
  const inclusions: Inclusion[] = [];
  const idle: string[] = [];
  for (const part of value.split(",")) {
    const inclusion = parseInclusion(part, known, { direction, iterate });
    if (inclusion) inclusions.push(inclusion);
    else if (parseInclusion(part, EVERY_INCLUDE, { direction, iterate })) idle.push(`${parameter}=${part}`);
    else {
      const expected =
        known.length === 0 ? "nothing: no reference of this type can be followed" : expectation(known, part);
      return { ok: false, issues: [{ kind: "bad-parameter-value", parameter, expected }] };
    }
  }
  return { ok: true, inclusions, idle };
}

/** What can be followed from the matches, or, when what was included is followed too, from any type. */
function knownInclusions(
  searched: readonly ServedResource[],
  direction: Inclusion["direction"],
  iterate: boolean,
): readonly string[] {
  if (iterate) return EVERY_INCLUDE;
  return searched.flatMap(({ includes, revIncludes }) => (direction === "include" ? includes : revIncludes));
}

const EVERY_INCLUDE: readonly string[] = [...new Set(SERVED_RESOURCES.flatMap(({ includes }) => includes))];

function parseInclusion(
  text: string,
  known: readonly string[],
  how: Pick<Inclusion, "direction" | "iterate">,
): Inclusion | undefined {
  if (text === "*") return { ...how, source: "*", code: "*", target: undefined };
  const [source = "", code = "", target, further] = text.split(":");
  if (!isServedType(source) || further !== undefined) return undefined;
  const isKnown =
    code === "*" ? known.some((include) => include.startsWith(`${source}:`)) : known.includes(`${source}:${code}`);
  if (!isKnown) return undefined;
  if (target === undefined) return { ...how, source, code, target };
  const targets = SEARCH_PARAMETERS[source]?.[code]?.target ?? [];
  const isTarget = targets.includes(target) || ((targets.includes("Resource") || code === "*") && TYPE.test(target));
  return isTarget ? { ...how, source, code, target } : undefined;
}

function expectation(known: readonly string[], sent: string): string {
  const closest = nearest(sent, known);
  const hint = closest === undefined ? "" : `; the nearest is ${closest}`;
  return `[type]:[parameter], [type]:[parameter]:[target type], [type]:* or *, of ${known.join(", ")}${hint}`;
}
