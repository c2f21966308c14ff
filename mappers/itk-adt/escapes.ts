import type { Separators } from "./separators.ts";

/** Line breaks and highlighting of formatted text: nothing that a name or an address means. */
const FORMATTING = /^(H|N|\.(br|sp\d*|fi|nf|in[+-]?\d+|ti[+-]?\d+|sk\d+|ce))$/;

/**
 * A text with its escape sequences (HL7 v2.4, 2.10) replaced by what they stand for; `undefined` when one is unknown or
 * stands for a control character. An escape character without its pair is taken as it came: some senders forget to
 * escape it. Hexadecimal data are UTF-8 where they can be, else ISO 8859-1.
 */
export function readEscapes(text: string, separators: Separators): string | undefined {
  const mark = separators.escape;
  let at = text.indexOf(mark);
  if (at === -1) return text;
  let read = "";
  let from = 0;
  while (at !== -1) {
    const end = text.indexOf(mark, at + 1);
    if (end === -1) break;
    const meant = meaningOf(text.slice(at + 1, end), separators);
    if (meant === undefined) return undefined;
    read += text.slice(from, at) + meant;
    from = end + 1;
    at = text.indexOf(mark, from);
  }
  return read + text.slice(from);
}

function meaningOf(sequence: string, separators: Separators): string | undefined {
  switch (sequence) {
    case "F":
      return separators.field;
    case "S":
      return separators.component;
    case "T":
      return separators.subcomponent;
    case "R":
      return separators.repetition;
    case "E":
      return separators.escape;
  }
  if (FORMATTING.test(sequence)) return sequence.startsWith(".") ? " " : "";
  return /^X([0-9A-Fa-f]{2})+$/.test(sequence) ? decode(Buffer.from(sequence.slice(1), "hex")) : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Buffer): string | undefined {
  const text = isAscii(bytes) ? bytes.toString("latin1") : decodeBeyondAscii(bytes);
  const spaced = text.replace(/[\t\r\n]/g, " ");
  return hasControl(spaced) ? undefined : spaced;
}

function decodeBeyondAscii(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** Whether a text holds a character that no name has. */
export function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
