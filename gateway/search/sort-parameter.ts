import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";
import type { SortKey } from "./search-query.ts";

export type ParsedSort =
  | { readonly ok: true; readonly sort: readonly SortKey[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** `_sort=-date,status`: any parameter of the type that has one value to order by. https://hl7.org/fhir/R4/search.html#sort */
export function parseSort(type: ServedType, value: string): ParsedSort {
  const sort: SortKey[] = [];
  const sortable = Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap(({ code, type: kind }) =>
    kind === "composite" || kind === "special" ? [] : [code],
  );
  for (const key of value.split(",")) {
    const code = key.replace(/^-/, "");
    if (!sortable.includes(code)) {
      const closest = nearest(code, sortable);
      const expected = `[-]parameter, of ${sortable.join(", ")}${closest === undefined ? "" : `; the nearest is ${closest}`}`;
      return { ok: false, issues: [{ kind: "bad-parameter-value", parameter: "_sort", expected }] };
    }
    if (!sort.some((known) => known.code === code)) sort.push({ code, descending: key.startsWith("-") });
  }
  return sort.length > LIMITS.sort_keys_max
    ? { ok: false, issues: [{ kind: "too-many-values", parameter: "_sort", max: LIMITS.sort_keys_max }] }
    : { ok: true, sort };
}
