import { createRandom, listOf, type Random, weighted } from "./random.ts";

/** Authorities of the cohort: two large cities' areas, one London borough, and how poor they are on the whole. */
const AUTHORITIES = [
  { name: "leeds", city: "Leeds", weight: 22, poor: 0.55, outward: "LS1-LS29 WF3 WF10 BD11" },
  { name: "hammersmith-fulham", city: "London", weight: 10, poor: 0.5, outward: "W3 W6 W12 W14 SW6 NW10" },
  { name: "liverpool", city: "Liverpool", weight: 18, poor: 0.8, outward: "L1-L19 L24 L25 L27" },
  { name: "sefton", city: "Bootle", weight: 11, poor: 0.55, outward: "L20-L23 L29-L31 L37 L38 PR8 PR9" },
  { name: "wirral", city: "Birkenhead", weight: 13, poor: 0.6, outward: "CH41-CH49 CH60-CH63" },
  { name: "st-helens", city: "St Helens", weight: 9, poor: 0.65, outward: "WA9-WA11 WN4 WN5" },
  { name: "knowsley", city: "Huyton", weight: 9, poor: 0.82, outward: "L26 L28 L32-L36" },
  { name: "halton", city: "Widnes", weight: 8, poor: 0.68, outward: "WA7 WA8" },
] as const;

export type Authority = (typeof AUTHORITIES)[number]["name"];

export const AUTHORITY_NAMES: readonly Authority[] = AUTHORITIES.map(({ name }) => name);

/** Where a household lives. */
export interface Home {
  readonly authority: Authority;
  readonly city: string;
  /** 1 is the most deprived tenth; of the postcode's sector. Made up, not the index of any real place. */
  readonly decile: number;
  readonly postcode: string;
  readonly addressLine: string;
}

/** Letters of the inward code that Royal Mail never issues, so that no postcode of the cohort is anybody's. */
const NEVER_ISSUED = "CIKMOV";
const STREETS_PER_POSTCODE = 1;

const pickAuthority = weighted(AUTHORITIES.map((authority) => [authority, authority.weight] as const));

function expand(range: string): string[] {
  return listOf(range).flatMap((each) => {
    const [from = "", to] = each.split("-");
    if (to === undefined) return [from];
    const area = from.replace(/\d+$/, "");
    const [first, last] = [Number(from.slice(area.length)), Number(to.slice(area.length))];
    return Array.from({ length: last - first + 1 }, (_, index) => `${area}${first + index}`);
  });
}

const OUTWARD = new Map(AUTHORITIES.map(({ name, outward }) => [name as string, expand(outward)]));

const STREET_NAMES =
  listOf(`Acacia Albert Alexandra Alma Ash Bank Beech Belmont Bridge Brook Cambridge Canal Castle Cedar
  Chapel Cherry_Tree Church Clarence Cliff Cross Derby Devonshire Duke Elm Fairfield Ferry George Grange Granville Green
  Grove Hall Harrow Hawthorn Hazel Heath High Hill Holly Kings Lake Lancaster Laurel Lime Manor Maple Marlborough Meadow
  Mill Mount Nelson New North Oak Old_Hall Orchard Park Pine Poplar Priory Queens Railway Regent Richmond River Rose
  Rowan Salisbury School South Spring Stanley Station Stuart Sycamore Tithebarn Union Victoria Walton Warwick Water
  Waverley Wellington West Westminster Willow Windsor Wood Woodland York`);
const STREET_KINDS = listOf("Road Road Road Street Street Street Avenue Avenue Close Drive Lane Grove Terrace Gardens");

/** A sector's decile is the same in every run and cohort: it is drawn from the sector's own name. */
function decileOf(sector: string, poor: number): number {
  const random = createRandom(`decile ${sector}`);
  return Math.min(10, 1 + Math.floor(10 * random.next() ** (1 / (1.6 - poor))));
}

function streetOf(postcode: string): string {
  const random = createRandom(`street ${postcode} ${STREETS_PER_POSTCODE}`);
  return `${random.pick(STREET_NAMES)} ${random.pick(STREET_KINDS)}`;
}

function homeAt(authority: (typeof AUTHORITIES)[number], outward: string, inward: string, random: Random): Home {
  const postcode = `${outward} ${inward}`;
  const flat = random.chance(0.12) ? `Flat ${1 + random.below(24)}, ` : "";
  return {
    authority: authority.name,
    city: authority.city,
    decile: decileOf(`${outward} ${inward[0]}`, authority.poor),
    postcode,
    addressLine: `${flat}${1 + random.below(160)} ${streetOf(postcode)}`,
  };
}

function inwardCode(random: Random): string {
  const letter = () => NEVER_ISSUED[random.below(NEVER_ISSUED.length)] ?? "C";
  return `${random.below(10)}${letter()}${letter()}`;
}

export function drawHome(random: Random): Home {
  const authority = pickAuthority(random);
  return homeAt(authority, random.pick(OUTWARD.get(authority.name) ?? []), inwardCode(random), random);
}

/** Most moves are short: the same outward code, or at least the same authority. */
export function drawMove(home: Home, random: Random): Home {
  const authority = AUTHORITIES.find(({ name }) => name === home.authority);
  if (authority === undefined || random.chance(0.12)) return drawHome(random);
  const outward = random.chance(0.5)
    ? (home.postcode.split(" ")[0] ?? "")
    : random.pick(OUTWARD.get(authority.name) ?? []);
  return homeAt(authority, outward, inwardCode(random), random);
}

/** Another door of the same postcode, which is of the same street. */
export function drawNeighbour(home: Home, random: Random): Home {
  return { ...home, addressLine: `${1 + random.below(160)} ${streetOf(home.postcode)}` };
}
