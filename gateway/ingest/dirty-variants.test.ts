import { afterAll, describe, expect, test } from "vitest";
import type { SourceKind } from "#mappers/mapper.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { startLine, type TestLine } from "./line.fixtures.ts";
import { MAPPERS } from "./mappers.fixtures.ts";
import type { Receipt } from "./receipt.ts";

/** Variants of the files of each kind of source; DIRTY_VARIANTS=1000 for the long run, DIRTY_SEED for another one. */
const VARIANTS = Number(process.env.DIRTY_VARIANTS || 40);
const SEED = process.env.DIRTY_SEED || "dirty";
const CHILDREN = 24;

const SUFFIXES: Readonly<Record<SourceKind, string>> = {
  "eyfs-profile": "eyfsp",
  "common-transfer-file": "ctf",
  "early-years-census": "eyc",
  "progress-check": "progress",
  "community-services-data-set": "csds",
  "digital-child-health": "dch",
  "itk-adt": "adt",
  "family-hub": "hub",
  "sharing-register": "sharing",
};

interface GoodFile {
  readonly name: string;
  readonly text: string;
}

const FILES: ReadonlyMap<SourceKind, readonly GoodFile[]> = new Map(
  Object.entries(SUFFIXES).map(([kind, suffix]) => [
    kind as SourceKind,
    [...generate({ children: CHILDREN, seed: "good", dirtRate: 0, today: REFERENCE_DATE })]
      .filter(({ source }) => source === `leeds-${suffix}`)
      .map(({ name, chunks }) => ({ name, text: [...chunks].join("") })),
  ]),
);

interface Dirt {
  readonly name: string;
  /** Which files have as many records as before, whatever becomes of each: of XML and messages it may hit the frame. */
  readonly keepsRecords: "every" | "tables" | "none";
  spoil(text: string, random: Random): Uint8Array;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** A place in the body of a file: its first line is what a reader knows the file by, of a census the first two. */
function bodyStart(text: string): number {
  if (text.startsWith("{")) return 0;
  return text.indexOf("\n", text.startsWith("H,") ? text.indexOf("\n") + 1 : 0) + 1;
}

function replaceSome(text: string, pattern: RegExp, random: Random, replacement: (found: string) => string): string {
  const from = bodyStart(text);
  const body = text.slice(from);
  const places = [...body.matchAll(pattern)];
  if (places.length === 0) return text;
  const chosen = places[random.between(0, places.length - 1)];
  if (chosen === undefined) return text;
  const [found] = chosen;
  return `${text.slice(0, from)}${body.slice(0, chosen.index)}${replacement(found)}${body.slice(chosen.index + found.length)}`;
}

const ENTITY_BOMB =
  '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>';

const DIRTS: readonly Dirt[] = [
  {
    name: "bytes flipped",
    keepsRecords: "none",
    spoil(text, random) {
      const bytes = Buffer.from(text);
      for (let n = 0; n < 8; n++) {
        const at = random.between(0, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
      }
      return bytes;
    },
  },
  {
    name: "a stretch cut out",
    keepsRecords: "none",
    spoil(text, random) {
      const at = random.between(0, text.length - 1);
      return utf8(text.slice(0, at) + text.slice(at + random.between(1, 60)));
    },
  },
  {
    name: "cut off",
    keepsRecords: "none",
    spoil: (text, random) => utf8(text.slice(0, random.between(bodyStart(text) + 1, text.length))),
  },
  { name: "Windows line ends", keepsRecords: "every", spoil: (text) => utf8(text.replaceAll(/\r?\n/g, "\r\n")) },
  { name: "a byte order mark", keepsRecords: "every", spoil: (text) => utf8(`\uFEFF${text}`) },
  { name: "UTF-16", keepsRecords: "none", spoil: (text) => Buffer.from(`\uFEFF${text}`, "utf16le") },
  {
    name: "an accent in Windows-1252",
    keepsRecords: "none",
    spoil: (text, random) =>
      Buffer.from(
        replaceSome(text, /[a-z]{3,}/g, random, (word) => `${word}\u00e9`),
        "latin1",
      ),
  },
  {
    name: "a date as Excel leaves it",
    keepsRecords: "tables",
    spoil: (text, random) =>
      utf8(
        replaceSome(text, /\d{4}-\d{2}-\d{2}/g, random, (date) => {
          const [year, month, day] = date.split("-");
          return random.pick([`${day}/${month}/${year}`, `${month}/${day}/${year?.slice(2)}`, "44197", "########", ""]);
        }),
      ),
  },
  {
    name: "a number as Excel leaves it",
    keepsRecords: "tables",
    spoil: (text, random) =>
      utf8(
        replaceSome(text, /(?<![\d.-])\d{3,}(?![\d.-])/g, random, (number) =>
          random.pick([
            `${number[0]}.${number.slice(1, 3)}E+${number.length - 1}`,
            number.replace(/^0+/, ""),
            `${number}.0`,
            ` ${number} `,
          ]),
        ),
      ),
  },
  {
    name: "a formula in a cell",
    keepsRecords: "tables",
    spoil: (text, random) => utf8(replaceSome(text, /[A-Za-z]{4,}/g, random, () => "=HYPERLINK('http://x')")),
  },
  {
    name: "an entity bomb",
    keepsRecords: "none",
    spoil: (text, random) =>
      utf8(
        text.startsWith("<?xml")
          ? text.replace("?>", `?>${ENTITY_BOMB}`)
          : replaceSome(text, /[A-Za-z]{4,}/g, random, () => ENTITY_BOMB),
      ),
  },
  {
    name: "a quotation mark too many",
    keepsRecords: "none",
    spoil: (text, random) => utf8(replaceSome(text, /[A-Za-z]{4,}/g, random, (word) => `"${word}`)),
  },
  {
    name: "characters that are none",
    keepsRecords: "none",
    spoil: (text, random) =>
      utf8(
        replaceSome(
          text,
          /[A-Za-z]{4,}/g,
          random,
          (word) => `${word}${random.pick(["\0", "\u202e", "\u0007", "\ud800"])}`,
        ),
      ),
  },
  {
    name: "a line twice",
    keepsRecords: "none",
    spoil: (text, random) => utf8(replaceSome(text, /[^\n]*\n/g, random, (line) => line + line)),
  },
];

/** Numbers and names of people in a file, none of which may be told in a receipt. */
function secretsOf({ text }: GoodFile): readonly string[] {
  return [...new Set(text.match(/\b999\d{7}\b|\b[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]\b/g) ?? [])];
}

describe.each([...FILES])("%s", (kind, files) => {
  const faults: unknown[] = [];
  const line: TestLine = startLine({ onFault: (error) => faults.push(error) });
  afterAll(() => line.close());

  test("has good files, whose every record is taken in", async () => {
    expect(files.length).toBeGreaterThan(0);
    for (const { name, text } of files) {
      const receipt = await line.send(kind, text, { fileName: name });
      expect(receipt, JSON.stringify(receipt.issues.slice(0, 3))).toMatchObject({ quarantined: 0 });
      expect(receipt.received).toBeGreaterThan(0);
    }
  });

  test("spoiled in any way loses no record in silence, and tells no number of a child", {
    timeout: 600_000,
  }, async () => {
    const random = createRandom(SEED, kind);
    for (let n = 0; n < VARIANTS; n++) {
      const dirt = DIRTS[n % DIRTS.length];
      const file = files[random.between(0, files.length - 1)];
      if (dirt === undefined || file === undefined) throw new Error("nothing to spoil");
      const good = await line.send(kind, file.text, { fileName: file.name, dryRun: true });
      const spoiled = dirt.spoil(file.text, random);
      const receipt = await line.send(kind, oneChunk(spoiled), { fileName: file.name });
      const about = `variant ${n}, ${dirt.name}, of ${file.name}`;
      expect(sumOf(receipt), about).toBe(receipt.received);
      // Of a table nothing but its head may be left.
      if (dirt.name !== "cut off") expect(receipt.received, about).toBeGreaterThan(0);
      const lines = linesOfRecords(file, spoiled);
      if (lines !== undefined) expect(receipt.received, about).toBe(lines);
      if (dirt.keepsRecords === "every" || (dirt.keepsRecords === "tables" && file.name.endsWith(".csv")))
        expect(receipt.received, about).toBe(good.received);
      const told = JSON.stringify(receipt);
      expect(
        secretsOf(file).filter((secret) => told.includes(secret)),
        about,
      ).toEqual([]);
      expect(faults, about).toEqual([]);
    }
  });
});

test("every kind of source is spoiled", () => {
  expect([...FILES.keys()].sort()).toEqual(Object.keys(MAPPERS).sort());
});

/** How many records a table has, counted in lines; nobody knows where its head or a quotation mark is damaged. */
function linesOfRecords({ name, text }: GoodFile, spoiled: Uint8Array): number | undefined {
  const now = Buffer.from(spoiled).toString("latin1");
  const head = Buffer.from(text.slice(0, bodyStart(text))).toString("latin1");
  if (!name.endsWith(".csv") || head === "" || !now.startsWith(head) || /["\r\v\f]/.test(now)) return undefined;
  return now
    .slice(head.length)
    .split("\n")
    .filter((line) => line !== "").length;
}

function sumOf({ committed, unchanged, quarantined }: Receipt): number {
  return committed + unchanged + quarantined;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
