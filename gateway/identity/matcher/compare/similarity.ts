/** Scratch for the letters already paired; longer texts than this are never compared. */
const LENGTH_MAX = 64;
const pairedLeft = new Uint8Array(LENGTH_MAX);
const pairedRight = new Uint8Array(LENGTH_MAX);

/** Jaro-Winkler similarity of two texts, 0 to 1; letters beyond the 64th do not count. */
export function jaroWinkler(left: string, right: string): number {
  const leftLength = Math.min(left.length, LENGTH_MAX);
  const rightLength = Math.min(right.length, LENGTH_MAX);
  if (leftLength === 0 || rightLength === 0) return 0;
  const matches = pairLetters(left, right, leftLength, rightLength);
  if (matches === 0) return 0;
  const halfTranspositions = countMoved(left, right, leftLength);
  const jaro = (matches / leftLength + matches / rightLength + (matches - halfTranspositions / 2) / matches) / 3;
  let prefix = 0;
  while (
    prefix < 4 &&
    prefix < leftLength &&
    prefix < rightLength &&
    left.charCodeAt(prefix) === right.charCodeAt(prefix)
  )
    prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

function pairLetters(left: string, right: string, leftLength: number, rightLength: number): number {
  const reach = Math.max(0, (Math.max(leftLength, rightLength) >> 1) - 1);
  pairedLeft.fill(0, 0, leftLength);
  pairedRight.fill(0, 0, rightLength);
  let matches = 0;
  for (let at = 0; at < leftLength; at++) {
    const letter = left.charCodeAt(at);
    const end = Math.min(rightLength, at + reach + 1);
    for (let other = Math.max(0, at - reach); other < end; other++) {
      if (pairedRight[other] === 1 || right.charCodeAt(other) !== letter) continue;
      pairedLeft[at] = 1;
      pairedRight[other] = 1;
      matches++;
      break;
    }
  }
  return matches;
}

function countMoved(left: string, right: string, leftLength: number): number {
  let moved = 0;
  let other = 0;
  for (let at = 0; at < leftLength; at++) {
    if (pairedLeft[at] !== 1) continue;
    while (pairedRight[other] !== 1) other++;
    if (left.charCodeAt(at) !== right.charCodeAt(other)) moved++;
    other++;
  }
  return moved;
}

/** Whether one slip makes one text of the other: a letter left out, put in, replaced, or two neighbours exchanged. */
export function isOneSlip(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  const gap = long.length - short.length;
  if (gap > 1 || left === right) return false;
  let at = 0;
  while (at < short.length && short.charCodeAt(at) === long.charCodeAt(at)) at++;
  if (gap === 1) return isSameFrom(short, long, at, at + 1);
  if (isSameFrom(short, long, at + 1, at + 1)) return true;
  const isExchanged =
    short.charCodeAt(at) === long.charCodeAt(at + 1) && short.charCodeAt(at + 1) === long.charCodeAt(at);
  return isExchanged && isSameFrom(short, long, at + 2, at + 2);
}

function isSameFrom(left: string, right: string, leftAt: number, rightAt: number): boolean {
  if (left.length - leftAt !== right.length - rightAt) return false;
  for (let at = leftAt, other = rightAt; at < left.length; at++, other++) {
    if (left.charCodeAt(at) !== right.charCodeAt(other)) return false;
  }
  return true;
}

const CLOSE = 0.92;
const SIMILAR = 0.82;
const SLIP_LENGTH_MIN = 5;

/** Whether two names are spelled nearly alike. */
export function compareSpelling(left: string, right: string): "close" | "similar" | undefined {
  const length = Math.min(left.length, right.length);
  const isSlip = length >= 3 && isOneSlip(left, right);
  if (isSlip && length >= SLIP_LENGTH_MIN) return "close";
  const similarity = jaroWinkler(left, right);
  if (similarity >= CLOSE) return "close";
  return similarity >= SIMILAR || isSlip ? "similar" : undefined;
}

const KEY_ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/** Column and row of each letter on an English keyboard, from `a`; each row stands half a key further right. */
const KEY_PLACES: readonly (readonly [number, number])[] = Array.from({ length: 26 }, (_, at) => {
  const letter = String.fromCharCode(97 + at);
  const row = KEY_ROWS.findIndex((keys) => keys.includes(letter));
  return [(KEY_ROWS[row]?.indexOf(letter) ?? 0) + row / 2, row];
});

/** Whether two letters, as codes, lie beside or below each other on an English keyboard. */
export function areKeysBeside(left: number, right: number): boolean {
  const [one, other] = [KEY_PLACES[left - 97], KEY_PLACES[right - 97]];
  if (one === undefined || other === undefined || left === right) return false;
  return Math.abs(one[0] - other[0]) <= 1 && Math.abs(one[1] - other[1]) <= 1;
}
