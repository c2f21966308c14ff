import { describe, expect, test } from "vitest";
import { decodeBody, lengthOf, vocabularyOf } from "./body-code.ts";
import { encodeBody, encodeEnd, indexWords } from "./encode-body.ts";

const WORDS = Buffer.from('{"resourceType":"Observation","id":"","status":"final","subject":{"reference":"Patient/"}}');
const INDEX = indexWords(WORDS);
const UUID = "4726db41-45d5-4c7c-8a7a-bdad5b367401";

function recoded(body: Uint8Array, words = WORDS): Buffer {
  return decodeBody(encodeBody(body, 1, indexWords(words)), words);
}

describe("a body", () => {
  test.each([
    ["without a byte", ""],
    ["of one byte", "{"],
    ["that is all words", WORDS.toString()],
    ["that has no words", "0123456789 abcdefghij ".repeat(40)],
    ["with a UUID between words", `{"resourceType":"Observation","id":"${UUID}","status":"final"}`],
    ["that begins and ends with a UUID", `${UUID}${UUID}`],
    ["with a UUID in capitals", UUID.toUpperCase()],
    ["with what is nearly a UUID", `${UUID.slice(0, -1)}g ${UUID.replace("-4", "_4")} ${UUID.slice(1)}`],
    ["of letters beyond ASCII", "Zoë Małgorzata 王 🙂, Patient/Zoë"],
    ["whose words end in the middle", '"reference":"Patien'],
  ])("%s is read as it was put", (_, text) => {
    expect(recoded(Buffer.from(text)).toString()).toBe(text);
    expect(lengthOf(encodeBody(Buffer.from(text), 1, INDEX))).toBe(Buffer.byteLength(text));
  });

  test("of any bytes is read as it was put, whatever the words", () => {
    let seed = 7;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 400; round++) {
      const words = Buffer.from(Array.from({ length: next(300) }, () => next(3)));
      const body = Buffer.from(Array.from({ length: next(900) }, () => next(round % 2 === 0 ? 3 : 256)));
      expect(recoded(body, words).equals(body)).toBe(true);
      const start = body.subarray(0, next(body.length + 1));
      const rest = body.subarray(start.length);
      const tokens = encodeEnd(rest, indexWords(words));
      if (tokens !== undefined) {
        const inParts = encodeBody({ start, end: tokens, end_bytes: rest.length }, 1, indexWords(words));
        expect(decodeBody(inParts, words).equals(body)).toBe(true);
        expect(lengthOf(inParts)).toBe(body.length);
      }
      if (body[0] !== 0) expect(encodeBody(body, 1, indexWords(words)).length).toBeLessThanOrEqual(body.length);
    }
  });

  test.each([133, 134, 260, 261, 20_000])("copies %i bytes of the words at once", (length) => {
    const words = Buffer.from(Array.from({ length }, (_, n) => (n * n) % 251));
    const coded = encodeBody(words, 1, indexWords(words));
    expect(coded.length).toBeLessThan(12);
    expect(decodeBody(coded, words).equals(words)).toBe(true);
  });

  test("is coded to the number of its words, its length and its tokens", () => {
    const coded = encodeBody(Buffer.from(`"Patient/${UUID}."`), 300, INDEX);
    const place = WORDS.indexOf('"Patient/');
    expect([...coded]).toEqual([
      ...[0, 0xac, 0x02, 47],
      ...[0x80 + 3, place, 0],
      ...[0x7f, ...Buffer.from(UUID.replaceAll("-", ""), "hex")],
      ...[1, ...Buffer.from('."')],
    ]);
    expect(vocabularyOf(coded)).toBe(300);
  });

  test("that has too few words is kept as it came", () => {
    const body = Buffer.from("no words of it");
    expect(encodeBody(body, 1, INDEX)).toBe(body);
    expect(vocabularyOf(body)).toBeUndefined();
    expect(decodeBody(body, undefined).toString()).toBe("no words of it");
  });

  test("has no end that is coded before where its tokens would be as long", () => {
    expect(encodeEnd(Buffer.from("no words of it"), INDEX)).toBeUndefined();
    expect(encodeEnd(new Uint8Array(), INDEX)).toBeUndefined();
  });

  test("that is cut off, or names words that are not there, is refused", () => {
    const coded = encodeBody(Buffer.from(`{"resourceType":"Observation","id":"${UUID}"} and more`), 1, INDEX);
    for (let length = 1; length < coded.length; length++) {
      expect(() => decodeBody(coded.subarray(0, length), WORDS)).toThrow("ends before its end");
    }
    expect(() => decodeBody(coded, WORDS.subarray(0, 9))).toThrow("ends before its end");
  });
});

test("more words than two bytes can find are refused", () => {
  expect(() => indexWords(new Uint8Array(65_536))).not.toThrow();
  expect(() => indexWords(new Uint8Array(65_537))).toThrow(RangeError);
});
