import { TOO_LATE } from "./ask.ts";
import { type Asked, childOf, isGood, isRefused, type Shown, type Trouble, type Violation } from "./journal.ts";

/** Statuses by which a server in trouble says so; the body must be an OperationOutcome, which `fault` tells. */
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

/** What the answers of a run contradict: each other, what was acknowledged, or the order of time. */
export function checkAnswers(asked: readonly Asked[], troubles: readonly Trouble[]): readonly Violation[] {
  const histories = toHistories(asked);
  return asked.flatMap((one) => [...ofAnswer(one, troubles), ...ofContent(one, histories)]);
}

function ofAnswer(one: Asked, troubles: readonly Trouble[]): readonly Violation[] {
  const { status, fault } = one;
  const isInTrouble = troubles.some(
    ({ from, recovered = Number.POSITIVE_INFINITY }) =>
      // Whoever was asked before and answered within it, or asked within it.
      one.until >= from && one.from <= recovered,
  );
  if (fault !== undefined) return [toViolation("a body that is wrong by itself", one, fault)];
  // To be cut off is an answer of a kind; to wait without end is none.
  if (one.reason === TOO_LATE) return [toViolation("neither answered nor closed", one, describe(one))];
  if (status === undefined) {
    return isInTrouble ? [] : [toViolation("no answer while nothing was wrong", one, describe(one))];
  }
  if (isGood(one)) return [];
  // What is not there is judged by what it should have shown.
  if ((status === 404 || status === 410) && one.what.kind === "read") return [];
  if (!REFUSALS.has(status))
    return [toViolation("an answer that no fault explains", one, `${status} to ${describe(one)}`)];
  return isInTrouble ? [] : [toViolation("a refusal while nothing was wrong", one, `${status} to ${describe(one)}`)];
}

function ofContent(one: Asked, histories: Histories): readonly Violation[] {
  const { what } = one;
  if (one.fault !== undefined || what.kind === "write") return [];
  if (what.kind === "read" && (one.status === 404 || one.status === 410))
    return judgeAbsence(one, what.item, histories);
  if (!isGood(one)) return [];
  switch (what.kind) {
    case "read":
      return judgeShown(one, { item: what.item, number: what.shown ?? Number.NaN }, histories);
    case "vread":
      return what.shown === what.number
        ? []
        : [toViolation("a version that is another", one, `${what.item} ${what.number} shows ${what.shown}`)];
    case "search":
      return judgeSearch(one, what.child, what.shown, histories);
    case "look-up":
      return judgeLookUp(one, what, histories);
    case "constant":
      return what.shown === what.expected
        ? []
        : [toViolation("a record that nobody changed is another", one, describe(one))];
  }
}

/** What is known of one item, ordered by nothing: every question is about all of it. */
interface History {
  readonly writes: {
    readonly number: number;
    readonly from: number;
    readonly until: number;
    readonly isAcked: boolean;
  }[];
  readonly reads: { readonly number: number; readonly until: number }[];
}

interface Histories {
  readonly of: ReadonlyMap<string, History>;
  /** Observations by child. */
  readonly items: ReadonlyMap<string, readonly string[]>;
}

function toHistories(asked: readonly Asked[]): Histories {
  const of = new Map<string, History>();
  const items = new Map<string, string[]>();
  const historyOf = (item: string): History => {
    const known = of.get(item) ?? { writes: [], reads: [] };
    if (!of.has(item)) {
      of.set(item, known);
      if (item !== childOf(item)) items.set(childOf(item), [...(items.get(childOf(item)) ?? []), item]);
    }
    return known;
  };
  for (const one of asked) {
    const { what, from, until } = one;
    if (what.kind === "write" && !isRefused(one)) {
      const { item, number } = what;
      historyOf(item).writes.push({ number, from, until, isAcked: isGood(one) });
    }
    if (!isGood(one)) continue;
    const shown: readonly Shown[] =
      what.kind === "read" && what.shown !== undefined
        ? [{ item: what.item, number: what.shown }]
        : what.kind === "search" || what.kind === "look-up"
          ? what.shown
          : [];
    for (const { item, number } of shown) of.get(item)?.reads.push({ number, until });
  }
  return { of, items };
}

/** The oldest that may still be shown to whoever asks at `from`: acknowledged, or shown to somebody, before that. */
function oldest({ writes, reads }: History, from: number): number {
  let number = 0;
  for (const write of writes) if (write.isAcked && write.until <= from) number = Math.max(number, write.number);
  for (const read of reads) if (read.until <= from) number = Math.max(number, read.number);
  return number;
}

function judgeAbsence(one: Asked, item: string, { of }: Histories): readonly Violation[] {
  const history = of.get(item);
  if (history === undefined || oldest(history, one.from) === 0) return [];
  return [toViolation("an acknowledged write is lost", one, `${item} is answered with ${one.status}`)];
}

function judgeShown(one: Asked, { item, number }: Shown, { of }: Histories): readonly Violation[] {
  const history = of.get(item);
  if (history === undefined) return [toViolation("something that nobody wrote", one, `${item} ${number}`)];
  if (!history.writes.some((write) => write.number === number && write.from <= one.until)) {
    return [toViolation("something that nobody wrote", one, `${item} shows ${number}`)];
  }
  const least = oldest(history, one.from);
  if (number >= least) return [];
  return [
    toViolation("an answer older than what was acknowledged", one, `${item} shows ${number}, was ${least} before`),
  ];
}

function judgeSearch(one: Asked, child: string, shown: readonly Shown[], histories: Histories): readonly Violation[] {
  const found: Violation[] = [];
  const items = shown.map(({ item }) => item);
  for (const each of shown) {
    if (childOf(each.item) === child) found.push(...judgeShown(one, each, histories));
    else found.push(toViolation("data of another child", one, `${each.item} in an answer about ${child}`));
  }
  if (new Set(items).size < items.length) found.push(toViolation("something twice in one answer", one, child));
  for (const item of histories.items.get(child) ?? []) {
    const history = histories.of.get(item);
    if (history !== undefined && oldest(history, one.from) > 0 && !items.includes(item))
      found.push(toViolation("an acknowledged write is lost", one, `${item} is not found at ${child}`));
  }
  return found;
}

function judgeLookUp(
  one: Asked,
  { item, number, shown }: { readonly item: string; readonly number: number; readonly shown: readonly Shown[] },
  { of }: Histories,
): readonly Violation[] {
  const others = shown.filter((each) => each.item !== item || each.number !== number);
  if (others.length > 0)
    return others.map((other) =>
      toViolation("data of another child", one, `${other.item} ${other.number} by the identifier of ${item} ${number}`),
    );
  const history = of.get(item);
  if (history === undefined) return [];
  const least = oldest(history, one.from);
  if (shown.length > 1) return [toViolation("something twice in one answer", one, item)];
  if (shown.length === 1) {
    return number < least
      ? [toViolation("an answer older than what was acknowledged", one, `${item} by ${number}, was ${least} before`)]
      : [];
  }
  // Nobody has it: then another number may have been written by the time of the answer.
  const isMoved = history.writes.some((write) => write.number > number && write.from <= one.until);
  return number === least && !isMoved
    ? [toViolation("an acknowledged write is lost", one, `${item} is not found by its identifier ${number}`)]
    : [];
}

function toViolation(rule: string, { from, requestId }: Asked, detail: string): Violation {
  return { rule, at: from, requestId, detail };
}

function describe({ what, client }: Asked): string {
  const about = what.kind === "constant" ? "data that stay" : what.kind === "search" ? what.child : what.item;
  return `${what.kind} of ${about} by ${client}`;
}
