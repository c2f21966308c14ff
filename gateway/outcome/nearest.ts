const DISTANCE_MAX = 3;
/** No word of the protocol is longer, and the cost grows with the square. */
const LENGTH_MAX = 64;

/** The known word that the caller most likely meant: the one it begins, or the one at most three letters away. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word === "" || word.length > LENGTH_MAX) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = DISTANCE_MAX + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    // As many edits as letters means that nothing is left of the word.
    if (distance < bestDistance && distance < wanted.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? known.find((candidate) => isBeginning(wanted, candidate.toLowerCase()));
}

function isBeginning(wanted: string, candidate: string): boolean {
  return wanted.length >= 2 && candidate !== "" && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
