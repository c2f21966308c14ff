import { expect, test } from "vitest";
import { unexplained } from "./lineage.ts";
import { REFERENCE_DATE } from "./synthetic/scenarios.ts";
import { mapSynthetic, sourceKindOf } from "./synthetic-mapped.fixtures.ts";
import { SYNTHETIC_MAPPERS } from "./synthetic-mappers.fixtures.ts";

const OPTIONS = { children: 60, seed: "lineage", today: REFERENCE_DATE };
/** Elements are told once, without what differs from record to record. */
const RECORDS_MAX = 150;

test("every element of all that synthetic records make is explained by the tables of its mapper", () => {
  const missing = new Set<string>();
  const seen = new Map<string, number>();
  for (const { source, mapper, mapped } of mapSynthetic(OPTIONS, SYNTHETIC_MAPPERS)) {
    const kind = sourceKindOf(source);
    const count = seen.get(kind) ?? 0;
    if (mapped === undefined || count >= RECORDS_MAX) continue;
    seen.set(kind, count + 1);
    for (const element of unexplained(mapper, mapped))
      missing.add(`${kind} ${element.replaceAll(/[^/ ]*\d[^/ ]*/g, "#")}`);
  }
  expect([...missing]).toEqual([]);
  expect([...seen.keys()].toSorted()).toEqual(Object.keys(SYNTHETIC_MAPPERS).toSorted());
});
