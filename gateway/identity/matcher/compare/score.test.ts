import { expect, test } from "vitest";
import { createMatcher } from "../create-matcher.ts";
import { ENGLAND } from "../model/england.ts";
import type { Model } from "../model/model.ts";
import { toPerson } from "../to-person.ts";
import { GIVEN } from "./fields.ts";
import { createScorer } from "./score.ts";

const matcher = createMatcher(ENGLAND, { today: () => "2026-11-23" });

const GIVENS = ["Amelia", "Muhammad", "Muhammad Yusuf", "Zi Hao", "Lizzie", "E", "Zenobia", "Khan", "Quillon"];
const FAMILIES = ["Smith", "Khan", "de Souza", "Amelia", "Quillonbury", "van der"];
const NAMES = GIVENS.flatMap((given) => FAMILIES.map((family) => ({ given, family })));
/** A name, two of its letters exchanged, one told twice, a further name, and a part of it. */
const FORMS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.replace(/^(..)(.)(.)/, "$1$3$2"),
  (name) => name.replace(/(.)$/, "$1$1"),
  (name) => `${name} May`,
  (name) => name.split(" ").at(-1) ?? name,
];

/** Of people whose names are few on average, so that what nearly agrees gives most. */
const FEW: Model = {
  ...ENGLAND,
  frequencies: {
    ...ENGLAND.frequencies,
    given: { ...ENGLAND.frequencies.given, average_bits: 0 },
    family: { ...ENGLAND.frequencies.family, average_bits: 0 },
  },
};
const { given } = ENGLAND.fields;
/** Of people whose names are always swapped. */
const SWAPPED: Model = {
  ...ENGLAND,
  fields: {
    ...ENGLAND.fields,
    given: { ...given, same: given.same.map((share, level) => (level === GIVEN.swapped ? 1 : share)) },
  },
};

test.each([
  ["agree throughout", ENGLAND],
  ["nearly agree", FEW],
  ["are swapped", SWAPPED],
])("no names add more than is said that any could, nor less than that where those that %s give most", (_, model) => {
  const scorer = createScorer(model);
  let most = 0;
  for (const [n, name] of NAMES.entries()) {
    const further = NAMES[(n * 7 + 5) % NAMES.length] ?? name;
    const others = [
      ...NAMES,
      ...FORMS.flatMap((toGiven) =>
        FORMS.map((toFamily) => ({ given: toGiven(name.given), family: toFamily(name.family) })),
      ),
      { given: name.family, family: name.given },
    ];
    for (const names of [[name], [name, further]]) {
      const asked = matcher.toComparable({ ...toPerson({ localId: "1" }), names });
      const most_bits = scorer.mostOfNames(asked);
      for (const other of others) {
        scorer.score(asked, matcher.toComparable(toPerson({ localId: "2", ...other })));
        const told = scorer.explain().filter(({ field }) => field === "given" || field === "family");
        const bits = told.reduce((sum, one) => sum + one.bits, 0);
        expect({ names, other, isMore: bits > most_bits + 1e-9 }).toEqual({ names, other, isMore: false });
        if (bits > most_bits - 1e-9) most += 1;
      }
    }
  }
  expect(most).toBeGreaterThan(9);
});
