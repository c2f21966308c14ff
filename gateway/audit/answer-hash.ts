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
  // Whatever a part is, it takes less.
  const room = (parts.length + 1) * HASHED_BYTES_MIN;
  const joined = room > JOINED.length ? Buffer.allocUnsafe(room) : JOINED;
  let end = joined.write(salt, 0, "latin1");
  let lengths = "";
  for (const part of parts) {
    if (part.length < HASHED_BYTES_MIN) {
      joined.set(part, end);
      end += part.length;
    } else {
      const text = lasting.has(part.buffer) ? keptHash(part) : hash("sha256", part, "base64url");
      end += joined.write(text, end, "latin1");
    }
    lengths += lengths === "" ? part.length : `,${part.length}`;
  }
  // Joined, so that it lies in one piece, as `payloadText` likes its texts.
  return [hash("sha256", joined.subarray(0, end), "base64url"), lengths].join(" ");
}

/** For an answer of usual parts; filled and read in one go. */
const JOINED = Buffer.allocUnsafeSlow(32 * HASHED_BYTES_MIN);

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
