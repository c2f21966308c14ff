import { describe, expect, test } from "vitest";
import { LIMITS } from "../../limits.ts";
import { readHl7v2 } from "./hl7v2.ts";

const ONE = "MSH|^~\\&|PAS|Z9911|GW|LDS|20260301120000||ADT^A28|1|P|2.4";
const TWO = "MSH|^~\\&|PAS|Z9911|GW|LDS|20260301120100||ADT^A31|2|P|2.4";
const PID = "PID|||8000002^^^Z9911^MR||Okonjo^Nadia";

async function read(file: string | Uint8Array | readonly Uint8Array[]) {
  const pieces = typeof file === "string" ? [Buffer.from(file)] : file instanceof Uint8Array ? [file] : file;
  const items = [];
  async function* body() {
    yield* pieces;
  }
  for await (const item of readHl7v2(body())) {
    items.push(item.kind === "record" ? [item.kind, item.line, item.raw] : [item.kind, item.issue.line]);
  }
  return items;
}

async function messageOf(file: Uint8Array): Promise<string> {
  for await (const item of readHl7v2(
    (async function* () {
      yield file;
    })(),
  )) {
    return item.kind === "record" ? "" : item.issue.message;
  }
  return "";
}

const both = [
  ["record", 1, `${ONE}\r${PID}\r`],
  ["record", 3, `${TWO}\r${PID}\r`],
];

test.each([
  ["CR", `${ONE}\r${PID}\r${TWO}\r${PID}\r`],
  ["LF", `${ONE}\n${PID}\n${TWO}\n${PID}\n`],
  ["CRLF", `${ONE}\r\n${PID}\r\n${TWO}\r\n${PID}\r\n`],
  ["nothing behind the last", `${ONE}\r${PID}\r${TWO}\r${PID}`],
  ["a byte order mark before the first", `\u{feff}${ONE}\r${PID}\r${TWO}\r${PID}\r`],
])("segments that end with %s are read alike, with the line of each message", async (_name, file) => {
  expect(await read(file)).toEqual(both);
});

test("the framing of MLLP is no part of a message", async () => {
  const framed = `\x0b${ONE}\r${PID}\r\x1c\r\x0b${TWO}\r${PID}\r\x1c\r`;
  expect((await read(framed)).map(([kind, , raw]) => [kind, raw])).toEqual(both.map(([kind, , raw]) => [kind, raw]));
});

test("batch envelopes are passed over", async () => {
  const file = ["FHS|^~\\&", "BHS|^~\\&", ONE, PID, "BTS|1", "BHS|^~\\&", TWO, PID, "BTS|1", "FTS|2", ""].join("\r");
  expect((await read(file)).map(([kind, line]) => [kind, line])).toEqual([
    ["record", 3],
    ["record", 7],
  ]);
});

test("a batch that is not closed gives its messages, and one issue that says so", async () => {
  const file = ["FHS|^~\\&", "BHS|^~\\&", ONE, PID, "BTS|1", ""].join("\r");
  expect((await read(file)).map(([kind, line]) => [kind, line])).toEqual([
    ["record", 3],
    ["stopped", 1],
  ]);
});

test("one byte at a time is read as the whole is", async () => {
  const file = Buffer.from(`\x0b${ONE}\r\n${PID}\r\n\x1c\r${TWO}\n${PID}`);
  const bytes = [...file].map((byte) => Uint8Array.of(byte));
  expect(await read(bytes)).toEqual(await read(file));
  expect((await read(bytes)).length).toBe(2);
});

test("what is no HL7 is one issue for the whole stretch, and the next message is read", async () => {
  expect(await read(`name,date\nA,B\nC,D\n${ONE}\n${PID}\nBTS|1\nrubbish\nmore\n${TWO}\n${PID}\n`)).toEqual([
    ["refused", 1],
    ["record", 4, `${ONE}\r${PID}\r`],
    ["refused", 7],
    ["record", 9, `${TWO}\r${PID}\r`],
  ]);
});

test("a line break within a field refuses its message alone", async () => {
  expect(await read(`${ONE}\nPID|||1||Okonjo^Na\ndia of Leeds\n${TWO}\n${PID}\n`)).toEqual([
    ["refused", 3],
    ["record", 4, `${TWO}\r${PID}\r`],
  ]);
});

test.each([
  ["", [["stopped", 1]]],
  ["\r\n\r\n", [["stopped", 1]]],
  ["MSH", [["record", 1, "MSH\r"]]],
  ["\x1c\r\x0b", [["stopped", 1]]],
])("%j is told as what it is", async (file, items) => {
  expect(await read(file)).toEqual(items);
});

describe("what is too long", () => {
  const long = Buffer.alloc(LIMITS.source_record_bytes_max, "A");

  test("is let go as it comes, and the next message is read", async () => {
    const pieces = [
      Buffer.from(`${ONE}\rPID|||`),
      ...Array.from({ length: 40 }, () => long),
      Buffer.from(`\r${TWO}\r`),
    ];
    expect(await read(pieces)).toEqual([
      ["refused", 1],
      ["record", 3, `${TWO}\r`],
    ]);
  });

  test("is a message of many segments too", async () => {
    const half = Buffer.concat([Buffer.from("ZAA|"), long.subarray(0, long.length / 2), Buffer.from("\r")]);
    expect((await read([Buffer.from(`${ONE}\r`), half, half, half, Buffer.from(`${TWO}\r`)]))[0]).toEqual([
      "refused",
      1,
    ]);
  });

  test("is a header too, which then begins no message", async () => {
    expect(await read([Buffer.from("MSH|"), long, Buffer.from(`\r${PID}\r${TWO}\r`)])).toEqual([
      ["refused", 1],
      ["record", 3, `${TWO}\r`],
    ]);
  });
});

describe("the character set", () => {
  const header = (charset: string): string => `${ONE}||||||${charset}\r`;
  const named = (charset: string, name: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${header(charset)}PID|||1||`), name]);

  test.each([
    ["", Buffer.from("Ó Dálaigh"), "Ó Dálaigh"],
    ["UNICODE UTF-8", Buffer.from("Ó Dálaigh"), "Ó Dálaigh"],
    ["8859/1", Buffer.from("Ó Dálaigh", "latin1"), "Ó Dálaigh"],
    ["8859/15", Buffer.from([0xbd, 0x75]), "œu"],
    ["8859/1~UNICODE UTF-8", Buffer.from("Renée", "latin1"), "Renée"],
    ["ASCII", Buffer.from("Renee"), "Renee"],
  ])("%s is read as declared", async (charset, name, text) => {
    expect(await read(named(charset, name))).toEqual([["record", 1, `${header(charset)}PID|||1||${text}\r`]]);
  });

  test.each([
    ["", Buffer.from("Renée", "latin1"), "no MSH-18"],
    ["UNICODE UTF-8", Buffer.from("Renée", "latin1"), "says UTF-8"],
    ["ASCII", Buffer.from("Renée"), "says ASCII"],
    ["ISO IR87", Buffer.from("Renee"), "not read"],
    ["", Buffer.from("Re\0nee"), "NUL"],
  ])("%s with other bytes is refused, and the reason tells no value", async (charset, name, reason) => {
    const message = await messageOf(named(charset, name));
    expect(message).toContain(reason);
    expect(message).not.toMatch(/Ren|IR87/);
  });

  test("a file of UTF-16 or a compressed one is told as such", async () => {
    expect(await messageOf(Buffer.from(`\u{feff}${ONE}`, "utf16le"))).toContain("UTF-16");
    expect(await messageOf(Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x01]))).toContain("gzip");
  });
});
