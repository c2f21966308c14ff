/** How much is done in one run. */
export interface Size {
  /** Observations of the stores, from the smallest; most is measured on `most`. */
  readonly stores: readonly number[];
  readonly most: number;
  /** Children of whom the warm loads ask, and requests drawn over them. */
  readonly children: number;
  readonly draws: number;
  /** Rounds of what has a goal, and of the rest. */
  readonly rounds: number;
  readonly otherRounds: number;
  readonly round_s: number;
  readonly otherRound_s: number;
  /** Load before the first round of a server's first workload, and of each further one. */
  readonly warmFirst_s: number;
  readonly warm_s: number;
  readonly connections: number;
  readonly starts: number;
  readonly openRate_per_s: number;
  readonly visits: number;
  readonly patients: number;
  readonly cohortPupils: number;
  readonly memoryPupils: number;
  readonly guardedChildren: number;
  /** Observations of the stores on which engines are compared. */
  readonly engines: number;
}

/** A quarter of an hour at most on two cores. */
export const SHORT: Size = {
  stores: [10_000, 100_000],
  most: 100_000,
  children: 500,
  draws: 2_048,
  rounds: 5,
  otherRounds: 3,
  round_s: 2,
  otherRound_s: 1,
  warmFirst_s: 8,
  warm_s: 2,
  connections: 16,
  starts: 5,
  openRate_per_s: 200,
  visits: 300,
  patients: 800,
  cohortPupils: 5_000,
  memoryPupils: 1_000,
  guardedChildren: 400,
  engines: 30_000,
};

/** The profiles of all children of England of one age alone take a quarter of an hour, and 20 GB of disk. */
export const LONG: Size = {
  ...SHORT,
  stores: [10_000, 100_000, 1_000_000],
  children: 2_000,
  draws: 4_096,
  rounds: 7,
  otherRounds: 5,
  round_s: 10,
  otherRound_s: 5,
  warmFirst_s: 15,
  warm_s: 4,
  starts: 9,
  visits: 600,
  cohortPupils: 600_000,
  guardedChildren: 2_000,
  engines: 100_000,
};

/** That everything works, in a minute or two; the figures mean nothing. */
export const QUICK: Size = {
  ...SHORT,
  stores: [600, 2_000],
  most: 2_000,
  children: 30,
  draws: 64,
  rounds: 1,
  otherRounds: 1,
  round_s: 1,
  warmFirst_s: 1,
  warm_s: 1,
  starts: 1,
  openRate_per_s: 50,
  visits: 20,
  patients: 10,
  cohortPupils: 50,
  memoryPupils: 20,
  guardedChildren: 10,
  engines: 600,
};
