import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../limits.ts";
import { MAPPERS } from "../mappers.fixtures.ts";
import { shapesOf } from "../mappers.ts";
import { readCsv } from "./csv.ts";
import { toBareName } from "./csv-header.ts";
import { sniffXml } from "./is-xml.ts";
import { readJson } from "./json.ts";
import type { ReadItem } from "./read-item.ts";
import { readXml } from "./xml.ts";

const SHAPE = { name: "the register", required: ["child", "name"], optional: ["note"] };

setFlagsFromString("--expose-gc");
/** What nobody holds any more is gone after it, whenever it would have been by itself. */
const collect: () => void = runInNewContext("gc");
/** So many megabytes are read before it is looked again how many are held. */
const HELD_EVERY = 8;

/** The bytes of a text in chunks of a size, so that every boundary falls everywhere. */
async function* chunked(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Raw>(items: AsyncIterable<ReadItem<Raw>>): Promise<ReadItem<Raw>[]> {
  const found: ReadItem<Raw>[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A line without end, megabyte by megabyte, between two good ones. */
async function* withLongLine(before: string, megabytes: number, after: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(before);
  const filler = Buffer.alloc(1_048_576, "x");
  for (let count = 0; count < megabytes; count++) yield filler;
  yield Buffer.from(after);
}

const rowsOf = (items: ReadItem<{ row: Readonly<Record<string, string>> }>[]) =>
  items.flatMap((item) => (item.kind === "record" ? [item.raw.row] : []));

test.each([
  ["<a/>", true],
  ["\uFEFF \n<a/>", true],
  ["child,name", false],
  ["\uFEFF{}", false],
  ["", false],
])("%j is XML, in UTF-8 and in UTF-16 of either order: %s", async (text, isXml) => {
  const little = Buffer.from(text, "utf16le");
  for (const bytes of [Buffer.from(text), little, Buffer.from(little).swap16()]) {
    for (const size of [1, 64]) {
      const sniffed = await sniffXml(chunked(bytes, size));
      expect([sniffed.isXml, Buffer.concat(await Array.fromAsync(sniffed.body))]).toEqual([isXml, bytes]);
    }
  }
});

describe("readCsv", () => {
  const good: [string, string, Record<string, string>[]][] = [
    [
      "plain rows",
      "child,name\n1,Ann\n2,Bo\n",
      [
        { child: "1", name: "Ann" },
        { child: "2", name: "Bo" },
      ],
    ],
    ["CRLF and a byte order mark", "\uFEFFchild,name\r\n1,Ann\r\n", [{ child: "1", name: "Ann" }]],
    ["a last line without an end", "child,name\n1,Ann", [{ child: "1", name: "Ann" }]],
    [
      "a line end in quotation marks",
      'child,name\n1,"An\nn"\n2,Bo\n',
      [
        { child: "1", name: "An\nn" },
        { child: "2", name: "Bo" },
      ],
    ],
    ["doubled quotation marks and commas", 'child,name\n1,"A ""B"", C"\n', [{ child: "1", name: 'A "B", C' }]],
    [
      "a quotation mark inside a plain value",
      'child,name\n1,A"B\n2,Bo\n',
      [
        { child: "1", name: 'A"B' },
        { child: "2", name: "Bo" },
      ],
    ],
    ["columns in another order and empty values", "note,name,child\n,Ann, 1 \n", [{ name: "Ann", child: "1" }]],
    ["blank lines", "child,name\n\n1,Ann\n \n", [{ child: "1", name: "Ann" }]],
    [
      "rows of nothing but commas, as a spreadsheet leaves them",
      "child,name\n,\n1,Ann\n , \n",
      [{ child: "1", name: "Ann" }],
    ],
    ["a header in other letters and blanks", " CHILD ,Name\n1,Ann\n", [{ child: "1", name: "Ann" }]],
    ["a column beside another spelling of it", "child,name,NAME\n1,Ann,Bo\n", [{ child: "1", name: "Ann" }]],
    ["letters of several bytes cut by a chunk", "child,name\n1,Zoë Ω 𝒜\n", [{ child: "1", name: "Zoë Ω 𝒜" }]],
  ];
  test.each(good)("reads %s", async (_, text, rows) => {
    for (const size of [1, 3, 1000]) expect(rowsOf(await all(readCsv(chunked(text, size), [SHAPE])))).toEqual(rows);
  });

  const stopped: [string, string | Uint8Array, RegExp][] = [
    ["an empty file", "", /empty/],
    ["a missing column, naming the nearest", "child,Nmae\n1,A\n", /missing "name" \(the file has "Nmae"\)/],
    ["another separator", "child;name\n1;A\n", /missing "child".*"name".*semicolons/],
    ["a column that stands twice", "child,name,name\n", /twice/],
    ["a column that stands twice in two spellings, neither ours", "child,Name,NAME\n", /twice/],
    ["lines that end in carriage returns alone", "child,name\r1,A\r", /carriage returns/],
    ["a compressed file", Buffer.from([0x1f, 0x8b, 8, 0, 0x0a]), /compressed/],
    ["a spreadsheet", Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0x0a]), /spreadsheet/],
    ["UTF-16", Buffer.from("\uFEFFchild,name\n", "utf16le"), /UTF-16/],
  ];
  test.each(stopped)("stops at %s", async (_, text, message) => {
    const items = await all(readCsv(chunked(text), [SHAPE]));
    expect(items).toEqual([{ kind: "stopped", issue: { line: 1, message: expect.stringMatching(message) } }]);
  });

  const refused: [string, string | Uint8Array, number, RegExp][] = [
    ["too few columns", "child,name\n1\n2,Bo\n", 2, /1 columns where the header has 2/],
    [
      "commas alone, fewer than there are columns",
      "child,name,note\n,\n2,Bo,\n",
      2,
      /2 columns where the header has 3/,
    ],
    ["too many columns", "child,name\n1,A,B\n2,Bo\n", 2, /3 columns where the header has 2/],
    ["a NUL byte", "child,name\n1,A\0\n2,Bo\n", 2, /NUL/],
    ["bytes that are no text", Buffer.from("child,name\n1,A\xff\n2,Bo\n", "latin1"), 2, /UTF-8/],
    ["text behind a closed quotation mark", 'child,name\n1,"A"b\n2,Bo\n', 2, /quotation mark/],
  ];
  test.each(refused)("refuses one row with %s and reads on", async (_, text, line, message) => {
    const items = await all(readCsv(chunked(text), [SHAPE]));
    expect(items[0]).toMatchObject({ kind: "refused", issue: { line, message: expect.stringMatching(message) } });
    expect(rowsOf(items)).toEqual([{ child: "2", name: "Bo" }]);
  });

  test.each([
    ["at the end of the file", 'child,name\n1,"Ann\n2,Bo\n3,"C, d"\n4,E', [2], ["Bo", "C, d", "E"]],
    ["before a quoted value", 'child,name\n1,"Ann\n2,Bo\n3,"C"\n4,E\n', [2], ["Bo", "C", "E"]],
    ["twice", 'child,name\n1,"Ann\n2,"Bo\n3,C\n', [2, 3], ["C"]],
    ["behind a quoted line end", 'child,name\n1,"A\nnn"\n2,"Bo\n3,C\n', [4], ["A\nnn", "C"]],
  ])("an unclosed quotation mark %s spoils its own line alone", async (_, text, lines, names) => {
    for (const size of [1, 1000]) {
      const items = await all(readCsv(chunked(text, size), [SHAPE]));
      expect(items.flatMap((item) => (item.kind === "refused" ? [item.issue.line] : []))).toEqual(lines);
      expect(rowsOf(items).map(({ name }) => name)).toEqual(names);
    }
  });

  test("repeats nothing of a first line that names no column, since it may be of a child", async () => {
    const [item] = await all(readCsv(chunked("7,Nam\n8,Bo\n"), [SHAPE]));
    const { message = "" } = item?.kind === "stopped" ? item.issue : {};
    expect(message).toContain("first line of a file must name them");
    expect(message).not.toContain('Nam"');
  });

  test("no two columns of a file of any source are spellings of one name, but the one that is published in two", () => {
    const shapes = Object.values(MAPPERS).flatMap((mapper) => [...shapesOf(mapper)]);
    expect(shapes.length).toBeGreaterThan(15);
    const ambiguous = shapes.flatMap(({ name, required, optional }) => {
      const names = [...required, ...optional].map(toBareName);
      return names.filter((bare, index) => names.indexOf(bare) !== index).map((bare) => `${name}.${bare}`);
    });
    expect(ambiguous).toEqual(["EYFS profile.fspla9code"]);
  });

  test("names unknown columns that had a value, and keeps their values out", async () => {
    const items = await all(readCsv(chunked("child,name,__proto__,shoe\n1,Ann,x,\n2,Bo,,4\n"), [SHAPE]));
    expect(items.map((item) => item.kind === "record" && item.notCarried)).toEqual([["__proto__"], ["shoe"]]);
    expect(JSON.stringify(items)).not.toContain('"x"');
  });

  test("tells tables apart by their header", async () => {
    const other = { name: "other", required: ["child", "weight"], optional: [] };
    const [item] = await all(readCsv(chunked("child,weight\n1,3\n"), [SHAPE, other]));
    expect(item).toMatchObject({ kind: "record", raw: { shape: { name: "other" } } });
  });

  test.each([
    ["plain", "child,name\n1,"],
    ["with an open quotation mark", 'child,name\n1,"'],
  ])("refuses a 64 MB line %s without holding it, and reads on after it", async (_, before) => {
    const held = (): number => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const start = held();
    let peak = start;
    let chunks = 0;
    const items: ReadItem<{ row: Readonly<Record<string, string>> }>[] = [];
    const body = withLongLine(before, 64, "\n2,Bo\n");
    const watched = (async function* () {
      for await (const chunk of body) {
        chunks += 1;
        if (chunks % HELD_EVERY === 0) peak = Math.max(peak, held());
        yield chunk;
      }
    })();
    for await (const item of readCsv(watched, [SHAPE])) items.push(item);
    expect(items[0]).toMatchObject({
      kind: "refused",
      issue: { line: 2, message: expect.stringMatching(/longer than/) },
    });
    expect(rowsOf(items)).toEqual([{ child: "2", name: "Bo" }]);
    expect(peak - start).toBeLessThan(32 * 1_048_576);
  });
});

const XML = { root: "file", header: "head", repeated: "list/item" };
const xml = (items: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<file><head><a>1</a></head>\n<list>${items}</list></file>`;

describe("readXml", () => {
  test("gives each repeated element with the header, its line and its text", async () => {
    const text = xml('\n<item id="7"><name> Zoë &amp; co </name><name/></item>\n<item/>');
    for (const size of [1, 5, 1000]) {
      const items = await all(readXml(chunked(text, size), XML));
      expect(items).toHaveLength(2);
      expect(items[0]).toMatchObject({
        kind: "record",
        line: 4,
        raw: {
          header: { name: "head", children: [{ name: "a", text: "1" }] },
          element: { name: "item", attributes: { id: "7" }, children: [{ text: "Zoë & co" }, { text: "" }] },
        },
      });
      expect(items[1]).toMatchObject({ kind: "record", line: 5 });
    }
  });

  test("reads the encoding that the declaration names", async () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1"?><file><head/><list><item>Zo\xeb</item></list></file>';
    const [item] = await all(readXml(chunked(Buffer.from(text, "latin1")), XML));
    expect(item).toMatchObject({ kind: "record", raw: { element: { text: "Zoë" } } });
  });

  const bad: [string, string, number, RegExp][] = [
    ["a file that is cut off", "<file><head/>\n<list><item>1</item>\n<item>2</it", 1, /not well-formed/],
    ["a tag that closes another", "<file><head/>\n<list><item>1</item>\n<item>2</list>", 1, /not well-formed/],
    ["a document type declaration", '<!DOCTYPE file [<!ENTITY a "b">]>\n<file><head/></file>', 0, /document type/],
    [
      "an entity that XML does not know",
      "<file><head/><list><item>1</item><item>&a;</item></list></file>",
      1,
      /undefined entity/,
    ],
    ["another root", "<other/>", 0, /root element is not <file>/],
    ["a record before the header", "<file><list><item/></list></file>", 0, /comes before <head>/],
    ["an empty file", "", 0, /not well-formed/],
    ["elements too deep", `<file><head/><list><item>1</item><item>${"<a>".repeat(40)}`, 1, /deeper/],
    ["an unread encoding", '<?xml version="1.0" encoding="EBCDIC"?><file/>', 0, /encoding/],
  ];
  test.each(bad)("stops at %s after the records before it", async (_, text, count, message) => {
    const items = await all(readXml(chunked(text), XML));
    expect(items.filter((item) => item.kind === "record")).toHaveLength(count);
    const last = items.at(-1);
    expect(last).toMatchObject({ kind: "stopped", issue: { message: expect.stringMatching(message) } });
    expect(items).toHaveLength(count + 1);
  });

  test("names line and column of a truncation", async () => {
    const [last] = (await all(readXml(chunked("<file><head/>\n<list><item>\n  <na"), XML))).slice(-1);
    expect(last).toMatchObject({ kind: "stopped", issue: { line: 3, column: expect.any(Number) } });
  });

  test("refuses a record that is too large, or is not text, and reads on", async () => {
    const large = `<item>${"<a>0123456789</a>".repeat(80_000)}</item>`;
    const items = await all(readXml(chunked(xml(`<item>1</item>${large}<item>2</item>`), 4096), XML));
    expect(items.map((item) => item.kind)).toEqual(["record", "refused", "record"]);
    const bytes = Buffer.from(xml("<item>A\u00ff</item><item>2</item>"), "latin1");
    expect((await all(readXml(chunked(bytes), XML))).map((item) => item.kind)).toEqual(["refused", "record"]);
  });

  test("gives up on a text without end instead of holding it", async () => {
    const items = await all(readXml(withLongLine("<file><head/><list><item>1</item><item>", 64, "</item>"), XML));
    expect(items.map((item) => item.kind)).toEqual(["record", "stopped"]);
  });
});

describe("readJson", () => {
  test("reads a document over several lines, or one document a line", async () => {
    for (const size of [1, 1000]) {
      const one = await all(readJson(chunked('\n{\n "a": [1, "b"]\n}\n', size), { lines: false }));
      expect(one).toEqual([{ kind: "record", line: 1, raw: { a: [1, "b"] }, notCarried: [] }]);
      const two = await all(readJson(chunked('{"a":1}\n\n{"a":2}', size), { lines: false }));
      expect(two).toMatchObject([
        { line: 1, raw: { a: 1 } },
        { line: 3, raw: { a: 2 } },
      ]);
    }
  });

  test("refuses a bad line of several and reads on", async () => {
    const items = await all(readJson(chunked('{"a":1}\n{"a":\n{"a":3}\n'), { lines: true }));
    expect(items.map((item) => item.kind)).toEqual(["record", "refused", "record"]);
    expect(items[1]).toMatchObject({ issue: { line: 2, column: 6 } });
  });

  const bad: [string, string, number, number, RegExp][] = [
    ["an empty body", "", 1, 1, /ends where a value/],
    ["words", "not json", 1, 1, /expected a value/],
    ["a comma too many", '{\n  "a": 1,\n}', 3, 1, /property name/],
    ["a document that is cut off", '{"a": [1,', 2, 1, /ends where/],
    ["a property that stands twice", '{"a":1,\n"\\u0061":2}', 2, 1, /twice/],
    ["a property __proto__", '{"__proto__":{}}', 1, 2, /__proto__/],
    ["nesting too deep", "[".repeat(40), 1, 33, /deeper/],
    ["a raw control character", '{"a":"\t"}', 1, 6, /string/],
    ["a second document on the line", '{"a":1}{', 1, 8, /follows/],
  ];
  test.each(bad)("stops at %s with line and column", async (_, text, line, column, message) => {
    expect(await all(readJson(chunked(text), { lines: false }))).toEqual([
      { kind: "stopped", issue: { line, column, message: expect.stringMatching(message) } },
    ]);
  });

  test("refuses a document that is too large without holding it", async () => {
    const body = withLongLine('{"a":"', 2 + LIMITS.source_message_bytes_max / 1_048_576, '"}\n{"a":1}');
    expect((await all(readJson(body, { lines: false }))).map((item) => item.kind)).toEqual(["stopped"]);
    const lines = withLongLine('{"a":"', 2 + LIMITS.source_message_bytes_max / 1_048_576, '"}\n{"a":1}');
    expect((await all(readJson(lines, { lines: true }))).map((item) => item.kind)).toEqual(["refused", "record"]);
  });
});
