import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** What the command says of one pair. */
export interface PairRow {
  readonly left: string;
  readonly right: string;
  readonly probability: number;
  readonly grade: string;
  /** The rest of the row, as it stands. */
  readonly evidence: string;
}

export class NoPairsFile extends Error {}

/** Fields of one line up to a number of them; a quoted field may hold commas and doubled quotes. */
export function splitRow(line: string, fields = Number.POSITIVE_INFINITY): { cells: string[]; rest: string } {
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length && cells.length < fields) {
    if (line[at] === '"') {
      let value = "";
      for (at += 1; at < line.length; at += 1) {
        if (line[at] !== '"') value += line[at];
        else if (line[at + 1] === '"') {
          value += '"';
          at += 1;
        } else break;
      }
      cells.push(value.trim());
      at = line.indexOf(",", at);
      at = at === -1 ? line.length + 1 : at + 1;
    } else {
      const end = line.indexOf(",", at);
      cells.push(line.slice(at, end === -1 ? line.length : end).trim());
      at = end === -1 ? line.length + 1 : end + 1;
    }
  }
  return { cells, rest: line.slice(at) };
}

const NEEDED = ["left", "right", "probability", "grade"];

/** Reads a file of pairs row by row. Throws NoPairsFile where a column is missing or a probability is none. */
export async function readPairs(path: string, row: (pair: PairRow) => void): Promise<number> {
  let places: number[] | undefined;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (places === undefined) {
      const header = splitRow(line.replace(/^\uFEFF/, "")).cells;
      places = NEEDED.map((name) => header.indexOf(name));
      if (places.some((place) => place === -1))
        throw new NoPairsFile(`the pairs have no column ${NEEDED.join(" or no column ")}`);
      continue;
    }
    if (line === "") continue;
    const { cells, rest } = splitRow(line, Math.max(...places) + 1);
    const [left = "", right = "", probability = "", grade = ""] = places.map((place) => cells[place] ?? "");
    const value = Number(probability);
    if (left === "" || right === "" || probability === "" || !(value >= 0 && value <= 1))
      throw new NoPairsFile(`row ${count + 2} of the pairs has no ids or no probability`);
    row({ left, right, probability: value, grade, evidence: rest });
    count += 1;
  }
  if (places === undefined) throw new NoPairsFile("the file of pairs is empty");
  return count;
}
