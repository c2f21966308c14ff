import { expect, test } from "vitest";
import { hashOfAnswer } from "./answer-hash.ts";

const PAGE = Buffer.allocUnsafeSlow(5_000).fill("x");
const PARTS = [Buffer.from("head"), PAGE.subarray(10, 4_000), Buffer.from("tail")];
const BYTES = Buffer.concat(PARTS);
const NOTHING_LASTS = new Set<ArrayBufferLike>();

/** Whether bytes are those of which an answer's hash was kept, as whoever has them and the record would find out. */
function isAnswer(salt: string, bytes: Buffer, kept: string): boolean {
  const lengths = (kept.split(" ")[1] ?? "").split(",").filter(Boolean).map(Number);
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length && hashOfAnswer(salt, parts, NOTHING_LASTS) === kept;
}

test("an answer is known by its bytes, however they were put together", () => {
  for (const lasting of [NOTHING_LASTS, new Set([PAGE.buffer]), new Set([PAGE.buffer])]) {
    const kept = hashOfAnswer("salt", PARTS, lasting);
    expect(isAnswer("salt", BYTES, kept)).toBe(true);
    expect(isAnswer("other", BYTES, kept)).toBe(false);
    expect(isAnswer("salt", BYTES.subarray(1), kept)).toBe(false);
    expect(isAnswer("salt", Buffer.concat([BYTES, PAGE]), kept)).toBe(false);
    const changed = Buffer.from(BYTES);
    changed[700] = 0;
    expect(isAnswer("salt", changed, kept)).toBe(false);
  }
});

test("one part is as good as none, and memory that does not last is hashed each time", () => {
  const reused = Buffer.allocUnsafeSlow(2_000).fill("a");
  const first = hashOfAnswer("salt", reused, NOTHING_LASTS);
  reused.fill("b");
  const second = hashOfAnswer("salt", reused, NOTHING_LASTS);
  expect(first).not.toBe(second);
  expect(isAnswer("salt", reused, second)).toBe(true);
  expect(isAnswer("salt", Buffer.alloc(0), hashOfAnswer("salt", [], NOTHING_LASTS))).toBe(true);
});
