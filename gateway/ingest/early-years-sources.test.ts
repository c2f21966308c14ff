import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CsvRow, DataClass, SourceKind } from "#mappers/mapper.ts";
import { decideVisibility } from "../disclosure/decide-visibility.ts";
import { recordsOf, startLine, type TestLine } from "./line.fixtures.ts";

let line: TestLine;

beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

const MAPPERS_FOLDER = new URL("../../mappers/", import.meta.url);
const HEADER = "H,EYC,SPR,2026,2026-01-15,L,383,Invented Supplier,1.4,001,2026-01-21T10:36:42";

function fixture(path: string): string {
  return readFileSync(new URL(path, MAPPERS_FOLDER), "utf8");
}

function rowOf(path: string): CsvRow {
  return JSON.parse(fixture(path)).row;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A file of one row: column names and values, all in quotation marks. */
function toFile(row: CsvRow, header = ""): string {
  const columns = Object.keys(row).filter((column) => !column.startsWith("H."));
  return `${header}${columns.map(quoted).join(",")}\n${columns.map((column) => quoted(row[column] ?? "")).join(",")}\n`;
}

const CENSUS = toFile(rowOf("early-years-census/fixtures/every-field.json"), `${HEADER}\n`);
const CENSUS_XML = fixture("early-years-census/fixtures/every-field.xml");
const CHECK = toFile(rowOf("progress-check/fixtures/every-column.json"));
const CHECK_IN_LINES = toFile(rowOf("progress-check/fixtures/lines-and-quotation-marks-in-a-text.json"));

async function stored() {
  const records = await recordsOf(line.store);
  return records.flatMap(({ resources }) =>
    resources
      .filter(({ type }) => type !== "Provenance")
      .map(({ type, id, version, body }) => ({ type, id, version, body: String(body) })),
  );
}

async function* bytes(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

describe("the early years census", () => {
  test("makes the same versions of the same resources of a child, told in CSV or in XML", async () => {
    const first = await line.send("early-years-census", CENSUS);
    expect(first).toMatchObject({ received: 1, committed: 1, quarantined: 0, resources: { Observation: 10 } });
    const told = await stored();
    const again = await line.send("early-years-census", CENSUS_XML);
    expect(again).toMatchObject({ received: 1, quarantined: 0 });
    expect(await stored()).toEqual(told);
    expect(told.length).toBe(10);
  });

  test.each([
    ["CSV", CENSUS],
    ["XML", CENSUS_XML],
  ])("is taken in again from what was kept of its %s form, with nothing new", async (_form, file) => {
    await line.send("early-years-census", file);
    const told = await stored();
    expect(await line.replaySource("early-years-census")).toMatchObject({ received: 1, unchanged: 1, quarantined: 0 });
    expect(await stored()).toEqual(told);
  });

  test.each([
    ["CSV", CENSUS],
    ["XML", CENSUS_XML],
  ])("of its %s form keeps nothing of what is dropped at the door, but its names", async (_form, file) => {
    const receipt = await line.send("early-years-census", file);
    const dropped = ["EYPPBF", "FundingBasis", "EligibilityCode", "ThirtyHourCode"];
    expect(receipt.notCarried).toEqual(
      expect.arrayContaining(dropped.map((field) => ({ field, droppedAtDoor: true }))),
    );
    const spoilt = file.replace("2022-11-03", "2022-02-30");
    expect(await line.send("early-years-census", spoilt)).toMatchObject({ quarantined: 1 });
    const held = await line.store.quarantined({ sources: ["leeds-eyc"] }, 10);
    const raw = await Promise.all(
      (await recordsOf(line.store)).flatMap(({ contributions }) =>
        contributions.map(({ source, localId }) => line.store.raw(source, `${localId}/2026-SPR`)),
      ),
    );
    expect([held.length, raw.length, raw[0]?.content.includes("ML-0042")]).toEqual([1, 1, true]);
    expect(JSON.stringify([held, raw, receipt])).not.toContain("50000000000");
  });

  test.each<readonly [string, (file: string) => AsyncIterable<Uint8Array> | string, number]>([
    ["a byte order mark", (file) => `\uFEFF${file}`, 1],
    ["line ends of Windows", (file) => file.replaceAll("\n", "\r\n"), 1],
    ["an empty line after the header record", (file) => file.replace("\n", "\n\n"), 1],
    ["a header record that a spreadsheet filled up", (file) => file.replace(HEADER, `${HEADER},,,,,,,`), 1],
    ["a header record that is not closed", (file) => file.replace(HEADER, `H,"EYC,SPR`), 0],
    ["no header record", (file) => file.slice(file.indexOf("\n") + 1), 0],
    ["a header record and nothing else", (file) => file.slice(0, file.indexOf("\n")), 0],
    ["a header record of another collection", (file) => file.replace("H,EYC", "H,FSP"), 0],
    ["a header record in quotation marks", (file) => file.replace("H,EYC,SPR", '"H","EYC","SPR"'), 1],
    ["a header record cut short", (file) => file.replace(HEADER, "H,EYC,SPR"), 0],
    ["the header record twice", (file) => `${HEADER}\n${file}`, 0],
    ["a column twice", (file) => file.replace('"UPN"', '"Surname"'), 0],
    ["semicolons for commas", (file) => file.replaceAll('","', '";"'), 0],
    ["bytes of Windows-1252", (file) => bytes(Buffer.from(file.replace("Robin", "Renée"), "latin1")), 0],
    ["UTF-16", (file) => bytes(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(file, "utf16le")])), 0],
    ["a NUL", (file) => file.replace("Robin", "Ro\0bin"), 0],
    ["an unclosed quotation mark", (file) => file.replace('"Robin"', '"Robin'), 0],
    ["dates as a spreadsheet writes them", (file) => file.replace("2022-11-03", "03/11/2022"), 1],
    ["a date as a spreadsheet counts it", (file) => file.replace("2022-11-03", "44868"), 0],
    ["a number as a spreadsheet shortens it", (file) => file.replace('"799990"', '"7.9999E+05"'), 0],
    ["a formula for a name", (file) => file.replace('"Robin"', '"=HYPERLINK(""http://x"")"'), 1],
    ["a row cut short", (file) => `${file.slice(0, file.lastIndexOf(","))}\n`, 0],
  ])("with %s is taken in or held back, and counted either way", async (_what, spoil, committed) => {
    const receipt = await line.send("early-years-census", spoil(CENSUS));
    expect(receipt.committed).toBe(committed);
    expect(receipt.received).toBe(receipt.committed + receipt.unchanged + receipt.quarantined);
    expect(receipt.received).toBeGreaterThan(0);
    expect(JSON.stringify(receipt)).not.toMatch(/Robin|F383399925001|Invented Street/);
  });

  test.each<readonly [string, (file: string) => string]>([
    ["an entity bomb", (file) => file.replace("<Message>", '<!DOCTYPE m [<!ENTITY a "aaaa">]><Message>')],
    ["its end missing", (file) => file.slice(0, file.indexOf("<SENprovision>"))],
    ["another root", (file) => file.replaceAll("Message>", "CTfile>")],
    ["an element read once standing twice", (file) => file.replace("<Sex>F</Sex>", "<Sex>F</Sex><Sex>M</Sex>")],
    ["no header", (file) => file.replace(/<Header>.*<\/Header>/s, "")],
    ["two envelopes", (file) => file + file],
  ])("in XML with %s makes nothing it should not, and is counted", async (_what, spoil) => {
    const receipt = await line.send("early-years-census", spoil(CENSUS_XML));
    expect(receipt.received).toBe(receipt.committed + receipt.unchanged + receipt.quarantined);
    expect(receipt.quarantined).toBeGreaterThan(0);
  });
});

describe("the progress check", () => {
  test("keeps the lines of a text, and its quotation marks", async () => {
    expect(await line.send("progress-check", CHECK_IN_LINES)).toMatchObject({ committed: 1, quarantined: 0 });
    const texts = (await stored()).map(({ body }) => JSON.parse(body).valueString);
    expect(texts).toContain('Says "no", and little else.\n\nHearing was tested:\n- left, fine\n- right, fine');
  });

  test("is as it was when a refusal comes, but for the refusal", async () => {
    await line.send("progress-check", CHECK);
    const before = await stored();
    expect(await line.send("progress-check", CHECK.replace('"Y"', '"N"'))).toMatchObject({ committed: 1 });
    const after = await stored();
    const consent = after.find(({ type }) => type === "Consent");
    expect(JSON.parse(consent?.body ?? "{}")).toMatchObject({ provision: { provision: [{ type: "deny" }] } });
    expect(after.filter(({ type }) => type !== "Consent")).toEqual(before.filter(({ type }) => type !== "Consent"));
  });

  test("is taken in again from what was kept, with nothing new", async () => {
    await line.send("progress-check", CHECK_IN_LINES);
    expect(await line.replaySource("progress-check")).toMatchObject({ received: 1, unchanged: 1, quarantined: 0 });
  });

  test.each<readonly [string, (file: string) => string, number]>([
    ["a byte order mark and line ends of Windows", (file) => `\uFEFF${file.replaceAll("\n", "\r\n")}`, 1],
    ["a formula for a text", (file) => file.replace('"None"', `"=cmd|' /C calc'!A0"`), 1],
    ["an error of a spreadsheet for a text", (file) => file.replace('"None"', '"#NAME?"'), 0],
    ["an unclosed quotation mark in a text", (file) => file.replace('"None"', '"No "one"'), 0],
    ["a column twice", (file) => file.replace('"sex"', '"postcode"'), 0],
    ["an NHS number as a spreadsheet shortens it", (file) => file.replace('"999 000 0018"', '"9.99E+09"'), 0],
  ])("with %s is taken in or held back, and counted either way", async (_what, spoil, committed) => {
    const receipt = await line.send("progress-check", spoil(CHECK));
    expect(receipt.committed).toBe(committed);
    expect(receipt.received).toBe(receipt.committed + receipt.unchanged + receipt.quarantined);
    expect(receipt.received).toBeGreaterThan(0);
    expect(JSON.stringify(receipt)).not.toMatch(/Robin|9990000018|Songs and rhymes/);
  });
});

test.each<readonly [SourceKind, string, string]>([
  ["early-years-census", CENSUS, "leeds-eyc"],
  ["progress-check", CHECK, "leeds-progress"],
])("%s is withheld from whoever has no statutory gateway for it", async (kind, file, source) => {
  await line.send(kind, file);
  const [record] = await recordsOf(line.store);
  const told = record?.contributions.map(({ source, dataClass }) => ({ source, dataClass, authority: "leeds" })) ?? [];
  const seenWith = (statutoryGateways: Readonly<Record<string, string>>) =>
    decideVisibility(
      { sources: told, relationships: [], consents: [], decisions: [] },
      {
        client: "c",
        organization: { system: "s", value: "v", authority: "leeds" },
        purpose: "TREAT",
        scopes: [],
        tokenId: "t",
        agreement: {
          id: "a",
          version: 1,
          dataClasses: ["health-visiting", "education"] satisfies DataClass[],
          purposes: ["TREAT"],
          legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
          relationship: "authority",
          authorities: ["leeds"],
          matchingScope: "none",
          identifierSystems: [],
          statutoryGateways,
          audit: false,
          idSpace: "",
          coverageNotice: true,
          until: "2036-03-31",
        },
      },
      { now_ms: Date.parse("2026-11-02T12:00:00Z"), today: "2026-11-02" },
    );
  expect(seenWith({ "leeds-eyfsp": "a statute" })).toBeUndefined();
  expect([...(seenWith({ [source]: "a statute" })?.sources ?? [])]).toEqual([source]);
});
