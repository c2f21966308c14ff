import type { Dataset, Written } from "./dataset.ts";

/** What exact agreement alone would find, so that a reader can judge how hard the records are. */
export interface Baselines {
  /** Shares of the true pairs in which the field agrees and is not empty; of given names, the first word. */
  readonly given: number;
  readonly family: number;
  readonly birthDate: number;
  readonly postcode: number;
  readonly allFour: number;
  /** True pairs that agree in one of the four, and in none. */
  readonly oneOfFour: number;
  readonly noneOfFour: number;
  readonly nameAndBirthDate: Rule;
  readonly threeOfFour: Rule;
}

export interface Rule {
  readonly recall: number;
  readonly precision: number;
}

type Four = readonly [given: string, family: string, birthDate: string, postcode: string];

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}

function fourOf(record: Written): Four {
  const first = record.given.trim().split(/\s+/)[0] ?? "";
  return [plain(first), plain(record.family), record.birthDate, plain(record.postcode)];
}

function agreements(one: Four, other: Four): boolean[] {
  return one.map((value, index) => value !== "" && value === other[index]);
}

/** Pairs that agree in all of the fields numbered, as left row × right rows + right row. */
function pairsBy(fields: readonly number[], left: readonly Four[], right: readonly Four[], into: Set<number>): void {
  const key = (four: Four) => {
    const values = fields.map((field) => four[field] ?? "");
    return values.includes("") ? undefined : values.join("|");
  };
  const rows = new Map<string, number[]>();
  for (const [row, four] of left.entries()) {
    const its = key(four);
    if (its === undefined) continue;
    const same = rows.get(its);
    if (same === undefined) rows.set(its, [row]);
    else same.push(row);
  }
  for (const [row, four] of right.entries())
    for (const other of rows.get(key(four) ?? "") ?? []) into.add(other * right.length + row);
}

function ruleOf(pairs: Set<number>, { left, right }: Dataset, truePairs: number): Rule {
  let found = 0;
  for (const pair of pairs) {
    const one = left[Math.floor(pair / right.length)];
    if (one?.child.index === right[pair % right.length]?.child.index) found += 1;
  }
  return { recall: truePairs === 0 ? 0 : found / truePairs, precision: pairs.size === 0 ? 0 : found / pairs.size };
}

const THREE_OF_FOUR = [
  [0, 1, 2],
  [0, 1, 3],
  [0, 2, 3],
  [1, 2, 3],
] as const;

export function countBaselines(dataset: Dataset): Baselines {
  const { left, right } = dataset;
  const byChild = new Map(left.map((record) => [record.child.index, fourOf(record)]));
  const agreeing = [0, 0, 0, 0];
  const byCount = [0, 0, 0, 0, 0];
  let pairs = 0;
  for (const record of right) {
    const other = byChild.get(record.child.index);
    if (other === undefined) continue;
    pairs += 1;
    const agree = agreements(other, fourOf(record));
    for (const [index, does] of agree.entries()) if (does) agreeing[index] = (agreeing[index] ?? 0) + 1;
    const together = agree.filter(Boolean).length;
    byCount[together] = (byCount[together] ?? 0) + 1;
  }
  const share = (number: number | undefined) => (pairs === 0 ? 0 : (number ?? 0) / pairs);
  const [leftFour, rightFour] = [left.map(fourOf), right.map(fourOf)];
  const [exact, three] = [new Set<number>(), new Set<number>()];
  pairsBy(THREE_OF_FOUR[0], leftFour, rightFour, exact);
  for (const fields of THREE_OF_FOUR) pairsBy(fields, leftFour, rightFour, three);
  return {
    given: share(agreeing[0]),
    family: share(agreeing[1]),
    birthDate: share(agreeing[2]),
    postcode: share(agreeing[3]),
    allFour: share(byCount[4]),
    oneOfFour: share(byCount[1]),
    noneOfFour: share(byCount[0]),
    nameAndBirthDate: ruleOf(exact, dataset, pairs),
    threeOfFour: ruleOf(three, dataset, pairs),
  };
}
