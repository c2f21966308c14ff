import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ODS_COLUMNS, readOdsFile } from "./ods-file.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ods-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileOf(...lines: readonly string[]): Promise<string> {
  const path = join(directory, `${Math.random()}.csv`);
  await writeFile(path, lines.join("\r\n"));
  return path;
}

const HEADER = "code,name,parent,parent_from,parent_until,successor,successor_from";

describe("the organisations of a national file", () => {
  test("are read as far as they stand above those that are asked for, or were followed by them", async () => {
    const path = await fileOf(
      `\uFEFF${HEADER}`,
      '"Z99","Region, north","","","","",""',
      "Z9,Trust,Z99,2019-04-01,,,",
      "z1,Practice,Z9,20200401,20260331,,",
      "Z1,Practice,Z8,2026-04-01,,,",
      '"Z7","The ""Old"" Practice","","","","Z1","2024-01-01"',
      "Z6,Older practice,,,,Z7,2012-01-01",
      "Z5,Someone else,Z99,,,,",
    );
    const read = await readOdsFile(path, ODS_COLUMNS, ["Z1"]);
    expect(read).toEqual({
      ok: true,
      rows: 8,
      excerpt: {
        parents: new Map([
          [
            "Z1",
            [
              { code: "Z9", from: "2020-04-01", until: "2026-03-31" },
              { code: "Z8", from: "2026-04-01" },
            ],
          ],
          ["Z9", [{ code: "Z99", from: "2019-04-01" }]],
        ]),
        predecessors: new Map([
          ["Z1", [{ code: "Z7", from: "2024-01-01" }]],
          ["Z7", [{ code: "Z6", from: "2012-01-01" }]],
        ]),
      },
    });
  });

  test("may stand in a file without a header, its columns counted", async () => {
    const path = await fileOf("Z1,Practice,20200101,Z9", "Z9,Trust,20190101,");
    const read = await readOdsFile(path, { code: "1", parent: "4", parentFrom: "3" }, ["Z1"]);
    expect(read).toMatchObject({
      ok: true,
      rows: 2,
      excerpt: { parents: new Map([["Z1", [{ code: "Z9", from: "2020-01-01" }]]]) },
    });
  });

  test.each([
    { lines: ["organisation,parent", "Z1,Z2"], says: "no column code" },
    { lines: ["code,name", "Z1,x"], says: "no column parent" },
    { lines: [HEADER, "Z1,x,Z2,01/04/2020,,,"], says: "line 2: expected days" },
    { lines: [HEADER, ...Array.from({ length: 20 }, (_, at) => `Z${at + 1},x,Z${at + 2},,,,`)], says: "12 steps" },
  ])("are refused with what is wrong: $says", async ({ lines, says }) => {
    const read = await readOdsFile(await fileOf(...lines), ODS_COLUMNS, ["Z1"]);
    expect(read.ok ? "" : read.problem).toContain(says);
  });

  test("are refused where there is no file", async () => {
    const read = await readOdsFile(join(directory, "none"), ODS_COLUMNS, ["Z1"]);
    expect(read).toEqual({ ok: false, problem: "the file cannot be read" });
  });
});
