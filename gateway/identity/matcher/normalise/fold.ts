/** Longer texts are cut before anything is computed of them: no name that people bear is longer, and work grows with it. */
const TEXT_LENGTH_MAX = 200;

/** Letters that NFKD leaves whole, as they are written where they are missing from the keyboard. */
const LETTERS: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ß: "ss",
  ı: "i",
  ħ: "h",
};

/**
 * Words of a text in lower-case letters and digits: accents, apostrophes, marks of direction and control characters are
 * taken out, every other mark parts words. `O’Brien-Smith` → `obrien smith`.
 */
export function foldWords(text: string): readonly string[] {
  const plain = isPlain(text) ? text.toLowerCase() : foldUnusual(text);
  return plain.split(" ").filter((word) => word !== "");
}

function isPlain(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && /^[A-Za-z0-9 ]*$/.test(text);
}

function foldUnusual(text: string): string {
  return text
    .slice(0, TEXT_LENGTH_MAX)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}\p{Cc}'’‘`ʼʻ´]/gu, "")
    .replace(/[łøđðþæœßıħ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .slice(0, TEXT_LENGTH_MAX);
}
