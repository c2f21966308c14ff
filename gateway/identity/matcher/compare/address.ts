import { ADDRESS, MISSING } from "./fields.ts";
import { jaroWinkler } from "./similarity.ts";

const MOSTLY = 0.75;
const PARTLY = 0.4;
const CLOSE_WORD = 0.88;

export function compareAddresses(left: readonly (readonly string[])[], right: readonly (readonly string[])[]): number {
  if (left.length === 0 || right.length === 0) return MISSING;
  let best: number = ADDRESS.different;
  for (const one of left) {
    for (const other of right) best = Math.min(best, compareLines(one, other));
    if (best === ADDRESS.same) return best;
  }
  return best;
}

function compareLines(left: readonly string[], right: readonly string[]): number {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  let found = 0;
  let isSame = left.length === right.length;
  for (let at = 0; at < short.length; at++) {
    const word = short[at] ?? "";
    if (isSame && word !== long[at]) isSame = false;
    if (long.includes(word)) found += 1;
    else if (word.length > 3 && hasClose(word, long)) found += 0.8;
  }
  if (isSame) return ADDRESS.same;
  const share = (2 * found) / (left.length + right.length);
  return share >= MOSTLY ? ADDRESS.mostly : share >= PARTLY ? ADDRESS.partly : ADDRESS.different;
}

function hasClose(word: string, words: readonly string[]): boolean {
  const first = word.charCodeAt(0);
  for (const other of words) {
    if (other.length > 3 && other.charCodeAt(0) === first && jaroWinkler(word, other) >= CLOSE_WORD) return true;
  }
  return false;
}
