import type { NameOrigin, Sex } from "./names/stock.ts";
import type { Home } from "./places.ts";

/** What is true of one child, before anybody writes it down. */
export interface Child {
  /** Its number in the run, from 0. */
  readonly index: number;
  /** Number of the first child of the same birth; its own where it was born alone. */
  readonly birth: number;
  /** Number of the first child of the same household or, among adversarial ones, of the same group. */
  readonly group: number;
  readonly origin: NameOrigin;
  readonly sex: Sex;
  /** Registered given names, in order. */
  readonly given: readonly string[];
  readonly family: string;
  /** The surname an earlier record has still. */
  readonly earlierFamily?: string;
  /** Days since 1970-01-01. */
  readonly bornOn: number;
  /** Place in a multiple birth, from 1. */
  readonly birthOrder?: number;
  readonly home: Home;
  readonly earlierHome?: Home;
  /** Which source still has the earlier home. */
  readonly staleHomeIn?: "health" | "education";
  /** The first given name is shared with a sister or brother and therefore never used alone. */
  readonly sharesFirstName: boolean;
}

/** Why children of one group are hard to tell apart; `natural`: nobody made them so. */
const KINDS = ["natural", "twins", "siblings", "placeholders", "namesakes", "parents", "cousins"] as const;
export type Kind = (typeof KINDS)[number];

/** A child and the sources that have it. */
export interface Placed {
  readonly child: Child;
  readonly inHealth: boolean;
  readonly inEducation: boolean;
}

export interface Group {
  readonly kind: Kind;
  readonly placed: readonly Placed[];
}

const DAY_MS = 86_400_000;

/** The day the cohort is looked at; fixed, so that a seed always gives the same files. */
export const CENSUS_DAY = Date.UTC(2026, 0, 15) / DAY_MS;
/** Children from birth to the day before the sixth birthday. */
export const DAYS_OF_COHORT = 2_191;

/** YYYY-MM-DD of days since 1970-01-01. */
export function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Days since 1970-01-01 of a date that may not exist; undefined then. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY_MS : undefined;
}
