import type { NameOrigin } from "./names/stock.ts";

/**
 * Every assumption of the cohort as a number. Shares of children or of records, 0 to 1; README.md says where each comes
 * from. They were chosen before any matcher was run on the cohort.
 */

/** Shares of households; levelled, so that in 100,000 children every stratum is large enough to be judged. */
export const ORIGIN_SHARES: Readonly<Record<NameOrigin, number>> = {
  english: 0.44,
  celtic: 0.08,
  "south-asian-muslim": 0.12,
  "south-asian-hindu-sikh": 0.06,
  "arabic-somali": 0.07,
  african: 0.07,
  chinese: 0.05,
  "eastern-european": 0.06,
  "portuguese-romanian": 0.05,
};

export const FAMILY = {
  /** Of children, with a brother or sister in the cohort who is not of the same birth. */
  withSibling: 0.25,
  /** Of children, born as one of two or more. */
  ofMultipleBirth: 0.03,
  /** Of multiple births, with names that are alike (Ella and Bella). */
  alikeTwinNames: 0.1,
  /** Of multiple births that have one child missing on one side. */
  coTwinAbsent: 0.5,
  /** Of sisters and brothers with another surname than the household's (the other parent's). */
  siblingOtherSurname: 0.08,
} as const;

/** Of children that are in the source at all. */
export const COVERAGE = { health: 0.97, education: 0.85 } as const;

/** What has become of a child between two records, whoever writes. */
export const LIFE = {
  /** Moved, and the health record has the earlier address still; times the factor of the decile. */
  healthHasOldAddress: 0.055,
  educationHasOldAddress: 0.025,
  /** Children under half a year have hardly moved. */
  youngMoves: 0.2,
  moveFactor: (decile: number) => (decile <= 3 ? 1.3 : decile >= 8 ? 0.7 : 1),
  /** Another surname since (marriage, separation, father's name after registration): half keep the old one in it. */
  surnameChanged: 0.008,
  /** Of those, moved as well. */
  surnameChangedAndMoved: 0.15,
  doubleBarrelledSince: 0.4,
} as const;

/** Slips of those who write names and dates, of records. */
export interface SlipRates {
  readonly keyboard: number;
  readonly phonetic: number;
  readonly opticalReading: number;
  readonly birthDateDigit: number;
  readonly birthDateSwapped: number;
  readonly birthDateDayBeside: number;
  readonly sexMissing: number;
  readonly sexWrong: number;
}

export const SLIPS: Readonly<Record<"health" | "nursery" | "school", SlipRates>> = {
  health: {
    keyboard: 0.004,
    phonetic: 0.002,
    opticalReading: 0,
    birthDateDigit: 0.001,
    birthDateSwapped: 0.0003,
    birthDateDayBeside: 0.0012,
    sexMissing: 0.004,
    sexWrong: 0.001,
  },
  nursery: {
    keyboard: 0.011,
    phonetic: 0.006,
    opticalReading: 0.001,
    birthDateDigit: 0.004,
    birthDateSwapped: 0.0015,
    birthDateDayBeside: 0.001,
    sexMissing: 0.03,
    sexWrong: 0.002,
  },
  school: {
    keyboard: 0.005,
    phonetic: 0.003,
    opticalReading: 0.003,
    birthDateDigit: 0.002,
    birthDateSwapped: 0.0008,
    birthDateDayBeside: 0.0005,
    sexMissing: 0.001,
    sexWrong: 0.001,
  },
};

/** How names are told to a setting, of records. */
export const TOLD = {
  /** Of children whose name has a short form. */
  shortForm: { health: 0.004, nursery: 0.07, school: 0.035 },
  /** Middle names: a nursery seldom asks. */
  middleNames: { health: 0.85, nursery: 0.2, school: 0.6 },
  /** Called by a later given name, of those that have one. */
  calledByLaterName: { health: 0, nursery: 0.015, school: 0.006 },
  /** One part of a double surname left out, of those that have one. */
  halfSurname: { health: 0.01, nursery: 0.08, school: 0.04 },
  /** Of records in which the record is wholly upper or lower case. */
  allCapitals: { health: 0.5, nursery: 0.03, school: 0.15 },
  allSmall: { health: 0, nursery: 0.05, school: 0 },
  /** Diacritics lost, of names that have any. */
  withoutDiacritics: { health: 0.85, nursery: 0.6, school: 0.5 },
  /** Field lengths. */
  length: { health: 35, nursery: 20, school: 30 },
  /** The address written otherwise (Rd for Road, no flat). */
  addressOtherwise: { health: 0.2, nursery: 0.35, school: 0.15 },
  postcodeMissing: { health: 0.001, nursery: 0.004, school: 0.001 },
  postcodeSlip: { health: 0.001, nursery: 0.005, school: 0.002 },
  postcodeWithoutSpace: { health: 0, nursery: 0.3, school: 0.05 },
} as const;

/** Newborns without a name yet, of records by health visiting and maternity. */
export const PLACEHOLDER = { olderThanDays: 42, young: 0.4, stale: 0.001, staleTwin: 0.003 } as const;

/** By name origin: another Latin spelling, given and family swapped, a birth date of 1 January for want of a better. */
export const BY_ORIGIN: Readonly<
  Record<NameOrigin, { readonly respelt: number; readonly swapped: number; readonly firstOfJanuary: number }>
> = {
  english: { respelt: 0.008, swapped: 0.001, firstOfJanuary: 0 },
  celtic: { respelt: 0.015, swapped: 0.001, firstOfJanuary: 0 },
  "south-asian-muslim": { respelt: 0.03, swapped: 0.004, firstOfJanuary: 0.0004 },
  "south-asian-hindu-sikh": { respelt: 0.02, swapped: 0.004, firstOfJanuary: 0 },
  "arabic-somali": { respelt: 0.035, swapped: 0.006, firstOfJanuary: 0.002 },
  african: { respelt: 0.012, swapped: 0.006, firstOfJanuary: 0.0006 },
  chinese: { respelt: 0.02, swapped: 0.015, firstOfJanuary: 0 },
  "eastern-european": { respelt: 0.025, swapped: 0.002, firstOfJanuary: 0 },
  "portuguese-romanian": { respelt: 0.02, swapped: 0.002, firstOfJanuary: 0 },
};

/** Somali lines of names cut otherwise: the father's name as surname, or as a second given name. */
export const LINE_OF_NAMES_CUT = 0.05;

/** Of NHS numbers where both sides have them, one digit wrong or another child's. */
export const NHS_NUMBER_WRONG = 0.0005;
