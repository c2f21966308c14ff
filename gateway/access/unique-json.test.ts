import { describe, expect, test } from "vitest";
import { hasRepeatedMember, parseSegment } from "./unique-json.ts";

const encode = (text: string | Buffer): string => Buffer.from(text).toString("base64url");

describe("a member that stands twice", () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"b":{"c":1,"c":2}}',
    '[{"a":1,"a":1}]',
    '{"a":1,"\\u0061":2}',
    '{"a" : 1 , "a" : 2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":"}{","a":1}',
  ])("is found in %s", (text) => {
    expect(hasRepeatedMember(text)).toBe(true);
  });

  test.each([
    '{"a":1,"b":2}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":["a","a"],"b":[{"a":1}]}',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":":","b":"{\\"b\\":1"}',
    '{"A":1,"a":2}',
    "{}",
    '"a"',
    "1",
  ])("is not seen in %s", (text) => {
    expect(hasRepeatedMember(text)).toBe(false);
  });
});

describe("a segment", () => {
  test("is the object that it holds", () => {
    expect(parseSegment(encode('{"a":1}'))).toEqual({ a: 1 });
  });

  test.each([
    { name: "that is absent", segment: undefined },
    { name: "that is empty", segment: "" },
    { name: "with padding", segment: "eyJhIjoxfQ==" },
    { name: "with spare bits", segment: "e31" },
    { name: "in plain base64", segment: Buffer.from('{"a":"??>"}').toString("base64") },
    { name: "that is no JSON", segment: encode("{a:1}") },
    { name: "that is a list", segment: encode("[1]") },
    { name: "that is null", segment: encode("null") },
    { name: "that is a text", segment: encode('"a"') },
    { name: "that is not UTF-8", segment: encode(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])) },
    { name: "with a byte order mark", segment: encode('\ufeff{"a":1}') },
    { name: "with more behind its end", segment: encode('{"a":1}{}') },
    { name: "that says something twice", segment: encode('{"alg":"ES384","alg":"none"}') },
    { name: "nested without end", segment: encode(`{"a":${"[".repeat(10_000)}`) },
  ])("$name is none", ({ segment }) => {
    expect(parseSegment(segment)).toBeUndefined();
  });

  test("with a member named like a prototype has it as its own", () => {
    const members = parseSegment(encode('{"__proto__":{"alg":"ES384"}}'));
    expect(members?.alg).toBeUndefined();
  });
});
