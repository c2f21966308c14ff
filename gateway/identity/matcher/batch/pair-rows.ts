import papaparse from "papaparse";
import { FIELD_NAMES, MISSING_LEVEL_WORDS } from "../compare/fields.ts";
import { createScorer } from "../compare/score.ts";
import type { GradedPair } from "./grade-pairs.ts";
import type { Linked } from "./link-people.ts";

const EVIDENCE = ["prior", ...FIELD_NAMES, "family-tie", "one-to-one"] as const;
const BITS_MAX = 60;

/** The header and one line a pair, each with its line end; levels in words and bits that add up to `bits`. */
export function* toPairRows(
  linked: Linked,
  pairs: readonly GradedPair[],
  ids: { readonly left: readonly string[]; readonly right: readonly string[] },
): Generator<string> {
  const { people, model } = linked;
  const { left, right = left } = people;
  const scorer = createScorer(model);
  const head = ["left", "right", "probability", "grade", "linked", "cluster", "bits"];
  yield toLine([...head, ...EVIDENCE.flatMap((field) => [field, `${field}_bits`])]);
  for (const pair of pairs) {
    const [one, other] = [left[pair.left], right[pair.right]];
    if (one === undefined || other === undefined) continue;
    const scored = bound(scorer.score(one, other));
    const bits = toBits(pair.probability, scored);
    const evidence = new Map(scorer.explain().map((field) => [field.field, field]));
    if (bits !== scored) {
      const level = bits > scored ? "no better partner in the files" : "another partner stands against it";
      evidence.set("one-to-one", { field: "one-to-one", level, bits: bits - sum([...evidence.values()]) });
    }
    const cells = EVIDENCE.flatMap((field) => {
      const found = evidence.get(field);
      return found === undefined ? [MISSING_LEVEL_WORDS, ""] : [found.level, found.bits.toFixed(3)];
    });
    yield toLine([
      ids.left[pair.left] ?? "",
      ids.right[pair.right] ?? "",
      pair.probability.toFixed(6),
      pair.grade,
      pair.linked,
      pair.cluster === undefined ? "" : String(pair.cluster + 1),
      sum([...evidence.values()]).toFixed(3),
      ...cells,
    ]);
  }
}

function sum(evidence: readonly { readonly bits: number }[]): number {
  return evidence.reduce((total, { bits }) => total + bits, 0);
}

/** Log2 odds of the probability told; those of the score where both say the same. */
function toBits(probability: number, scored: number): number {
  const told = bound(Math.log2(probability / (1 - probability)));
  return Math.abs(told - scored) < 0.005 ? scored : told;
}

function bound(bits: number): number {
  return Math.max(-BITS_MAX, Math.min(BITS_MAX, bits));
}

function toLine(cells: readonly string[]): string {
  return `${papaparse.unparse([[...cells]])}\n`;
}
