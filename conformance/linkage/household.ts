import { CENSUS_DAY, type Child, DAYS_OF_COHORT, type Group, type Placed } from "./child.ts";
import { NAME_ORIGINS, type NameOrigin, type NameStock, type Sex } from "./names/stock.ts";
import { STOCKS } from "./names/stocks.ts";
import { alikeNames } from "./names/variants.ts";
import { drawHome, drawMove, type Home } from "./places.ts";
import { type Random, weighted } from "./random.ts";
import { COVERAGE, FAMILY, LIFE, ORIGIN_SHARES } from "./rates.ts";

const pickOrigin = weighted(NAME_ORIGINS.map((origin) => [origin, ORIGIN_SHARES[origin]] as const));
const YOUNG_DAYS = 180;

/** What the children of one household have in common. */
export interface Household {
  readonly stock: NameStock;
  readonly family: string;
  readonly home: Home;
  readonly earlierHome: Home;
  readonly staleHomeIn?: "health" | "education";
}

export function drawSex(random: Random): Sex {
  return random.chance(0.512) ? "male" : "female";
}

export function drawOrigin(random: Random): NameOrigin {
  return pickOrigin(random);
}

export function drawHousehold(random: Random, origin: NameOrigin = drawOrigin(random)): Household {
  const stock = STOCKS[origin];
  const home = drawHome(random);
  const factor = LIFE.moveFactor(home.decile);
  const point = random.next();
  const health = LIFE.healthHasOldAddress * factor;
  const stale =
    point < health ? "health" : point < health + LIFE.educationHasOldAddress * factor ? "education" : undefined;
  return {
    ...{ stock, family: stock.family(random), home, earlierHome: drawMove(home, random) },
    ...(stale === undefined ? {} : { staleHomeIn: stale }),
  };
}

/** Registered given names; nobody is given one name twice. */
export function drawNames(random: Random, stock: NameStock, sex: Sex): readonly string[] {
  return [...new Set(stock.given(random, sex))];
}

/** Names of the children of one birth or household, all different in what they are called. */
function drawGiven(random: Random, stock: NameStock, sexes: readonly Sex[], alike: boolean): (readonly string[])[] {
  const taken = new Set<string>();
  const [first] = sexes;
  const sounds = alike && first !== undefined ? [...random.pick(alikeNames(stock.origin, first))] : [];
  return sexes.map((sex) => {
    const sounding = sex === first ? sounds.shift() : undefined;
    for (let attempt = 0; ; attempt += 1) {
      const drawn = drawNames(random, stock, sex);
      const given = sounding === undefined ? drawn : [sounding, ...drawn.slice(1)];
      const called = given.filter((name) => stock.prefixes?.has(name) !== true);
      if (attempt < 50 && (called.length === 0 || called.some((name) => taken.has(name)))) continue;
      for (const name of called) taken.add(name);
      return given;
    }
  });
}

/** Days of birth of each child of a household, youngest birth first; children of one birth have one day. */
export interface Births {
  readonly days: readonly (readonly [day: number, children: number])[];
  readonly alike?: boolean;
}

/** The children of one household, numbered from `index`. */
export function drawChildren(random: Random, household: Household, births: Births, index: number): Child[] {
  const { stock, family, home, earlierHome, staleHomeIn } = household;
  const sexes: Sex[] = [];
  for (const [, count] of births.days) {
    const first = drawSex(random);
    for (let one = 0; one < count; one += 1) sexes.push(one === 0 || random.chance(0.64) ? first : drawSex(random));
  }
  const many = sexes.length > 1;
  const alike = many && (births.alike ?? random.chance(FAMILY.alikeTwinNames));
  const single = many ? undefined : sexes[0];
  const given = single === undefined ? drawGiven(random, stock, sexes, alike) : [drawNames(random, stock, single)];
  const days = births.days.flatMap(([day, count], birth) =>
    Array.from({ length: count }, (_, order) => ({ day, birth, order, count })),
  );
  const firstOf = new Map<number, number>();
  return days.map(({ day, birth, order, count }, position): Child => {
    const own = index + position;
    if (!firstOf.has(birth)) firstOf.set(birth, own);
    const sex = sexes[position] ?? "female";
    const otherParent = birth > 0 && order === 0 && random.chance(FAMILY.siblingOtherSurname);
    const surname = otherParent ? stock.family(random) : family;
    const names = given[position] ?? [];
    const changed = random.chance(LIFE.surnameChanged);
    const before = stock.family(random);
    const stale = staleHomeIn !== undefined && (CENSUS_DAY - day > YOUNG_DAYS || random.chance(LIFE.youngMoves));
    const movedWithName = changed && random.chance(LIFE.surnameChangedAndMoved);
    const written = stock.familyOf?.(surname, sex) ?? surname;
    return {
      ...{ index: own, birth: firstOf.get(birth) ?? own, group: index, origin: stock.origin, sex, given: names },
      family: changed && random.chance(LIFE.doubleBarrelledSince) ? `${before}-${written}` : written,
      ...(changed ? { earlierFamily: before } : {}),
      bornOn: day,
      ...(count > 1 ? { birthOrder: order + 1 } : {}),
      home,
      ...((stale && !changed) || movedWithName ? { earlierHome, staleHomeIn: staleHomeIn ?? "health" } : {}),
      sharesFirstName: given.filter(([first]) => first === names[0]).length > 1,
    };
  });
}

/** Households by the children they have: per hundred children 72 alone, 25 with siblings, 3 of a multiple birth. */
const pickShape = weighted([
  ["alone", 1 - FAMILY.withSibling - FAMILY.ofMultipleBirth],
  ["siblings", FAMILY.withSibling / 2.12],
  ["twins", FAMILY.ofMultipleBirth / 2.02],
] as const);

function drawBirths(random: Random): Births {
  const day = CENSUS_DAY - 1 - random.below(DAYS_OF_COHORT);
  const shape = pickShape(random);
  if (shape === "alone") return { days: [[day, 1]] };
  const count = shape === "twins" ? (random.chance(0.02) ? 3 : 2) : 1;
  const days: [number, number][] = [[day, count]];
  const siblings = shape === "siblings" ? (random.chance(0.12) ? 2 : 1) : 0;
  const oldest = CENSUS_DAY - DAYS_OF_COHORT;
  for (let one = 0; one < siblings; one += 1) {
    const from = days.at(-1)?.[0] ?? day;
    const apart = 300 + random.below(1_000);
    days.push([from - apart >= oldest ? from - apart : oldest + random.below(DAYS_OF_COHORT), 1]);
  }
  return { days };
}

/** The sources that have a child; of half of all multiple births one child is missing on one side. */
function placeChildren(random: Random, children: readonly Child[]): Placed[] {
  const placed = children.map((child) => ({
    child,
    inHealth: random.chance(COVERAGE.health),
    inEducation: random.chance(COVERAGE.education),
  }));
  const twins = placed.filter(({ child }) => child.birthOrder !== undefined);
  if (twins.length > 1) {
    const whole = !random.chance(FAMILY.coTwinAbsent);
    for (const twin of twins) Object.assign(twin, { inHealth: true, inEducation: true });
    const missing = random.pick(twins);
    if (!whole) Object.assign(missing, random.chance(0.5) ? { inHealth: false } : { inEducation: false });
  }
  return placed;
}

/** One household of the natural cohort. */
export function drawNaturalGroup(random: Random, index: number): Group {
  const household = drawHousehold(random);
  const children = drawChildren(random, household, drawBirths(random), index);
  return { kind: "natural", placed: placeChildren(random, children) };
}
