import { createReadStream } from "node:fs";
import papaparse from "papaparse";
import { parseDate } from "#mappers/datatypes/date.ts";
import { LIMITS } from "../limits.ts";
import type { OdsExcerpt, OdsRelation } from "./organization-ancestry.ts";

/**
 * The file of the Organisation Data Service: one row an organisation, or one for each of its relations. Columns are named
 * by the header, or counted from 1 in a file without one.
 */
export interface OdsColumns {
  readonly code: string;
  readonly parent: string;
  readonly parentFrom?: string | undefined;
  readonly parentUntil?: string | undefined;
  readonly successor?: string | undefined;
  readonly successorFrom?: string | undefined;
}

export const ODS_COLUMNS: OdsColumns = {
  code: "code",
  parent: "parent",
  parentFrom: "parent_from",
  parentUntil: "parent_until",
  successor: "successor",
  successorFrom: "successor_from",
};

export type OdsRead =
  | { readonly ok: true; readonly excerpt: OdsExcerpt; readonly rows: number }
  | { readonly ok: false; readonly problem: string };

interface Row {
  readonly code: string;
  readonly parent?: OdsRelation;
  readonly successor?: OdsRelation;
}

/**
 * Reads what concerns `codes`: what they are part of, and whom they succeeded, with all above these. The file is gone
 * through once for each step upwards, so that memory holds no more of 300,000 rows than what is asked for.
 */
export async function readOdsFile(path: string, columns: OdsColumns, codes: Iterable<string>): Promise<OdsRead> {
  const parents = new Map<string, readonly OdsRelation[]>();
  const predecessors = new Map<string, readonly OdsRelation[]>();
  let sought = new Set(codes);
  const known = new Set<string>();
  let rows = 0;
  for (let pass = 0; sought.size > 0 && pass < LIMITS.ods_passes_max; pass += 1) {
    const next = new Set<string>();
    const read = await forEachRow(path, columns, ({ code, parent, successor }) => {
      if (parent !== undefined && sought.has(code)) {
        add(parents, code, parent);
        next.add(parent.code);
      }
      if (successor === undefined || !sought.has(successor.code)) return;
      add(predecessors, successor.code, { ...successor, code });
      next.add(code);
    });
    if (typeof read === "string") return { ok: false, problem: read };
    rows = read;
    for (const code of sought) known.add(code);
    sought = new Set([...next].filter((code) => !known.has(code)));
  }
  if (sought.size > 0) {
    return { ok: false, problem: `organisations stand above one another in more than ${LIMITS.ods_passes_max} steps` };
  }
  return { ok: true, excerpt: { parents, predecessors }, rows };
}

function add(relations: Map<string, readonly OdsRelation[]>, code: string, relation: OdsRelation): void {
  relations.set(code, [...(relations.get(code) ?? []), relation]);
}

/** How many rows there were, or what is wrong with the file. */
async function forEachRow(path: string, columns: OdsColumns, each: (row: Row) => void): Promise<number | string> {
  let read: ((cells: readonly string[], line: number) => Row | string | undefined) | undefined;
  let rows = 0;
  for await (const lines of linesOf(path)) {
    if (lines === undefined) return "the file cannot be read";
    for (const line of lines) {
      if (line === "") continue;
      rows += 1;
      const cells = toCells(line);
      if (read === undefined) {
        const reader = createRowReader(columns, cells);
        if (typeof reader === "string") return reader;
        read = reader.read;
        if (reader.isHeader) continue;
      }
      const row = read(cells, rows);
      if (typeof row === "string") return row;
      if (row !== undefined) each(row);
    }
  }
  return rows;
}

/** Some lines at a time; `undefined` where the file cannot be read. */
async function* linesOf(path: string): AsyncGenerator<readonly string[] | undefined> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK_BYTES })) {
      const lines = `${rest}${chunk}`.split(/\r?\n/);
      rest = lines.pop() ?? "";
      if (rest.length > LINE_CHARACTERS_MAX) return yield undefined;
      yield lines;
    }
  } catch {
    return yield undefined;
  }
  yield [rest];
}

const CHUNK_BYTES = 262_144;
const LINE_CHARACTERS_MAX = 65_536;

/** Nearly all lines have every cell between quotes, or none; for those a parser of everything costs ten times as much. */
function toCells(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(",");
  const quoted = line.slice(1, -1).split('","');
  const isPlain = line.startsWith('"') && line.endsWith('"') && quoted.every((cell) => !cell.includes('"'));
  return isPlain ? quoted : (papaparse.parse<string[]>(line, { delimiter: "," }).data[0] ?? []);
}

function createRowReader(columns: OdsColumns, first: readonly string[]) {
  const names = first.map((name) =>
    name
      .replace(/^\uFEFF/, "")
      .trim()
      .toLowerCase(),
  );
  const isCounted = /^\d+$/.test(columns.code);
  const placeOf = (column: string | undefined): number => {
    if (column === undefined) return -1;
    return /^\d+$/.test(column) ? Number(column) - 1 : names.indexOf(column.toLowerCase());
  };
  const at = {
    code: placeOf(columns.code),
    parent: placeOf(columns.parent),
    parentFrom: placeOf(columns.parentFrom),
    parentUntil: placeOf(columns.parentUntil),
    successor: placeOf(columns.successor),
    successorFrom: placeOf(columns.successorFrom),
  };
  const missing = at.code < 0 ? columns.code : at.parent < 0 && at.successor < 0 ? columns.parent : undefined;
  if (missing !== undefined) return `no column ${missing}; name the file's own columns in ods of the register`;
  const read = (cells: readonly string[], line: number): Row | string | undefined => {
    const code = toCode(cells[at.code]);
    if (code === "") return undefined;
    const parent = toRelation(cells, { code: at.parent, from: at.parentFrom, until: at.parentUntil });
    const successor = toRelation(cells, { code: at.successor, from: at.successorFrom, until: -1 });
    if (parent === "wrong" || successor === "wrong") return `line ${line}: expected days as YYYY-MM-DD or YYYYMMDD`;
    return { code, ...(parent && { parent }), ...(successor && { successor }) };
  };
  return { isHeader: !isCounted, read };
}

function toRelation(
  cells: readonly string[],
  at: { readonly code: number; readonly from: number; readonly until: number },
): OdsRelation | "wrong" | undefined {
  const code = toCode(cells[at.code]);
  if (code === "") return undefined;
  const [from, until] = [toDay(cells[at.from]), toDay(cells[at.until])];
  if (from === "wrong" || until === "wrong") return "wrong";
  return { code, ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}

function toCode(cell: string | undefined): string {
  return (cell ?? "").trim().toUpperCase();
}

function toDay(cell: string | undefined): string | undefined {
  const text = (cell ?? "").trim();
  if (text === "") return undefined;
  const day = /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
  return day.length === 10 && parseDate(day) !== undefined ? day : "wrong";
}
