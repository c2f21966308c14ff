import { type Features, type NameForms, STANDING } from "../compare/features.ts";
import { isGivenName } from "../normalise/nicknames.ts";
import type { People } from "./pair-table.ts";

/** How well a word is known as a given name, and how many records bear it. */
export type StandingOf = (word: string) => Pick<NameForms, "standing" | "bearers">;

/** Records that bear a word before it counts as a name. */
const NAME_RECORDS_MIN = 4;
/** In so many records one slip is made twice. */
const RECORDS_A_SLIP = 50_000;

/** Which given names are names, as the files and the lists show it: a slip is borne by one record alone. */
export function toStandings({ left, right = [] }: People): StandingOf {
  const records = new Map<string, number>();
  const count = ({ names }: Features): void => {
    for (const { given, givenWords } of names) {
      for (const word of new Set([given, ...givenWords])) records.set(word, (records.get(word) ?? 0) + 1);
    }
  };
  left.forEach(count);
  right.forEach(count);
  const unheard = 1 + Math.floor((left.length + right.length) / RECORDS_A_SLIP);
  return (word) => {
    const bearers = records.get(word) ?? 0;
    if (isGivenName(word)) return { standing: STANDING.name, bearers };
    if (bearers <= unheard) return { standing: STANDING.unheard, bearers };
    return { standing: bearers >= Math.max(NAME_RECORDS_MIN, 2 * unheard) ? STANDING.name : STANDING.rare, bearers };
  };
}
