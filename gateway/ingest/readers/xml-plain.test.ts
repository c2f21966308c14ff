import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadItem } from "./read-item.ts";
import { readXml, type XmlRecord } from "./xml.ts";
import { readPlainElement } from "./xml-plain.ts";

const SHAPE = { root: "file", header: "head", repeated: "list/item" };
const OPTIONS = { name: "item", line: 1, depth_max: 8, characters_max: 1_000 };

const unusual = [
  ["an attribute", '<item id="1"><a>1</a></item>'],
  ["a reference", "<item><a>1 &amp; 2</a></item>"],
  ["a comment", "<item><!-- </item> --><a>1</a></item>"],
  ["a CDATA section", "<item><![CDATA[1]]></item>"],
  ["a processing instruction", "<item><?a b?></item>"],
  ["an element closed by another name", "<item><a>1</b></item>"],
  ["an element that is never closed", "<item><a>1</item>"],
  ["an element within one of its own name", "<item><item>1</item></item>"],
  ["a name that XML does not know", "<item><1>1</1></item>"],
  ["a control character", "<item>\u0001</item>"],
  ["what was misread", "<item>\ufffd</item>"],
  ["a line end of older systems", "<item>1\r2</item>"],
  ["an element of another name before it", "<other/><item>1</item>"],
  ["too many levels", `<item>${"<a>".repeat(8)}${"</a>".repeat(8)}</item>`],
  ["too many characters", `<item>${"1".repeat(1_000)}</item>`],
] as const;

test.each(unusual)("an element with %s is left to a whole parser", (_, text) => {
  expect(readPlainElement(text, 0, OPTIONS)).toBe("unusual");
});

test("an element whose end has not come is waited for until it is too long", () => {
  expect(readPlainElement("<item><a>1</a></it", 0, OPTIONS)).toBe("incomplete");
  expect(readPlainElement(`<item>${"1".repeat(1_000)}`, 0, OPTIONS)).toBe("unusual");
});

/** What a record may be made of, right and wrong, so that plain and unusual ones follow each other. */
const PARTS = [
  ..."<a> </a> <b-1> </b-1> <c> </c> <d/> <item> </item> </item> <item> x é 😀 & &amp; &#65; <!--x--> <![CDATA[y]]> <?p?>".split(
    " ",
  ),
  ..."]]> > \u0001 \ufffd < a='1'> <a><b-1>2</b-1></a> <a>3</a> <c>4</c>".split(" "),
  " ",
  "\n",
  "\r\n",
  "\r",
  "\t",
];

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(records: string, size: number): Promise<readonly ReadItem<XmlRecord>[]> {
  const text = `<?xml version="1.0"?>\n<file><head/>\n<list>${records}</list></file>`;
  const items: ReadItem<XmlRecord>[] = [];
  for await (const item of readXml(inPieces(Buffer.from(text), size), SHAPE)) items.push(item);
  return items;
}

test("whatever a file holds, it is read as by the whole parser alone, to the line and column of what is wrong", async () => {
  const record = fc.oneof(
    fc.constant("\n  <item>\r\n    <a>1</a><b-1>\n2 </b-1> x\n</item>"),
    fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }).map((parts) => `<item>${parts.join("")}</item>`),
    fc.array(fc.constantFrom(...PARTS), { maxLength: 4 }).map((parts) => parts.join("")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 6 }), fc.integer({ min: 1, max: 400 }), async (records, size) => {
      const text = records.join("");
      // An attribute on each record sends all of them through the parser; its columns are then too far by as much.
      const slow = await readAll(text.replaceAll("<item>", "<item\u0020>"), 65_536);
      expect(withoutColumns(await readAll(text, size))).toEqual(withoutColumns(slow));
    }),
    { numRuns: 2_000 },
  );
});

function withoutColumns(items: readonly ReadItem<XmlRecord>[]) {
  return items.map((item) =>
    item.kind === "record" ? item : { ...item, issue: { ...item.issue, column: undefined } },
  );
}

test("behind plain records the column of what is wrong is that of the file", async () => {
  const items = await readAll("<item>1</item><item>2</item>\n <item>3</item><item><a></item>", 7);
  expect(items.at(-1)).toMatchObject({ kind: "stopped", issue: { line: 4, column: 32 } });
});
