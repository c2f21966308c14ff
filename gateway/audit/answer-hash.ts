import { hash } from "node:crypto";

/** Bytes of an answer in order, whole or in parts. */
export type AnswerBytes = Uint8Array | readonly Uint8Array[];

/** Shorter parts go into the last hash as they are. */
const HASHED_BYTES_MIN = 1_024;
/** Pages of one record that are asked for again and again; beyond that all are forgotten. */
const KEPT_MAX = 64;

const KEPT = new WeakMap<ArrayBufferLike, Map<number, string>>();

/**
 * What was answered, so that bytes that are shown later can be held against it: SHA-256 over the salt and each part, of a
 * long part over its own SHA-256, and how many bytes each part has, as `hash 410,24013,2`. The salt keeps it from being
 * guessed.
 *
 * @param lasting memory whose bytes never change: a part of it is hashed once, since hashing a page takes longer than
 * finding it
 */
export function hashOfAnswer(salt: string, answer: AnswerBytes, lasting: ReadonlySet<ArrayBufferLike>): string {
  const parts = answer instanceof Uint8Array ? [answer] : answer;
  let text = salt;
  let lengths = "";
  for (const part of parts) {
    if (part.length < HASHED_BYTES_MIN) text += latin1(part);
    else text += lasting.has(part.buffer) ? keptHash(part) : hash("sha256", part, "base64url");
    lengths += lengths === "" ? part.length : `,${part.length}`;
  }
  return `${hash("sha256", Buffer.from(text, "latin1"), "base64url")} ${lengths}`;
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

function keptHash(part: Uint8Array): string {
  let kept = KEPT.get(part.buffer);
  if (kept === undefined) {
    kept = new Map();
    KEPT.set(part.buffer, kept);
  }
  // Neither is longer than 2^26: what a record may hold is far below.
  const place = part.byteOffset * 2 ** 26 + part.length;
  const known = kept.get(place);
  if (known !== undefined) return known;
  const made = hash("sha256", part, "base64url");
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(place, made);
  return made;
}

/** Whether bytes are those of which an answer's hash was kept. */
export function isAnswer(salt: string, bytes: Buffer, kept: string): boolean {
  const lengths = (kept.split(" ")[1] ?? "").split(",").filter(Boolean).map(Number);
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length && hashOfAnswer(salt, parts, new Set()) === kept;
}
