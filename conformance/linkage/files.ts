import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Dataset, Written } from "./dataset.ts";

/** Where a run lies. */
export interface DatasetFiles {
  readonly left: string;
  readonly right: string;
  readonly columns: string;
  readonly truth: string;
  readonly pairs: string;
}

/** `full`: what the sources carry. `early-years`: given name, surname, birth date and postcode alone. */
export type Profile = "full" | "early-years";

const COLUMNS = [
  "id",
  "given",
  "family",
  "birthDate",
  "gender",
  "addressLine",
  "city",
  "postcode",
  "nhsNumber",
  "upn",
] as const;
const OF_PROFILE: Readonly<Record<Profile, readonly (typeof COLUMNS)[number][]>> = {
  full: COLUMNS,
  "early-years": ["id", "given", "family", "birthDate", "postcode"],
};

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

const ROWS_AT_ONCE = 2_000;

function* chunks(lines: Iterable<string>): Generator<string> {
  let held: string[] = [];
  for (const line of lines) {
    held.push(line);
    if (held.length < ROWS_AT_ONCE) continue;
    yield `${held.join("\n")}\n`;
    held = [];
  }
  if (held.length > 0) yield `${held.join("\n")}\n`;
}

function* rows(records: readonly Written[]): Generator<string> {
  yield COLUMNS.join(",");
  for (const record of records) yield COLUMNS.map((column) => csvField(record[column])).join(",");
}

function* truthRows({ left, right }: Dataset): Generator<string> {
  yield "file,id,child,birth,group,kind,origin,deprivation,authority";
  for (const [file, records] of [
    ["left", left],
    ["right", right],
  ] as const)
    for (const { id, child, kind } of records)
      yield [
        file,
        id,
        child.index,
        child.birth,
        child.group,
        kind,
        child.origin,
        child.home.decile,
        child.home.authority,
      ].join(",");
}

async function writeRows(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks(lines)), createWriteStream(path));
}

/** Writes left.csv, right.csv, columns.json and truth.csv into a folder. */
export async function writeDataset(dataset: Dataset, directory: string, profile: Profile): Promise<DatasetFiles> {
  await mkdir(directory, { recursive: true });
  const at = (name: string) => join(directory, name);
  const files = {
    left: at("left.csv"),
    right: at("right.csv"),
    columns: at("columns.json"),
    truth: at("truth.csv"),
    pairs: at("pairs.csv"),
  };
  const columns = Object.fromEntries(OF_PROFILE[profile].map((column) => [column, column]));
  await writeFile(files.columns, `${JSON.stringify(columns, undefined, 2)}\n`);
  await writeRows(files.left, rows(dataset.left));
  await writeRows(files.right, rows(dataset.right));
  await writeRows(files.truth, truthRows(dataset));
  return files;
}
