import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { CsvShape } from "#mappers/mapper.ts";
import { parseColumnFile, readColumnFiles } from "./column-file.ts";
import { parseRegister } from "./register.ts";
import { createKeyPair, createRegisterFile } from "./register-fixtures.ts";

const SHAPES: readonly CsvShape[] = [
  { name: "CYP201CareContact", required: ["CareContactID", "Contact_Date"], optional: ["Contact_Time"] },
  { name: "CYP611Obs", required: ["CareActivityID"], optional: ["Weight"] },
];

function problemsOf(file: unknown) {
  const parsed = parseColumnFile(typeof file === "string" ? file : JSON.stringify(file), SHAPES);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

test("a file of a supplier's own names is taken as it stands", () => {
  const columns = { CYP201CareContact: { CCI: "CareContactID", CContactDate: "Contact_Date" } };
  expect(parseColumnFile(JSON.stringify(columns), SHAPES)).toEqual({ ok: true, columns });
});

test.each([
  ["{", ': expected JSON of the form { "table": { "the supplier\'s column": "ours" } }'],
  [{ CYP611Obs: ["Weight"] }, ': expected JSON of the form { "table": { "the supplier\'s column": "ours" } }'],
  [{ CYP611Obs: { W: 1 } }, ': expected JSON of the form { "table": { "the supplier\'s column": "ours" } }'],
  [{ CYP201CareContacts: {} }, "CYP201CareContacts: no table of this source; did you mean CYP201CareContact?"],
  [{ CYP999: {} }, "CYP999: no table of this source"],
  [{ CYP611Obs: { KG: "Wieght" } }, "CYP611Obs.KG: Wieght is no column of CYP611Obs; did you mean Weight?"],
  [
    { CYP201CareContact: { Date: "Contact_Date", Day: "Contact_Date" } },
    "CYP201CareContact.Day: Contact_Date is already what Date stands for",
  ],
])("a file of %j is refused with its place", (file, problem) => {
  expect(problemsOf(file)).toContain(problem);
});

test("every problem of a file is told at once", () => {
  const file = { CYP611Obs: { KG: "Kilos", M: "Metres" }, CYP999: { A: "B" } };
  expect(problemsOf(file)).toHaveLength(3);
});

async function readWith(columnsFile: string | undefined, shapes: readonly CsvShape[] = SHAPES) {
  const folder = await mkdtemp(join(tmpdir(), "columns-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "good.json"), JSON.stringify({ CYP611Obs: { KG: "Weight" } }));
  await writeFile(join(folder, "wrong.json"), JSON.stringify({ CYP611Obs: { KG: "Wieght" } }));
  const file = createRegisterFile(createKeyPair("first").jwk);
  const [source] = file.sources;
  const parsed = parseRegister({
    ...file,
    sources: [{ ...source, ...(columnsFile === undefined ? {} : { columnsFile }) }],
  });
  if (!parsed.ok) throw new Error("the register of the fixtures is wrong");
  return readColumnFiles(parsed.register, { folder, shapesOf: async () => shapes });
}

test("a source has the columns of its file, by name and in the list", async () => {
  const read = await readWith("good.json");
  const columns = { CYP611Obs: { KG: "Weight" } };
  expect(read.ok && read.register.source("leeds-eyfsp")?.columns).toEqual(columns);
  expect(read.ok && read.register.sources.map((source) => source.columns)).toEqual([columns]);
  expect(read.ok && read.register.client("practice-system")?.id).toBe("practice-system");
});

test("a source without such a file keeps the names of the data set", async () => {
  const read = await readWith(undefined);
  expect(read.ok && read.register.source("leeds-eyfsp")?.columns).toBeUndefined();
});

test.each([
  [
    "wrong.json",
    SHAPES,
    "sources[0].columnsFile CYP611Obs.KG",
    "Wieght is no column of CYP611Obs; did you mean Weight?",
  ],
  ["none.json", SHAPES, "sources[0].columnsFile", "none.json cannot be read"],
  ["good.json", [], "sources[0].columnsFile", "a source of kind eyfs-profile has no columns"],
] as const)(
  "a register that names %s is refused at start, with its path",
  async (columnsFile, shapes, path, message) => {
    expect(await readWith(columnsFile, shapes)).toEqual({ ok: false, problems: [{ path, message }] });
  },
);
