import { describe, expect, it } from "vitest";
import { createCalibrationCount } from "./calibration.ts";
import { addEvaluations, createEvaluation, recallGap } from "./evaluate.ts";
import { judgeAdversarial, judgeCohort } from "./goals.ts";
import { childOf, datasetOf, pairOf } from "./linkage.fixtures.ts";
import type { PairRow } from "./pairs-file.ts";

const twin = (index: number, birthOrder: number) => childOf(index, { birth: 0, group: 0, birthOrder });
const [ada, bea, cyd, dot] = [twin(0, 1), twin(1, 2), childOf(2), childOf(3, { group: 2 })];

function evaluate(rows: readonly PairRow[], dataset = datasetOf([ada, bea, cyd, dot], [ada, bea, cyd])) {
  const evaluation = createEvaluation(dataset);
  for (const row of rows) evaluation.add(row);
  return evaluation.finish();
}

const ALL_RIGHT = [pairOf("H0", "E0", "certain"), pairOf("H1", "E1", "certain"), pairOf("H2", "E2", "certain")];

function metBy(verdicts: readonly { name: string; isMet: boolean | undefined }[]) {
  return Object.fromEntries(verdicts.map(({ name, isMet }) => [name, isMet]));
}

describe("the evaluation of pairs", () => {
  it("finds everything right where every child is linked with itself alone", () => {
    const found = evaluate(ALL_RIGHT);
    expect(found).toMatchObject({ truePairs: 3, certain: { right: 3, wrong: 0 }, falseLinks: {}, falseTwinLinks: 0 });
    expect(found.recall).toEqual({ pairs: 3, certain: 3, withReview: 3 });
    expect(found.twins).toEqual({ pairs: 2, certain: 2, withReview: 2 });
  });

  it("catches one planted link of a child with its twin, and fails the goal by it", () => {
    const planted = evaluate([...ALL_RIGHT, pairOf("H0", "E1", "certain")]);
    expect(planted).toMatchObject({ certain: { right: 3, wrong: 1 }, falseLinks: { natural: 1 }, falseTwinLinks: 1 });
    expect(metBy(judgeAdversarial(evaluate(ALL_RIGHT), 1_000_000))["false links among twins"]).toBe(true);
    expect(metBy(judgeAdversarial(planted, 1_000_000))["false links among twins"]).toBe(false);
  });

  it("tells a false link within a group from one of children whom nothing brought together", () => {
    const found = evaluate([pairOf("H3", "E2", "certain"), pairOf("H3", "E0", "certain")]);
    expect(found.falseLinks).toEqual({ natural: 1, elsewhere: 1 });
    expect(found.falseTwinLinks).toBe(0);
  });

  it.each([
    ["probable", { certain: 0, withReview: 1 }],
    ["possible", { certain: 0, withReview: 1 }],
    ["certainly-not", { certain: 0, withReview: 0 }],
  ])("counts a true pair graded %s as it would be met", (grade, expected) => {
    expect(evaluate([pairOf("H0", "E0", grade)]).recall).toEqual({ pairs: 3, ...expected });
  });

  it("counts the children of the list without those that are linked", () => {
    const found = evaluate([...ALL_RIGHT, pairOf("H0", "E2", "possible"), pairOf("H3", "E1", "possible")]);
    expect(found.leftInReview).toBe(1);
    expect(found.review).toEqual({ right: 0, wrong: 2 });
  });

  it("counts rows that name a record of no file", () => {
    expect(evaluate([pairOf("H9", "E0", "certain"), pairOf("X0", "E0", "certain")]).unknownIds).toBe(2);
  });

  it("adds up parts", () => {
    const both = addEvaluations(evaluate(ALL_RIGHT), evaluate([pairOf("H0", "E1", "certain")]));
    expect(both).toMatchObject({ truePairs: 6, certain: { right: 3, wrong: 1 }, falseTwinLinks: 1 });
    expect(both.strata.origin.english).toEqual({ pairs: 6, certain: 3, withReview: 3 });
  });
});

describe("the goals", () => {
  it("are missed where one link in a hundred is wrong", () => {
    const children = Array.from({ length: 100 }, (_, index) => childOf(index));
    const dataset = datasetOf(children, children);
    const rows = children.map((_, index) => pairOf(`H${index}`, `E${index === 0 ? 1 : index}`, "certain", 1));
    const met = metBy(judgeCohort(evaluate(rows, dataset)));
    expect(met).toMatchObject({
      "precision of certain": false,
      "recall of certain": true,
      "recall with review": false,
    });
  });

  it("stay open where there are too few pairs to say, and are missed where links are wrong all the same", () => {
    const name = "false links a pair, upper 95 % bound";
    expect(metBy(judgeAdversarial(evaluate(ALL_RIGHT), 1_000))[name]).toBeUndefined();
    expect(metBy(judgeAdversarial(evaluate(ALL_RIGHT), 300_000))[name]).toBe(true);
    expect(metBy(judgeAdversarial(evaluate([pairOf("H3", "E2", "certain")]), 1_000))[name]).toBe(false);
  });

  it("take the gap between strata that are large enough alone", () => {
    const strata = {
      one: { pairs: 2_000, certain: 1_980, withReview: 2_000 },
      two: { pairs: 1_000, certain: 960, withReview: 1_000 },
      few: { pairs: 10, certain: 0, withReview: 0 },
    };
    expect(recallGap(strata)).toBeCloseTo(0.03);
  });
});

describe("the calibration", () => {
  it("is without error where what was said is what was found", () => {
    const count = createCalibrationCount();
    for (let pair = 0; pair < 100; pair += 1) count.add(0.25, pair < 25);
    expect(count.finish().error).toBeCloseTo(0);
  });

  it("weighs the distance of every tenth by its pairs", () => {
    const count = createCalibrationCount();
    for (let pair = 0; pair < 10; pair += 1) count.add(0.95, pair < 5);
    for (let pair = 0; pair < 30; pair += 1) count.add(0.05, pair < 3);
    const { error, bins } = count.finish();
    expect(error).toBeCloseTo((10 * 0.45 + 30 * 0.05) / 40);
    expect(bins[9]).toMatchObject({ pairs: 10, found: 0.5 });
  });
});
