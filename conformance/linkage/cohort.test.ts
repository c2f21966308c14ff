import { beforeAll, describe, expect, it } from "vitest";
import { ADVERSARIAL_KINDS, PAIR_SHARES } from "./adversarial.ts";
import type { Child } from "./child.ts";
import { type Dataset, drawAdversarial, drawCohort, type Written } from "./dataset.ts";
import { NAME_ORIGINS } from "./names/stock.ts";
import { nhsNumberOf } from "./numbers.ts";
import { AUTHORITY_NAMES } from "./places.ts";
import { COVERAGE, FAMILY, ORIGIN_SHARES } from "./rates.ts";
import { isUndecidable } from "./undecidable.ts";

const SIZE = 20_000;
let cohort: Dataset;
let children: Child[];
let pairs: [Written, Written][];

function pairsIn({ left, right }: Dataset): [Written, Written][] {
  const byChild = new Map(left.map((record) => [record.child.index, record]));
  return right.flatMap((record): [Written, Written][] => {
    const other = byChild.get(record.child.index);
    return other === undefined ? [] : [[other, record]];
  });
}

beforeAll(() => {
  cohort = drawCohort(SIZE, { seed: "test" });
  children = [...new Map([...cohort.left, ...cohort.right].map(({ child }) => [child.index, child])).values()];
  pairs = pairsIn(cohort);
});

function share<T>(list: readonly T[], is: (one: T) => boolean): number {
  return list.filter(is).length / list.length;
}

describe("the cohort", () => {
  it("is the same for the same seed and another for another", () => {
    const rows = (dataset: Dataset) => JSON.stringify([dataset.left, dataset.right]);
    expect(rows(drawCohort(300, { seed: "a" }))).toBe(rows(drawCohort(300, { seed: "a" })));
    expect(rows(drawCohort(300, { seed: "a" }))).not.toBe(rows(drawCohort(300, { seed: "b" })));
  });

  it("keeps the documented rates of families and sources", () => {
    const groups = Map.groupBy(children, ({ group }) => group);
    const births = (child: Child) => new Set((groups.get(child.group) ?? []).map(({ birth }) => birth)).size;
    expect(share(children, ({ birthOrder }) => birthOrder !== undefined)).toBeCloseTo(FAMILY.ofMultipleBirth, 2);
    expect(Math.abs(share(children, (child) => births(child) > 1) - FAMILY.withSibling)).toBeLessThan(0.02);
    expect(cohort.left.length / cohort.children).toBeCloseTo(COVERAGE.health, 1);
    expect(cohort.right.length / cohort.children).toBeCloseTo(COVERAGE.education, 1);
  });

  it.each(NAME_ORIGINS)("has its share of names of the origin %s", (origin) => {
    const found = share(children, (child) => child.origin === origin);
    expect(Math.abs(found - ORIGIN_SHARES[origin])).toBeLessThan(0.012);
  });

  it("lacks one twin on one side for about half of the twins", () => {
    const sides = new Map<number, Set<string>>();
    for (const [side, records] of [
      ["left", cohort.left],
      ["right", cohort.right],
    ] as const)
      for (const { child } of records)
        if (child.birthOrder !== undefined)
          sides.set(child.birth, (sides.get(child.birth) ?? new Set()).add(`${side} ${child.birthOrder}`));
    const whole = share([...sides.values()], (seen) => seen.size % 2 === 0 && seen.size >= 4);
    expect(Math.abs(whole - (1 - FAMILY.coTwinAbsent))).toBeLessThan(0.1);
  });

  it("lives in all authorities and tenths of deprivation", () => {
    expect(new Set(children.map(({ home }) => home.authority))).toEqual(new Set(AUTHORITY_NAMES));
    expect(new Set(children.map(({ home }) => home.decile)).size).toBe(10);
  });

  it.each([
    ["birth date", 0.993, 0.997, ([one, other]: [Written, Written]) => one.birthDate === other.birthDate],
    [
      "sex, where both have it",
      0.995,
      0.999,
      ([one, other]: [Written, Written]) => one.gender === "" || other.gender === "" || one.gender === other.gender,
    ],
  ])("agrees with itself in the %s as documented", (_, from, to, agrees) => {
    const found = share(pairs, agrees);
    expect(found).toBeGreaterThan(from);
    expect(found).toBeLessThan(to);
  });

  it("has records of placeholders and no two records of one child on one side", () => {
    expect(share(cohort.left, ({ isPlaceholder }) => isPlaceholder)).toBeGreaterThan(0.004);
    for (const records of [cohort.left, cohort.right])
      expect(new Set(records.map(({ child }) => child.index)).size).toBe(records.length);
  });

  it("holds nobody's postcode, NHS number or UPN", () => {
    const slipped = share(cohort.right, ({ postcode }) => postcode !== "" && !/\d[CIKMOV]{2}$/i.test(postcode));
    expect(slipped).toBeLessThan(0.006);
    for (const { upn } of cohort.right) if (upn !== "") expect(upn).toMatch(/^[A-Z]\d{3}39[5-9]\d\d{2}\d{3}$/);
    expect(cohort.left.every(({ nhsNumber }) => nhsNumber === "")).toBe(true);
  });

  it("gives NHS numbers of the 999 range to the share that was asked for", () => {
    const { left, right } = drawCohort(2_000, { seed: "numbers", nhsNumbers: 0.5 });
    expect(Math.abs(share(right, ({ nhsNumber }) => nhsNumber !== "") - 0.5)).toBeLessThan(0.05);
    for (const { nhsNumber } of left) if (nhsNumber !== "") expect(nhsNumber).toMatch(/^999\d{7}$/);
    const weighed = [...nhsNumberOf(17)]
      .slice(0, 9)
      .reduce((sum, digit, index) => sum + Number(digit) * (10 - index), 0);
    expect((11 - (weighed % 11)) % 11).toBe(Number(nhsNumberOf(17)[9]));
  });
});

describe("adversarial pairs", () => {
  const dataset = drawAdversarial(6_000, { seed: "test" });

  it.each(ADVERSARIAL_KINDS)("are as many of the kind %s as were asked for", (kind) => {
    const wanted = 6_000 * PAIR_SHARES[kind];
    const counted = dataset.adversarialPairs[kind] ?? 0;
    expect(counted).toBeGreaterThanOrEqual(wanted);
    expect(counted).toBeLessThan(wanted + 40);
    const right = Map.groupBy(dataset.right, ({ child }) => child.group);
    let found = 0;
    for (const one of dataset.left)
      if (one.kind === kind)
        found += (right.get(one.child.group) ?? []).filter(({ child }) => child.index !== one.child.index).length;
    expect(found).toBe(counted);
  });

  it("hold none that nobody could decide", () => {
    const right = Map.groupBy(dataset.right, ({ child }) => child.group);
    for (const one of dataset.left)
      for (const other of right.get(one.child.group) ?? [])
        if (one.child.index !== other.child.index) expect(isUndecidable(one, other)).toBe(false);
  });

  it("are of one birth date, surname and postcode where they are twins, mostly", () => {
    const right = Map.groupBy(dataset.right, ({ child }) => child.birth);
    const across = dataset.left.flatMap((one) =>
      (right.get(one.child.birth) ?? [])
        .filter(({ child }) => child.index !== one.child.index)
        .map((other) => [one, other] as const),
    );
    expect(across.length).toBeGreaterThan(1_500);
    expect(share(across, ([one, other]) => one.birthDate === other.birthDate)).toBeGreaterThan(0.98);
    expect(share(across, ([one, other]) => one.child.home.postcode === other.child.home.postcode)).toBe(1);
  });
});
