import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CTV3, READ_V2, SNOMED } from "#profiles/systems.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";

interface PublishedMap {
  readonly group: readonly {
    readonly source: string;
    readonly target: string;
    readonly element: readonly { readonly code: string; readonly target: readonly { readonly code: string }[] }[];
  }[];
}

function readMap(id: string): PublishedMap {
  return JSON.parse(readFileSync(new URL(`../../profiles/ConceptMap/ConceptMap-${id}.json`, import.meta.url), "utf8"));
}

describe("what is published as a map", () => {
  const schemes: Readonly<Record<string, string>> = { [READ_V2]: "02", [CTV3]: "03", [SNOMED]: "04" };
  const findings = readMap("feeding-finding-to-breastfeeding-status").group.flatMap(({ source, element }) =>
    element.map(({ code, target }) => [code, schemes[source], target.map((one) => one.code)] as const),
  );

  test.each(findings)(
    "of feeding is what is mapped: the finding %s under scheme %s is %j",
    (code, scheme, statuses) => {
      expect([readBreastfeedingFinding(scheme, code)?.status]).toEqual(statuses);
    },
  );

  test("of newborn screens is what is mapped", () => {
    const published = readMap("newborn-screen-to-child-health").group.flatMap(({ target, element }) =>
      element.map((one) => [one.code, target, one.target[0]?.code]),
    );
    const mapped = SCREENING_ITEMS.flatMap(({ screens: [first, own] }) =>
      first === undefined || own === undefined ? [] : [[own.code, first.system, first.code]],
    );
    expect(published.toSorted()).toEqual(mapped.toSorted());
  });

  test("of blood spot statuses is what is mapped, condition by condition", () => {
    const { group } = readMap("csds-blood-spot-status-to-dch");
    const items = SCREENING_ITEMS.filter(({ table }) => table === "CYP604BloodSpotResult");
    expect(group).toHaveLength(9);
    for (const { target, element } of group) {
      for (const { code, target: targets } of element) {
        const reached = items.flatMap(({ toCodes }) => toCodes(code)).filter(({ system }) => system === target);
        expect(reached.map((one) => one.code)).toEqual(targets.map((one) => one.code));
      }
    }
  });
});
