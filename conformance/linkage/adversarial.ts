import { CENSUS_DAY, type Child, DAYS_OF_COHORT, type Group, type Kind, type Placed } from "./child.ts";
import { drawChildren, drawHousehold, drawNames, drawOrigin, drawSex, type Household } from "./household.ts";
import type { NameOrigin } from "./names/stock.ts";
import { STOCKS } from "./names/stocks.ts";
import { drawNeighbour } from "./places.ts";
import type { Random } from "./random.ts";
import { FAMILY } from "./rates.ts";

type AdversarialKind = Exclude<Kind, "natural">;

/** Parts of the pairs that each kind makes. */
export const PAIR_SHARES: Readonly<Record<AdversarialKind, number>> = {
  twins: 0.3,
  siblings: 0.2,
  namesakes: 0.2,
  cousins: 0.12,
  placeholders: 0.1,
  parents: 0.08,
};

const LATEST = CENSUS_DAY - 1;

function drawDay(random: Random): number {
  return LATEST - random.below(DAYS_OF_COHORT);
}

/** Draws the more, the more frequent: what two draws agree upon is what namesakes share. */
function drawShared<T>(draw: () => T): T {
  let seen = draw();
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const next = draw();
    if (next === seen) return seen;
    seen = next;
  }
  return seen;
}

/** Every child is on one side alone as often as on both, so that the right answer is often nobody. */
function placeApart(random: Random, children: readonly Child[]): Placed[] {
  return children.map((child) => {
    const point = random.next();
    return { child, inHealth: point < 0.7, inEducation: point > 0.3 };
  });
}

function drawTwins(random: Random, index: number): Placed[] {
  const count = random.chance(0.02) ? 3 : 2;
  const household = drawHousehold(random);
  const births = { days: [[drawDay(random), count] as const], alike: random.chance(2 * FAMILY.alikeTwinNames) };
  const children = drawChildren(random, household, births, index);
  if (!random.chance(FAMILY.coTwinAbsent))
    return children.map((child) => ({ child, inHealth: true, inEducation: true }));
  const shape = random.pick(["apart", "left", "right"]);
  return children.map((child, position) => ({
    child,
    inHealth: shape === "left" || position === 0,
    inEducation: shape === "right" || position > 0,
  }));
}

/** A year apart, some to the day: then one digit of the birth date tells them apart, and the given name. */
function drawSiblings(random: Random, index: number): Placed[] {
  const days: [number, number][] = [[drawDay(random), 1]];
  while (days.length < 3) {
    const from = days.at(-1)?.[0] ?? LATEST;
    days.push([from - (random.chance(0.2) ? 365 : 300 + random.below(200)), 1]);
  }
  const births = { days, alike: random.chance(0.15) };
  return placeApart(random, drawChildren(random, drawHousehold(random), births, index));
}

interface Alike {
  readonly origin: NameOrigin;
  readonly household: Household;
  readonly first: Child;
}

function drawFirst(random: Random, index: number): Alike {
  const origin = drawOrigin(random);
  const household = { ...drawHousehold(random, origin), family: drawShared(() => STOCKS[origin].family(random)) };
  const [first] = drawChildren(random, household, { days: [[drawDay(random), 1]] }, index);
  if (first === undefined) throw new Error("a household without a child");
  const stock = STOCKS[origin];
  const name = drawShared(() => drawNames(random, stock, first.sex)[0] ?? "");
  const given = random.chance(0.5) ? [name] : [...new Set([name, ...drawNames(random, stock, first.sex).slice(1)])];
  return {
    origin,
    household,
    first: { ...first, given, family: stock.familyOf?.(household.family, first.sex) ?? household.family },
  };
}

/** Children of one name who live in one postcode, born on days of their own. */
function drawNamesakes(random: Random, index: number): Placed[] {
  const { first } = drawFirst(random, index);
  const children = Array.from({ length: 6 }, (_, position): Child => {
    const own = index + position;
    const home = random.chance(0.2) ? first.home : drawNeighbour(first.home, random);
    return {
      ...first,
      index: own,
      birth: own,
      group: index,
      home,
      bornOn: position === 0 ? first.bornOn : drawDay(random),
    };
  });
  return placeApart(random, children);
}

/** A child named after father and grandfather (mother and grandmother), in one household. */
function drawParents(random: Random, index: number): Placed[] {
  const { first } = drawFirst(random, index);
  let bornOn = first.bornOn;
  const people = [first];
  for (const own of [index + 1, index + 2]) {
    bornOn -= 365 * 20 + random.below(365 * 18);
    people.push({ ...first, index: own, birth: own, group: index, bornOn });
  }
  return placeApart(random, people);
}

/** Cousins share a surname and a street, now and then a grandparent's name, and are of about one age. */
function drawCousins(random: Random, index: number): Placed[] {
  const { first, origin } = drawFirst(random, index);
  const stock = STOCKS[origin];
  const children = Array.from({ length: 4 }, (_, position): Child => {
    if (position === 0) return first;
    const own = index + position;
    const sex = drawSex(random);
    const home = random.chance(0.4) ? first.home : drawNeighbour(first.home, random);
    const named = sex === first.sex && random.chance(0.15);
    const given = named ? first.given : drawNames(random, stock, sex);
    const family = stock.familyOf?.(first.family, sex) ?? first.family;
    const bornOn = Math.min(LATEST, first.bornOn - 360 + random.below(720));
    return { ...first, index: own, birth: own, group: index, home, sex, given, family, bornOn };
  });
  return placeApart(random, children);
}

/** Newborns of one week and one neighbourhood with one surname, before anybody has named them. */
function drawPlaceholders(random: Random, index: number): Placed[] {
  const { first, origin, household } = drawFirst(random, index);
  const stock = STOCKS[origin];
  const day = LATEST - random.below(60);
  const children = Array.from({ length: 4 }, (_, position): Child => {
    const own = index + position;
    const sex = drawSex(random);
    const near = random.chance(0.3) ? drawNeighbour(first.home, random) : drawHousehold(random, origin).home;
    return {
      ...first,
      ...{ index: own, birth: own, group: index, sex, given: drawNames(random, stock, sex) },
      home: position === 0 ? first.home : near,
      family: stock.familyOf?.(household.family, sex) ?? household.family,
      bornOn: random.chance(0.6) ? day : day - random.below(7),
    };
  });
  return placeApart(random, children);
}

const DRAW: Readonly<Record<AdversarialKind, (random: Random, index: number) => Placed[]>> = {
  twins: drawTwins,
  siblings: drawSiblings,
  namesakes: drawNamesakes,
  cousins: drawCousins,
  placeholders: drawPlaceholders,
  parents: drawParents,
};

export const ADVERSARIAL_KINDS = Object.keys(PAIR_SHARES) as readonly AdversarialKind[];

/** One group of children who are not each other. */
export function drawAdversarialGroup(random: Random, kind: AdversarialKind, index: number): Group {
  return { kind, placed: DRAW[kind](random, index) };
}

/** Pairs of different children, one of each side. */
export function pairsAcross({ placed }: Group): number {
  const left = placed.filter(({ inHealth }) => inHealth);
  const right = placed.filter(({ inEducation }) => inEducation);
  const same = placed.filter(({ inHealth, inEducation }) => inHealth && inEducation).length;
  return left.length * right.length - same;
}
