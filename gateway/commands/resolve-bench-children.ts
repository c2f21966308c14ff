import { nhsNumberOf, POSTCODES_IN_OUTWARD, postcodeOf } from "#mappers/synthetic/identifiers.ts";
import { NAME_ORIGINS, type NameOrigin } from "#mappers/synthetic/names.ts";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";

/** A child made of its serial number alone. */
export interface Invented {
  readonly serial: number;
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly postcode: string;
  readonly gender: "female" | "male";
  readonly nhsNumber: string;
}

/** Children with serial numbers below this have NHS numbers of their own. */
export const CHILDREN_WITH_NUMBERS = 396_000;

const DAY_MS = 24 * 3_600_000;
const FIRST_DAY_ms = Date.UTC(2020, 8, 1);
/** Five years of births. */
const DAYS = 1_826;
/** Make of one family name of the lists as many as there are in a population. */
const ENDINGS = ["", "", "", "son", "er", "well", "ley", "man", "ford", "wood", "field", "by", "ton", "worth"] as const;
/** Districts by number, beside real outward codes of the area. */
const AREAS = ["LS", "BD", "HX", "WF", "HG", "YO"] as const;
const DISTRICTS = 19;

export function inventChild(serial: number): Invented {
  const random = createRandom("resolve-bench", serial);
  const origin = pickOrigin(random);
  const isGirl = random.chance(0.5);
  const birth = new Date(FIRST_DAY_ms + random.between(0, DAYS - 1) * DAY_MS);
  const outward = `${random.pick(AREAS)}${random.between(1, DISTRICTS)}`;
  return {
    serial,
    given: random.pick(isGirl ? origin.female : origin.male),
    family: `${random.pick(origin.family)}${random.pick(ENDINGS)}`,
    birthDate: birth.toISOString().slice(0, 10),
    postcode: postcodeOf(outward, random.between(0, POSTCODES_IN_OUTWARD - 1)),
    gender: isGirl ? "female" : "male",
    nhsNumber: nhsNumberOf(serial % CHILDREN_WITH_NUMBERS, 0),
  };
}

function pickOrigin(random: Random): NameOrigin {
  const [first, ...others] = NAME_ORIGINS;
  if (first === undefined) throw new Error("no names to choose from");
  const drawn = random.between(0, NAME_ORIGINS.reduce((sum, { weight }) => sum + weight, 0) - 1);
  let sum = 0;
  for (const origin of [first, ...others]) {
    sum += origin.weight;
    if (drawn < sum) return origin;
  }
  return first;
}

/** The same child as another source tells of it: now and then with a slip, in another home or under a short name. */
export function tellAgain(serial: number): Invented {
  const child = inventChild(serial);
  const random = createRandom("resolve-bench-again", serial);
  return {
    ...child,
    ...(random.chance(0.06) ? { given: withSlip(child.given, random) } : {}),
    ...(random.chance(0.06) ? { family: withSlip(child.family, random) } : {}),
    ...(random.chance(0.1) ? { postcode: inventChild(serial + 1).postcode } : {}),
    ...(random.chance(0.02) ? { birthDate: `${child.birthDate.slice(0, 8)}${random.pick(["01", "11", "21"])}` } : {}),
  };
}

/** One letter left out. */
function withSlip(name: string, random: Random): string {
  const at = random.between(1, name.length - 1);
  return name.slice(0, at) + name.slice(at + 1);
}
