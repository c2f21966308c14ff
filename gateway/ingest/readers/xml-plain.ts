import type { XmlElement } from "#mappers/mapper.ts";

/** A record read by `readPlainElement`, and how far it reaches in the text. */
export interface PlainElement {
  readonly element: XmlElement;
  /** Index behind its last character. */
  readonly end: number;
  /** Line ends up to there, and characters behind the last of them; `undefined` where there is none. */
  readonly lines: number;
  readonly column: number | undefined;
}

interface OpenElement extends Omit<XmlElement, "children" | "text"> {
  readonly children: XmlElement[];
  text: string;
}

/**
 * What a scanner of start tags, end tags and text alone cannot judge: references, the end of a CDATA section, characters
 * that XML forbids or that end a line in one version of it alone, halves of characters, and what was misread.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what XML forbids, or reads as line ends
const UNUSUAL = /[&\]\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\ud800-\udfff\ufffd-\uffff]|\r(?!\n)/;
const OPEN = 0x3c;
const CLOSE = 0x3e;
const SLASH = 0x2f;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reads the next element, which must have this name, out of the text behind another one. Takes nothing but what is sure
 * to be well-formed: elements without attributes, and text without references. Anything else is `unusual` and left to a
 * whole parser, and so is an element deeper than `depth_max` levels or longer than `characters_max`; `incomplete` when its
 * end has not come. The element is the same that a whole parser gives, five times as fast.
 */
export function readPlainElement(
  text: string,
  from: number,
  { name, line, depth_max, characters_max }: PlainOptions,
): PlainElement | "incomplete" | "unusual" {
  const closing = `</${name}>`;
  const last = text.indexOf(closing, from);
  if (last < 0) return text.length - from > characters_max ? "unusual" : "incomplete";
  const end = last + closing.length;
  if (end - from > characters_max) return "unusual";
  const piece = text.slice(from, end);
  if (UNUSUAL.test(piece)) return "unusual";
  const scanner = new Scanner(piece, line, depth_max);
  const element = scanner.read(name);
  if (element === undefined) return "unusual";
  const newest = piece.lastIndexOf("\n");
  return {
    element,
    end,
    lines: scanner.line - line,
    column: newest < 0 ? undefined : piece.length - newest - 1,
  };
}

export interface PlainOptions {
  readonly name: string;
  /** Line of the first character. */
  readonly line: number;
  readonly depth_max: number;
  readonly characters_max: number;
}

class Scanner {
  line: number;
  readonly #piece: string;
  readonly #depth_max: number;
  #at = 0;

  constructor(piece: string, line: number, depth_max: number) {
    this.#piece = piece;
    this.line = line;
    this.#depth_max = depth_max;
  }

  /** The element that the piece holds from its first tag to its very end; `undefined` for anything unusual. */
  read(name: string): XmlElement | undefined {
    const piece = this.#piece;
    this.#skipBlanks();
    if (!piece.startsWith(`<${name}>`, this.#at)) return undefined;
    const open: OpenElement[] = [];
    while (this.#at < piece.length) {
      if (piece.charCodeAt(this.#at) !== OPEN) return undefined;
      if (piece.charCodeAt(this.#at + 1) !== SLASH) {
        const started = this.#startTag();
        if (started === undefined || open.length === this.#depth_max) return undefined;
        open.push(started);
      } else {
        const closed = open.pop();
        if (closed === undefined || !this.#endTag(closed.name)) return undefined;
        closed.text = closed.text.trim();
        const parent = open.at(-1);
        if (parent === undefined) return this.#at === piece.length ? closed : undefined;
        parent.children.push(closed);
      }
      const inside = open.at(-1);
      if (inside !== undefined) this.#text(inside);
    }
    return undefined;
  }

  #startTag(): OpenElement | undefined {
    const piece = this.#piece;
    const start = this.#at + 1;
    const end = nameEnd(piece, start);
    if (end === start || piece.charCodeAt(end) !== CLOSE) return undefined;
    this.#at = end + 1;
    return { name: piece.slice(start, end), attributes: NO_ATTRIBUTES, children: [], text: "", line: this.line };
  }

  #endTag(name: string): boolean {
    const start = this.#at + 2;
    const end = start + name.length;
    if (this.#piece.charCodeAt(end) !== CLOSE || !this.#piece.startsWith(name, start)) return false;
    this.#at = end + 1;
    return true;
  }

  #text(inside: OpenElement): void {
    const start = this.#at;
    this.#skipBlanks();
    // Between two tags there is mostly nothing else, and what is trimmed away need not be kept.
    if (this.#piece.charCodeAt(this.#at) === OPEN) {
      if (inside.text !== "") inside.text += this.#piece.slice(start, this.#at);
      return;
    }
    const end = this.#piece.indexOf("<", this.#at);
    for (let at = this.#at; at < end; at++) if (this.#piece.charCodeAt(at) === LINE_FEED) this.line += 1;
    const text = this.#piece.slice(start, end);
    // A line ends in one way for whoever reads the text.
    inside.text += text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
    this.#at = end;
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#piece.charCodeAt(this.#at);
      if (code === LINE_FEED) this.line += 1;
      // All controls but tab and line ends were ruled out before.
      if (!(code <= SPACE)) return;
      this.#at += 1;
    }
  }
}

/** Index behind a name of letters, digits, `_`, `.` and `-` that begins as XML allows; the same index for any other. */
function nameEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
    const isOther = (code >= 48 && code <= 57) || code === 45 || code === 46;
    if (!isLetter && !(isOther && at > start)) return at;
    at += 1;
  }
}
