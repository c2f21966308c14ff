/** Soundex digit of each letter from `a`; 0 for vowels, 7 for h and w, which do not part equal digits. */
const DIGITS = [0, 1, 2, 3, 0, 1, 2, 7, 0, 2, 2, 4, 5, 5, 0, 1, 2, 6, 2, 3, 0, 1, 7, 2, 0, 2];

/** How a folded name sounds: its first letter and three digits, as a number below 26 × 7³; −1 when it has no letter. */
export function soundOf(name: string): number {
  const first = name.charCodeAt(0) - 97;
  if (!(first >= 0 && first < 26)) return -1;
  let digits = 0;
  let count = 0;
  let last = DIGITS[first] ?? 0;
  for (let at = 1; at < name.length && count < 3; at++) {
    const digit = DIGITS[name.charCodeAt(at) - 97] ?? 0;
    if (digit === 7) continue;
    if (digit !== 0 && digit !== last) {
      digits = digits * 7 + digit;
      count++;
    }
    last = digit;
  }
  while (count < 3) {
    digits *= 7;
    count++;
  }
  return first * 343 + digits;
}
