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

/** A message of the mapper's own fixtures, changed where told. */
function messageOf(name: string, change: (message: Message) => void = () => undefined): string {
  const file = new URL(`../../mappers/digital-child-health/fixtures/${name}.json`, import.meta.url);
  const { message }: { readonly message: Message } = JSON.parse(readFileSync(file, "utf8"));
  change(message);
  return JSON.stringify(message);
}

interface Message {
  readonly entry: { resource: Record<string, unknown> }[];
}

const writtenAt =
  (lastUpdated: string) =>
  ({ entry }: Message): void => {
    const [header] = entry;
    if (header !== undefined) header.resource.meta = { lastUpdated };
  };

test("an update replaces what the first message made, and a deletion takes all of it back", async () => {
  line = startLine();
  const first = await line.send("digital-child-health", messageOf("observations"));
  expect(first).toMatchObject({ committed: 1, resources: { Observation: 5 } });
  const update = messageOf("observations", (message) => {
    writtenAt("2025-05-13T09:00:00Z")(message);
    message.entry.pop();
  });
  expect(await line.send("digital-child-health", update)).toMatchObject({ committed: 1, quarantined: 0 });
  const gone = await line.send(
    "digital-child-health",
    messageOf("observations-deleted", writtenAt("2025-05-14T09:00:00Z")),
  );
  expect(gone).toMatchObject({ committed: 1, quarantined: 0, resources: { Observation: 4 } });
});

test("a message that was written before the one held changes nothing, and is told", async () => {
  line = startLine();
  await line.send("digital-child-health", messageOf("observations", writtenAt("2025-05-13T09:00:00Z")));
  const before = await recordsOf(line.store);
  const late = messageOf("observations", (message) => {
    writtenAt("2025-05-12T09:00:00Z")(message);
    message.entry.pop();
  });
  const receipt = await line.send("digital-child-health", late);
  expect(receipt).toMatchObject({ committed: 0, unchanged: 1, quarantined: 0 });
  expect(receipt.issues.map(({ severity }) => severity)).toContain("warning");
  expect(await recordsOf(line.store)).toEqual(before);
});

test("a deletion of what was never there is told, and a first message that comes after it does not bring it back", async () => {
  line = startLine();
  const gone = await line.send(
    "digital-child-health",
    messageOf("observations-deleted", writtenAt("2025-05-14T09:00:00Z")),
  );
  expect(gone).toMatchObject({ received: 1, quarantined: 0 });
  expect(gone.issues.map(({ severity }) => severity)).toEqual(["warning"]);
  const late = await line.send("digital-child-health", messageOf("observations", writtenAt("2025-05-12T09:00:00Z")));
  expect(late).toMatchObject({ committed: 0, unchanged: 1, resources: {} });
});

test.each([
  ["an event that is not served", messageOf("legal-information-is-refused"), ["764841000000100", "Adeyemi"]],
  [
    "a message that is refused for something else",
    messageOf("safeguarding-codes-and-relatives-are-dropped", ({ entry }) => {
      const header = entry[0]?.resource;
      if (header !== undefined) header.extension = [];
    }),
    ["1064461000000103", "836881000000105", "RelatedPerson"],
  ],
])("of %s nothing that is dropped at the door is in quarantine", async (_, text, secrets) => {
  line = startLine();
  const receipt = await line.send("digital-child-health", text);
  expect(receipt).toMatchObject({ quarantined: 1 });
  const [held] = await line.store.quarantined({ sources: [receipt.source] }, 10);
  expect(held?.content).toContain("MessageHeader");
  for (const secret of secrets) {
    expect(text).toContain(secret);
    expect(held?.content).not.toContain(secret);
  }
});
