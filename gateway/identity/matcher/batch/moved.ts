import type { Features, NameFeatures } from "../compare/features.ts";
import { BIRTH_DATE, FIELD, GIVEN, POSTCODE } from "../compare/fields.ts";
import { isElsewhere, isNamedAlike } from "../grade.ts";
import { countBearers } from "./bearers.ts";
import type { GradedPair } from "./grade-pairs.ts";
import { emptyHomes, findHomes, type Homes, levelsAt } from "./homes.ts";
import type { Linked } from "./link-people.ts";

/** Of so many certain links one may be expected to be of two namesakes born on one day. */
const LINKS_A_STRANGER = 400_000;

/**
 * Certain links of who lives elsewhere, held back as probable where they may as well be of strangers: where either record
 * has a partner at its own address or another elsewhere, or where the files hold so many of the name that others born that day are to be
 * expected. What is expected is summed over the whole files, from the rarest name on, and kept below a share of all certain
 * links. Who moved together with a brother, sister or twin needs no rare name.
 */
export function holdStrangers(linked: Linked, graded: readonly GradedPair[]): readonly GradedPair[] {
  const moved = graded.filter(({ grade, place }) => grade === "certain" && isElsewhere(levelsAt(linked, place)));
  if (moved.length === 0) return graded;
  const home = findHomes(linked);
  const free = { left: countFree(home.left, moved.length), right: countFree(home.right, moved.length) };
  const times = countElsewhere(linked, home);
  const household = findHouseholds(linked, moved);
  const held = new Set<GradedPair>();
  const alone: { readonly pair: GradedPair; readonly strangers: number }[] = [];
  const strangersOf = toStrangers(linked, free);
  for (const pair of moved) {
    if (household.movedTogether(pair)) continue;
    const isAtHome = (home.left[pair.left] ?? 0) > 0 || (home.right[pair.right] ?? 0) > 0;
    const isOneOfMore = (times.left[pair.left] ?? 0) > 1 || (times.right[pair.right] ?? 0) > 1;
    if (isAtHome || isOneOfMore) held.add(pair);
    else alone.push({ pair, strangers: strangersOf(pair) });
  }
  const certain = graded.reduce((count, { grade }) => count + (grade === "certain" ? 1 : 0), 0);
  const allowed = certain / LINKS_A_STRANGER;
  const share = free.left / Math.max(1, alone.length);
  let expected = 0;
  for (const { pair, strangers } of alone.toSorted((one, other) => one.strangers - other.strangers)) {
    expected += strangers * share;
    if (expected > allowed) held.add(pair);
  }
  return held.size === 0 ? graded : graded.map((pair) => (held.has(pair) ? hold(pair) : pair));
}

function hold(pair: GradedPair): GradedPair {
  return { ...pair, grade: "probable", linked: "no" };
}

/** How many of the names and the birth date of a record live elsewhere and have nobody at home; 2 stands for more. */
function countElsewhere(linked: Linked, home: Homes): Homes {
  const { people, candidates } = linked;
  const { left, right } = people;
  const times = emptyHomes(linked);
  if (right === undefined) return times;
  for (let place = 0; place < candidates.size; place++) {
    const level = levelsAt(linked, place);
    if (level[FIELD.birthDate] !== BIRTH_DATE.same || !isElsewhere(level)) continue;
    const [one, other] = [candidates.left[place] ?? 0, candidates.right[place] ?? 0];
    const [first, second] = [left[one], right[other]];
    if (first === undefined || second === undefined || !isNamedAlike(first, second, level, true)) continue;
    if ((home.left[one] ?? 0) > 0 || (home.right[other] ?? 0) > 0) continue;
    times.left[one] = Math.min(2, (times.left[one] ?? 0) + 1);
    times.right[other] = Math.min(2, (times.right[other] ?? 0) + 1);
  }
  return times;
}

/** Records that are neither at home with somebody nor, most likely, the partner of who moved. */
function countFree(home: Uint8Array, moved: number): number {
  return Math.max(1, home.reduce((count, is) => count + (is === 0 ? 1 : 0), 0) - moved);
}

/** How many strangers of the right file to expect who bear the names of a pair, were born that day and have nobody. */
function toStrangers(linked: Linked, free: { readonly left: number; readonly right: number }) {
  const { people, model } = linked;
  const { left, right = left } = people;
  const bearersOf = countBearers(people);
  const share = (right.length / (left.length + right.length)) * (free.right / Math.max(1, right.length));
  const { others } = model.fields.postcode;
  const elsewhere = others.slice(POSTCODE.district).reduce((sum, one) => sum + one, 0);
  return ({ left: one, right: other, place }: GradedPair): number => {
    const [first, second] = [left[one], right[other]];
    if (first === undefined || second === undefined) return 0;
    const level = levelsAt(linked, place);
    const isThere = level[FIELD.postcode] === POSTCODE.district ? (others[POSTCODE.district] ?? 1) / elsewhere : 1;
    const borne =
      level[FIELD.given] === GIVEN.swapped
        ? namesBorne(first, first, bearersOf) + namesBorne(second, second, bearersOf)
        : namesBorne(first, second, bearersOf);
    return borne * share * bornThatDay(first, second) * isThere;
  };
}

function namesBorne(
  left: Features,
  right: Features,
  bearersOf: (one: NameFeatures, other: NameFeatures) => number,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const one of left.names) for (const other of right.names) least = Math.min(least, bearersOf(one, other));
  return least;
}

/** Share of all people who were born on the day that two have in common. */
function bornThatDay(left: Features, right: Features): number {
  const shared = left.birthDates.find(({ date }) => right.birthDates.some((other) => other.date === date));
  return 2 ** -(shared?.bits ?? 0);
}

/** Pairs that went from one postcode to another as others of their family name did. */
function findHouseholds({ people }: Linked, moved: readonly GradedPair[]) {
  const { left, right = left } = people;
  const movers = new Map<string, { readonly left: Set<number>; readonly right: Set<number> }>();
  const keysOf = (pair: GradedPair): readonly string[] => {
    const [one, other] = [left[pair.left], right[pair.right]];
    if (one === undefined || other === undefined) return [];
    return one.postcodes.flatMap((from) => other.postcodes.map((to) => `${from.code} ${to.code}`));
  };
  for (const pair of moved) {
    for (const key of keysOf(pair)) {
      const known = movers.get(key) ?? { left: new Set(), right: new Set() };
      known.left.add(pair.left);
      known.right.add(pair.right);
      movers.set(key, known);
    }
  }
  return {
    movedTogether: (pair: GradedPair): boolean =>
      keysOf(pair).some((key) => (movers.get(key)?.left.size ?? 0) > 1 && (movers.get(key)?.right.size ?? 0) > 1),
  };
}
