import { type Asked, isGood, isRefused, type Violation } from "./journal.ts";

/** What the server holds of one item at the end: every version, oldest first, each by itself and as its history says. */
export interface Kept {
  readonly item: string;
  /** Number that the resource shows now. */
  readonly current?: number;
  readonly history: readonly { readonly version: string; readonly number: number }[];
  /** Acknowledged versions, read by their names. */
  readonly versions: readonly { readonly version: string; readonly number?: number }[];
}

/** Holds what is there at the end against what was acknowledged: nothing lost, nothing twice, nothing that nobody wrote. */
export function checkKept(asked: readonly Asked[], kept: readonly Kept[]): readonly Violation[] {
  const written = new Map<string, Asked[]>();
  for (const one of asked) {
    if (one.what.kind !== "write" || isRefused(one)) continue;
    written.set(one.what.item, [...(written.get(one.what.item) ?? []), one]);
  }
  const found = new Map(kept.map((one) => [one.item, one]));
  return [...written].flatMap(([item, writes]) => {
    if (!writes.some(isGood)) return [];
    const one = found.get(item);
    return one === undefined ? [lost(item, "it was not read back")] : ofItem(one, writes);
  });
}

function ofItem({ item, current, history, versions }: Kept, writes: readonly Asked[]): readonly Violation[] {
  const found: Violation[] = [];
  let newest = 0;
  for (const write of writes.filter(isGood)) {
    if (write.what.kind !== "write") continue;
    const { number, version } = write.what;
    newest = Math.max(newest, number);
    const byName = versions.find((one) => one.version === version);
    if (byName?.number !== number) found.push(lost(item, `version ${version} shows ${byName?.number}, not ${number}`));
    const times = history.filter((one) => one.version === version && one.number === number).length;
    if (times !== 1) found.push(lost(item, `version ${version} stands ${times} times in its history`));
  }
  const numbers = history.map(({ number }) => number);
  const tried = new Set(writes.map(({ what }) => (what.kind === "write" ? what.number : 0)));
  for (const number of numbers)
    if (!tried.has(number)) found.push({ rule: "something that nobody wrote", detail: `${item} has had ${number}` });
  if (new Set(numbers).size < numbers.length) found.push({ rule: "a write done twice", detail: `${item}: ${numbers}` });
  if (numbers.some((number, index) => number < (numbers[index - 1] ?? 0)))
    found.push({ rule: "a history out of order", detail: `${item}: ${numbers}` });
  if (current === undefined || current < newest)
    found.push(lost(item, `it shows ${current}, ${newest} was acknowledged`));
  if (current !== undefined && current !== numbers.at(-1))
    found.push({
      rule: "a history out of order",
      detail: `${item} shows ${current}, its history ends with ${numbers.at(-1)}`,
    });
  return found;
}

function lost(item: string, detail: string): Violation {
  return { rule: "an acknowledged write is lost", detail: `${item}: ${detail}` };
}
