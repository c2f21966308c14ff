/** Letters and digits alone, small: PDS folds accents and takes no notice of marks. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/ł/gi, "l")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

const CODES: Readonly<Record<string, string>> = {
  b: "1",
  f: "1",
  p: "1",
  v: "1",
  c: "2",
  g: "2",
  j: "2",
  k: "2",
  q: "2",
  s: "2",
  x: "2",
  z: "2",
  d: "3",
  t: "3",
  l: "4",
  m: "5",
  n: "5",
  r: "6",
};

/** American Soundex: the first letter and three digits. https://www.archives.gov/research/census/soundex */
export function toSoundex(name: string): string {
  const letters = fold(name).replace(/[^a-z]/g, "");
  let code = letters.slice(0, 1).toUpperCase();
  let last = CODES[letters.slice(0, 1)];
  for (const letter of letters.slice(1)) {
    const digit = CODES[letter];
    if (digit !== undefined && digit !== last) code += digit;
    // H and W do not part two letters of one sound; vowels do.
    if (letter !== "h" && letter !== "w") last = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, "0");
}

/** Pet names that no sound brings together; a few, enough to try the behaviour. */
const PET_NAMES: Readonly<Record<string, string>> = {
  joe: "joseph",
  bob: "robert",
  bill: "william",
  liz: "elizabeth",
  kate: "katherine",
};

export function soundsAlike(one: string, other: string): boolean {
  const [a, b] = [fold(one), fold(other)];
  return (PET_NAMES[a] ?? a) === (PET_NAMES[b] ?? b) || toSoundex(a) === toSoundex(b);
}
