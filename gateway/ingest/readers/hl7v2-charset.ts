import { isAscii, isUtf8 } from "node:buffer";

export type Decoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** HL7 table 0211, as far as it is read; names are compared without their case. */
const CHARSETS: ReadonlyMap<string, "ascii" | "utf-8" | "latin1" | "iso-8859-15"> = new Map([
  ["ASCII", "ascii"],
  ["UNICODE UTF-8", "utf-8"],
  ["UTF-8", "utf-8"],
  ["UTF8", "utf-8"],
  ["8859/1", "latin1"],
  ["ISO-8859-1", "latin1"],
  ["8859/15", "iso-8859-15"],
]);

/** MSH-18 is the 17th field behind the name of the segment, since MSH-1 is the separator itself. */
const CHARSET_PLACE = 17;

/**
 * The text of a message in the character set that its MSH-18 declares. Without one it is UTF-8, of which ASCII, the
 * default of HL7, is a part; nothing is guessed beyond that. `header` is the MSH segment.
 */
export function decodeHl7(bytes: Buffer, header: Buffer): Decoded {
  const declared = charsetOf(header);
  const charset = declared === "" ? "utf-8" : CHARSETS.get(declared);
  if (charset === undefined) {
    return refuse("MSH-18 names a character set that is not read; send UNICODE UTF-8, 8859/1, 8859/15 or ASCII");
  }
  if (bytes.includes(0)) return refuse("holds a NUL byte; send the message as text");
  if (charset === "ascii") {
    return isAscii(bytes) ? { ok: true, text: bytes.toString("latin1") } : refuse("MSH-18 says ASCII, and it is not");
  }
  if (charset === "latin1") return { ok: true, text: bytes.toString("latin1") };
  if (charset === "iso-8859-15") return { ok: true, text: new TextDecoder(charset).decode(bytes) };
  if (isUtf8(bytes)) return { ok: true, text: bytes.toString("utf8") };
  return refuse(
    declared === ""
      ? "is not UTF-8, and no MSH-18 says in which character set it is written, as 8859/1"
      : "MSH-18 says UTF-8, and it is not",
  );
}

function charsetOf(header: Buffer): string {
  const text = header.toString("latin1");
  const fields = text.split(text.charAt(3));
  const [first = ""] = (fields[CHARSET_PLACE] ?? "").split(text.charAt(5));
  return first.trim().toUpperCase();
}

function refuse(message: string): Decoded {
  return { ok: false, message };
}
