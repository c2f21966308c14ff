import { createReadStream, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { recordsOf, startLine, type TestLine } from "./line.fixtures.ts";

const fixture = (form: "json" | "xml"): URL => new URL(`./fixtures/early-years-progress.${form}`, import.meta.url);
const XML = readFileSync(fixture("xml"), "utf8");
let line: TestLine;

afterEach(() => line.close());

test.each([
  ["JSON", "XML", ["json", "xml"] as const],
  ["XML", "JSON", ["xml", "json"] as const],
])("a message as %s is the same record as %s", async (_, __, [first, second]) => {
  line = startLine();
  const made = await line.send("digital-child-health", createReadStream(fixture(first)));
  expect(made).toMatchObject({ received: 1, committed: 1, issues: [], resources: { Consent: 1, Provenance: 1 } });
  const before = await recordsOf(line.store);
  const again = await line.send("digital-child-health", createReadStream(fixture(second)));
  expect(again).toMatchObject({ received: 1, unchanged: 1, resources: {} });
  expect(await recordsOf(line.store)).toEqual(before);
});

test.each([
  ["a byte order mark before it", `\uFEFF${XML.slice(XML.indexOf("<Bundle"))}`, {}],
  ["blank lines before it", `\n\n  ${XML.slice(XML.indexOf("<Bundle"))}`, {}],
  ["the content type of JSON", XML, { contentType: "application/fhir+json" }],
  ["a file name that says NDJSON", XML, { fileName: "messages.ndjson" }],
])("XML is known by its first character, with %s", async (_, text, told) => {
  line = startLine();
  expect(await line.send("digital-child-health", text, told)).toMatchObject({ committed: 1, quarantined: 0 });
});

const broken: [string, string, { line: number; column?: number }, RegExp][] = [
  ["is cut off", XML.slice(0, XML.indexOf("<Patient") + 5), { line: 56, column: 12 }, /not well-formed/],
  ["closes another element", XML.replace("</Patient>", "</Parent>"), { line: 77 }, /not well-formed/],
  ["declares a document type", `<!DOCTYPE Bundle [<!ENTITY a "b">]>\n${XML}`, { line: 1 }, /document type/],
  ["names an entity", XML.replace('"CH010"', '"&lol;"'), { line: 26 }, /undefined entity/],
  ["goes too deep", `<Bundle>${"<a>".repeat(40)}`, { line: 1, column: 106 }, /deeper than 32/],
  ["is in no known encoding", XML.replace("UTF-8", "EBCDIC"), { line: 1 }, /encoding/],
  ["is empty", " \n", { line: 1 }, /not JSON/],
];
test.each(broken)(
  "a message that %s is refused with its place, and nothing of it is in",
  async (_, text, at, message) => {
    line = startLine();
    const receipt = await line.send("digital-child-health", text);
    expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    expect(receipt.issues).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(receipt.issues).toMatchObject([{ ...at, column: expect.any(Number) }]);
    expect(await recordsOf(line.store)).toEqual([]);
  },
);

test("XML that is no message is refused by what it should have been", async () => {
  line = startLine();
  const receipt = await line.send("digital-child-health", "<Patient/>");
  expect(receipt).toMatchObject({ received: 1, quarantined: 1 });
  expect(JSON.stringify(receipt.issues)).toMatch(/Bundle/);
});

test("bytes that are not text in the file's encoding are refused, not replaced", async () => {
  line = startLine();
  const bytes = Buffer.from(XML.replace("Adeyemi", "Ad\u00ebyemi"), "latin1");
  const receipt = await line.send(
    "digital-child-health",
    (async function* () {
      yield bytes;
    })(),
  );
  expect(receipt).toMatchObject({ quarantined: 1, issues: [{ message: expect.stringMatching(/UTF-8/) }] });
});

test("a document without end is given up, not held", async () => {
  line = startLine();
  const endless = (async function* () {
    yield Buffer.from("<Bundle><id value='");
    const filler = Buffer.alloc(1_048_576, "x");
    for (let megabytes = 0; megabytes < 64; megabytes++) yield filler;
  })();
  const receipt = await line.send("digital-child-health", endless);
  expect(receipt).toMatchObject({ quarantined: 1, issues: [{ message: expect.stringMatching(/longer than/) }] });
});
