import { ADVERSARIAL_KINDS, drawAdversarialGroup, PAIR_SHARES, pairsAcross } from "./adversarial.ts";
import { CENSUS_DAY, type Child, type Group, type Kind } from "./child.ts";
import { drawNaturalGroup } from "./household.ts";
import { drawUpn, nhsNumberOf } from "./numbers.ts";
import { createRandom, type Random, shuffle } from "./random.ts";
import { NHS_NUMBER_WRONG } from "./rates.ts";
import { type SourceKind, type SourceRecord, writeRecord } from "./source-record.ts";
import { isUndecidable } from "./undecidable.ts";

/** A record with the child it is of. */
export interface Written extends SourceRecord {
  readonly id: string;
  readonly child: Child;
  readonly kind: Kind;
  readonly nhsNumber: string;
  readonly upn: string;
}

/** Two sources and what is true of them. */
export interface Dataset {
  /** Child health, as left.csv; the row of the n-th record has the id H and n. */
  readonly left: readonly Written[];
  /** Nurseries and schools, as right.csv; ids begin with E. */
  readonly right: readonly Written[];
  readonly children: number;
  /** Pairs of different children of one adversarial group, one of each side. */
  readonly adversarialPairs: Readonly<Partial<Record<Kind, number>>>;
}

export interface DatasetOptions {
  readonly seed: string;
  /** Share of the education records that have an NHS number; left always has one then. 0: nobody has. */
  readonly nhsNumbers?: number;
}

interface Writing {
  readonly left: Omit<Written, "id">[];
  readonly right: Omit<Written, "id">[];
}

function nhsNumberFor(child: Child, share: number, random: Random): string {
  if (!random.chance(share)) return "";
  return nhsNumberOf(random.chance(NHS_NUMBER_WRONG) ? child.index + 1 : child.index);
}

function educationKind(child: Child, random: Random): SourceKind {
  return random.chance(CENSUS_DAY - child.bornOn > 4 * 365 ? 0.75 : 0.1) ? "school" : "nursery";
}

/** Newborns are in no nursery: what lies across from a placeholder is another health system. */
function rightKind(group: Group, child: Child, random: Random): SourceKind {
  if (group.kind === "placeholders") return random.chance(0.6) ? "health" : "nursery";
  return educationKind(child, random);
}

function writeGroup(group: Group, share: number, random: Random): Writing {
  const placeholders = group.kind === "placeholders";
  const write = (child: Child, kind: SourceKind): Omit<Written, "id"> => ({
    ...writeRecord(child, kind, random, placeholders && kind === "health" ? { placeholder: random.chance(0.7) } : {}),
    ...{
      child,
      kind: group.kind,
      nhsNumber: share === 0 ? "" : nhsNumberFor(child, kind === "health" ? 0.98 : share, random),
    },
    upn: kind === "school" ? drawUpn(new Date(child.bornOn * 86_400_000).getUTCFullYear(), random) : "",
  });
  const { placed } = group;
  return {
    left: placed.filter(({ inHealth }) => inHealth).map(({ child }) => write(child, "health")),
    right: placed
      .filter(({ inEducation }) => inEducation)
      .map(({ child }) => write(child, rightKind(group, child, random))),
  };
}

function hasUndecidable({ left, right }: Writing): boolean {
  return left.some((one) => right.some((other) => one.child.index !== other.child.index && isUndecidable(one, other)));
}

function append(to: Writing, from: Writing): void {
  to.left.push(...from.left);
  to.right.push(...from.right);
}

/** Numbers the rows after they are shuffled, so that neither id nor place in the file tells anything. */
function finish(writing: Writing, children: number, pairs: Dataset["adversarialPairs"], seed: string): Dataset {
  shuffle(writing.left, createRandom(`${seed} left`));
  shuffle(writing.right, createRandom(`${seed} right`));
  return {
    left: writing.left.map((record, index) => ({ ...record, id: `H${index}` })),
    right: writing.right.map((record, index) => ({ ...record, id: `E${index}` })),
    children,
    adversarialPairs: pairs,
  };
}

/** A cohort as it is, of at least `count` children (the last household is not cut). */
export function drawCohort(count: number, { seed, nhsNumbers = 0 }: DatasetOptions): Dataset {
  const writing: Writing = { left: [], right: [] };
  let children = 0;
  while (children < count) {
    const random = createRandom(`${seed} household ${children}`);
    const group = drawNaturalGroup(random, children);
    append(writing, writeGroup(group, nhsNumbers, random));
    children += group.placed.length;
  }
  return finish(writing, children, {}, seed);
}

const ATTEMPTS = 20;

/** A group and its records, none of which nobody could tell apart; undefined where that does not come about. */
function drawDecidable(kind: (typeof ADVERSARIAL_KINDS)[number], index: number, share: number, random: Random) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const group = drawAdversarialGroup(random, kind, index);
    const pairs = pairsAcross(group);
    if (pairs === 0) continue;
    const written = writeGroup(group, share, random);
    if (!hasUndecidable(written)) return { pairs, written, size: group.placed.length };
  }
  return undefined;
}

/** At least `count` pairs of different children who are hard to tell apart, and their own true pairs among them. */
export function drawAdversarial(count: number, { seed, nhsNumbers = 0 }: DatasetOptions): Dataset {
  const writing: Writing = { left: [], right: [] };
  const counted: Partial<Record<Kind, number>> = {};
  let children = 0;
  for (const kind of ADVERSARIAL_KINDS) {
    const wanted = Math.ceil(count * PAIR_SHARES[kind]);
    let pairs = 0;
    for (let serial = 0; pairs < wanted; serial += 1) {
      const random = createRandom(`${seed} ${kind} ${serial}`);
      const drawn = drawDecidable(kind, children, nhsNumbers, random);
      if (drawn === undefined) continue;
      append(writing, drawn.written);
      children += drawn.size;
      pairs += drawn.pairs;
    }
    counted[kind] = pairs;
  }
  return finish(writing, children, counted, seed);
}
