import { type Features, type NameForms, STANDING } from "../compare/features.ts";
import { isOneSlip } from "../compare/similarity.ts";
import { isGivenName } from "../normalise/nicknames.ts";
import { withoutOneLetter } from "./batch-keys.ts";
import type { People } from "./pair-table.ts";

/** How well a word is known as a given name, and how many records bear it. */
export type StandingOf = (word: string) => Pick<NameForms, "standing" | "bearers" | "near">;

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
  const toStanding = (word: string, bearers: number): number => {
    if (isGivenName(word)) return STANDING.name;
    if (bearers <= unheard) return STANDING.unheard;
    return bearers >= Math.max(NAME_RECORDS_MIN, 2 * unheard) ? STANDING.name : STANDING.rare;
  };
  const nearOf = toNear([...records].filter(([word, bearers]) => toStanding(word, bearers) !== STANDING.unheard));
  return (word) => {
    const bearers = records.get(word) ?? 0;
    const standing = toStanding(word, bearers);
    return { standing, bearers, near: standing === STANDING.unheard ? nearOf(word) : 0 };
  };
}

/** How many bear any name that is a slip away from a word. Two words a slip apart share one that lacks a letter. */
function toNear(names: readonly (readonly [string, number])[]): (word: string) => number {
  const lacking = new Map<string, (readonly [string, number])[]>();
  for (const name of names) {
    for (const rest of withoutOneLetter(name[0])) {
      const known = lacking.get(rest);
      if (known === undefined) lacking.set(rest, [name]);
      else known.push(name);
    }
  }
  return (word) => {
    const near = new Map<string, number>();
    for (const rest of withoutOneLetter(word)) {
      for (const [name, bearers] of lacking.get(rest) ?? []) if (isOneSlip(word, name)) near.set(name, bearers);
    }
    return [...near.values()].reduce((sum, bearers) => sum + bearers, 0);
  };
}
