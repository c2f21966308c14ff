import { CENSUS_DAY, type Child, type Kind } from "./child.ts";
import type { Dataset, Written } from "./dataset.ts";
import type { PairRow } from "./pairs-file.ts";

const HOME = { authority: "leeds", city: "Leeds", decile: 4, postcode: "LS1 1CK", addressLine: "1 Ash Road" } as const;

export function childOf(index: number, change: Partial<Child> = {}): Child {
  return {
    ...{ index, birth: index, group: index, origin: "english", sex: "female", given: ["Ada"], family: "Smith" },
    ...{ bornOn: CENSUS_DAY - 900, home: HOME, sharesFirstName: false },
    ...change,
  };
}

function recordOf(id: string, child: Child, change: Partial<Written> = {}): Written {
  return {
    ...{ id, child, kind: "natural", given: child.given.join(" "), family: child.family, birthDate: "2023-07-29" },
    ...{ gender: child.sex, addressLine: HOME.addressLine, city: HOME.city, postcode: HOME.postcode },
    ...{ isPlaceholder: false, nhsNumber: "", upn: "" },
    ...change,
  };
}

export function datasetOf(left: readonly Child[], right: readonly Child[], kind: Kind = "natural"): Dataset {
  const children = 1 + Math.max(...[...left, ...right].map(({ index }) => index));
  return {
    left: left.map((child, index) => recordOf(`H${index}`, child, { kind })),
    right: right.map((child, index) => recordOf(`E${index}`, child, { kind })),
    ...{ children, adversarialPairs: {} },
  };
}

export function pairOf(left: string, right: string, grade: string, probability = 0.99): PairRow {
  return { left, right, grade, probability, evidence: "" };
}
