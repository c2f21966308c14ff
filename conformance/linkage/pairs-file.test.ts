import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NoPairsFile, type PairRow, readPairs, splitRow } from "./pairs-file.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pairs-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(text: string): Promise<PairRow[]> {
  const path = join(directory, "pairs.csv");
  await writeFile(path, text);
  const rows: PairRow[] = [];
  await readPairs(path, (row) => rows.push(row));
  return rows;
}

describe("a file of pairs", () => {
  it("is read by the names of its columns, whatever their order", async () => {
    const rows = await read('grade,left,right,probability,evidence\r\ncertain,"H,1",E2,0.75,"given: +3, ""same"""\r\n');
    expect(rows).toEqual([
      { left: "H,1", right: "E2", probability: 0.75, grade: "certain", evidence: '"given: +3, ""same"""' },
    ]);
  });

  it.each([
    ["without a header", ""],
    ["without a grade", "left,right,probability\nH1,E1,1\n"],
    ["with a probability above 1", "left,right,probability,grade\nH1,E1,1.5,certain\n"],
    ["with no probability", "left,right,probability,grade\nH1,E1,,certain\n"],
    ["with a pair of one", "left,right,probability,grade\nH1,,1,certain\n"],
  ])("is refused %s", async (_, text) => {
    await expect(read(text)).rejects.toThrow(NoPairsFile);
  });

  it("splits quoted and bare fields", () => {
    expect(splitRow('a,"b, ""c""",,d').cells).toEqual(["a", 'b, "c"', "", "d"]);
    expect(splitRow("a,b,c,d", 2)).toEqual({ cells: ["a", "b"], rest: "c,d" });
  });
});
