import type { CsvShape } from "#mappers/mapper.ts";
import type { ColumnMap } from "../../access/source.ts";
import { nearest } from "../../outcome/nearest.ts";
import { renameColumns } from "./columns.ts";
import type { PlaceIssue } from "./read-item.ts";

export interface ChosenShape<Shape extends CsvShape> {
  readonly shape: Shape;
  /** All columns of the file, in its order. */
  readonly columns: readonly string[];
  /** Those that the shape knows. */
  readonly known: ReadonlySet<string>;
}

type Choice<Shape extends CsvShape> =
  | { readonly ok: true; readonly header: ChosenShape<Shape> }
  | { readonly ok: false; readonly issue: PlaceIssue };

/**
 * The shape whose required columns are all there and that knows the most of the others. `renames`: shape → a supplier's
 * own column → ours.
 */
export function chooseShape<Shape extends CsvShape>(
  names: readonly string[],
  shapes: readonly Shape[],
  { line, renames }: { readonly line: number; readonly renames?: ColumnMap | undefined },
): Choice<Shape> {
  const columns = names.map((name) => name.trim());
  const refuse = (message: string): Choice<Shape> => ({ ok: false, issue: { line, message } });
  if (columns.some((name) => name.includes("\r"))) {
    return refuse("the lines end in carriage returns alone; save the file with LF or CRLF line ends");
  }
  const judged = shapes
    .map((shape) => judge(shape, toOurWriting(shape, renameColumns(columns, renames?.[shape.name]))))
    .sort((left, right) => left.missing.length - right.missing.length || right.known.size - left.known.size);
  const best = judged.find((candidate) => candidate.missing.length === 0) ?? closest(judged);
  if (best === undefined) return refuse("this source reads no CSV file");
  if (best.missing.length > 0) return refuse(describeMissing(best));
  const { name, turnedAway } = best.shape;
  if (turnedAway !== undefined) return refuse(`${name} is turned away and nothing of it was kept: ${turnedAway}`);
  const twice = best.columns.find((name, index) => name !== "" && best.columns.indexOf(name) !== index);
  if (twice !== undefined) return refuse("a column name stands twice in the header; each column must have its own");
  return { ok: true, header: { shape: best.shape, columns: best.columns, known: best.known } };
}

/**
 * Columns as the shape writes them: people and spreadsheets change the case of a name and put blanks for underscores. A
 * column that the file has in our own writing stands for itself alone.
 */
function toOurWriting({ required, optional }: CsvShape, columns: readonly string[]): readonly string[] {
  const names = new Set([...required, ...optional]);
  const ours = new Map([...names].map((name) => [toBareName(name), name]));
  const present = new Set(columns);
  return columns.map((column) => {
    const own = names.has(column) ? column : ours.get(toBareName(column));
    return own === undefined || present.has(own) ? column : own;
  });
}

/** A column name by which its spellings are the same. */
export function toBareName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_]/g, "");
}

interface Judged<Shape extends CsvShape> {
  readonly shape: Shape;
  /** All columns of the file under our names. */
  readonly columns: readonly string[];
  readonly missing: readonly string[];
  readonly known: ReadonlySet<string>;
}

function judge<Shape extends CsvShape>(shape: Shape, columns: readonly string[]): Judged<Shape> {
  const present = new Set(columns);
  return {
    shape,
    columns,
    missing: shape.required.filter((name) => !present.has(name)),
    known: new Set([...shape.required, ...shape.optional].filter((name) => present.has(name))),
  };
}

/** Of shapes that all lack something, the one most of whose columns are there: the one the sender most likely meant. */
function closest<Shape extends CsvShape>(judged: readonly Judged<Shape>[]): Judged<Shape> | undefined {
  return [...judged].sort((left, right) => right.known.size - left.known.size)[0];
}

function describeMissing(judged: Judged<CsvShape>): string {
  const { columns, known } = judged;
  // A line with none of the columns may be the first child of a file without a header: nothing of it is repeated.
  const unknown = known.size === 0 ? [] : columns.filter((name) => name !== "" && !known.has(name));
  const named = judged.missing.map((name) => {
    const near = nearest(name, unknown);
    return near === undefined ? `"${name}"` : `"${name}" (the file has "${shortened(near)}")`;
  });
  const separator = foreignSeparator(columns);
  const hint = separator === undefined ? "" : `; its columns seem to be separated by ${separator}, expected commas`;
  const isNone = known.size === 0 && separator === undefined;
  const none = isNone ? "; none of the columns is there: the first line of a file must name them" : "";
  return `the header is not one of ${judged.shape.name}: missing ${named.join(", ")}${hint}${none}`;
}

function foreignSeparator(columns: readonly string[]): string | undefined {
  const [only, ...others] = columns;
  if (only === undefined || others.length > 0) return undefined;
  if (only.includes(";")) return "semicolons";
  if (only.includes("\t")) return "tabs";
  return only.includes("|") ? "vertical bars" : undefined;
}

/** A header may hold anything; what is repeated in an issue stays short. */
function shortened(name: string): string {
  return name.length <= 60 ? name : `${name.slice(0, 60)}…`;
}
