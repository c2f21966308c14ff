import { AGES, type WhoTable } from "./who-2006.ts";

/** L, M and S of a reference at one age and sex. */
export interface Lms {
  readonly l: number;
  readonly m: number;
  readonly s: number;
}

interface Point extends Lms {
  /** Years. */
  readonly age: number;
}

/** Characters of YYYY-MM-DD. */
const WHOLE_DAY = 10;
const DAYS_A_YEAR = 365.25;
/** Where the lying lengths end and the standing heights begin, years. */
const JOIN = 2;
/** The standards are used from two weeks of age to under four years. */
const FIRST_DAYS = 14;
const END_YEARS = 4;

/** Decimal age in years, as growth charts count it: days divided by 365.25; NaN unless both days are known to the day. */
export function toDecimalAge(birthDate: string, day: string): number {
  if (birthDate.length < WHOLE_DAY || day.length < WHOLE_DAY) return Number.NaN;
  return (Date.parse(day.slice(0, 10)) - Date.parse(birthDate)) / 86_400_000 / DAYS_A_YEAR;
}

/** In which part of the tables an age lies; none outside two weeks to under four years. At two years the older counts. */
export function partAt(age: number): "infants" | "children" | undefined {
  if (!(age * DAYS_A_YEAR >= FIRST_DAYS - 1e-9) || age >= END_YEARS) return undefined;
  return age < JOIN ? "infants" : "children";
}

const parsed = new WeakMap<WhoTable, Map<string, readonly Point[]>>();

/**
 * The reference at an age: cubic through the two points on each side, linear where one of the four is missing at an end of
 * the table; points beyond the second birthday never touch those before it. `undefined` outside the range.
 */
export function lmsAt(table: WhoTable, sex: "male" | "female", age: number): Lms | undefined {
  const part = partAt(age);
  if (part === undefined) return undefined;
  const points = pointsOf(table, sex, part);
  const above = points.findIndex((point) => point.age > age + 1e-12);
  const at = above === -1 ? points.length - 1 : above - 1;
  const exact = points[at];
  if (exact !== undefined && Math.abs(exact.age - age) < 1e-9) return exact;
  const four = points.slice(at - 1, at + 3);
  const near = at >= 1 && four.length === 4 ? four : points.slice(at, at + 2);
  return {
    l: interpolate(near, age, ({ l }) => l),
    m: interpolate(near, age, ({ m }) => m),
    s: interpolate(near, age, ({ s }) => s),
  };
}

/** Lagrange's polynomial through these points: a cubic of four, a line of two. */
function interpolate(points: readonly Point[], age: number, read: (point: Point) => number): number {
  let sum = 0;
  for (const point of points) {
    let weight = 1;
    for (const other of points) if (other !== point) weight *= (age - other.age) / (point.age - other.age);
    sum += weight * read(point);
  }
  return sum;
}

/** Standard deviations from the median: ((x/M)^L - 1)/(L S), and ln(x/M)/S where L is nought. */
export function toZScore({ l, m, s }: Lms, value: number): number {
  return l === 0 ? Math.log(value / m) / s : ((value / m) ** l - 1) / (l * s);
}

/** Per cent of the reference population below a z-score: the normal distribution's share. */
export function toCentile(zScore: number): number {
  return 50 * complementaryError(-zScore / Math.SQRT2);
}

/** erfc by its continued fraction in the tails and its series in the middle; right to 1e-12 where it matters. */
function complementaryError(x: number): number {
  if (x < 0) return 2 - complementaryError(-x);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-16 * Math.abs(sum) && n < 200; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

function pointsOf(table: WhoTable, sex: "male" | "female", part: "infants" | "children"): readonly Point[] {
  const known = parsed.get(table) ?? new Map<string, readonly Point[]>();
  parsed.set(table, known);
  const key = `${sex} ${part}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const ages = AGES[part].split(" ").map(toYears);
  const points = table[sex][part].split(";").map((text, index) => {
    const [l = Number.NaN, m = Number.NaN, s = Number.NaN] = text.trim().split(" ").map(Number);
    return { age: ages[index] ?? Number.NaN, l, m, s };
  });
  known.set(key, points);
  return points;
}

function toYears(point: string): number {
  const count = Number(point.slice(1));
  return point.startsWith("w") ? (count * 7) / DAYS_A_YEAR : count / 12;
}
