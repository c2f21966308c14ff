import { type FieldName, GIVEN } from "../compare/fields.ts";
import type { FieldModel } from "./model.ts";

type Levels = readonly number[];

/**
 * How twins, and brothers and sisters of other ages, agree, in terms of how one person's records do (`same`) and any two
 * people's (`others`). It is set by what families share and not learned: there are too few of them in any file. The given
 * name is that of another child of the same language, so somewhat more alike than chance has it; the family name, the
 * address and the telephone are written as often alike as those of one person.
 */
export function withFamily(field: FieldName, same: Levels, others: Levels): FieldModel {
  const { twins, siblings } = ofFamily(field, same, others);
  const namesakes = field === "given" || field === "family" ? same : others;
  return { same, others, twins, siblings, namesakes };
}

const TWIN_BIRTH_DATE: Levels = [0.975, 0.004, 0.012, 0.005, 0.004];
/** Parents do not give two children one name, nor a name and a part of it, and hardly one that sounds the same, or its short form. */
const GIVEN_OF_ONE: ReadonlyMap<number, number> = new Map([
  [GIVEN.same, 0.00001],
  [GIVEN.spelling, 0.001],
  [GIVEN.nickname, 0.0003],
  [GIVEN.part, 0.00003],
]);
/** How much more often than by chance given names of one family are alike. */
const GIVEN_ALIKE_FACTOR = 2;

function ofFamily(field: FieldName, same: Levels, others: Levels): { twins: Levels; siblings: Levels } {
  switch (field) {
    case "given": {
      const given = toGiven(others);
      return { twins: given, siblings: given };
    }
    case "birth-date":
      return { twins: TWIN_BIRTH_DATE, siblings: others };
    case "gender":
      return { twins: [0.67, 0.33], siblings: [0.5, 0.5] };
    case "nhs-number":
    case "upn":
    case "birth-order":
      return { twins: [0.0001, 0.9999], siblings: [0.0001, 0.9999] };
    case "identifier":
      return { twins: others, siblings: others };
    default:
      return { twins: same, siblings: same };
  }
}

function toGiven(others: Levels): Levels {
  return withRest(others.map((share, level) => GIVEN_OF_ONE.get(level) ?? Math.min(0.15, share * GIVEN_ALIKE_FACTOR)));
}

/** With what is left as the share of the last level. */
function withRest(shares: Levels): Levels {
  const last = shares.length - 1;
  const rest = shares.slice(0, last).reduce((sum, share) => sum + share, 0);
  return shares.map((share, level) => (level === last ? 1 - rest : share));
}
