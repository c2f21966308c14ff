import type { Digest } from "./digest.ts";
import type { RowBuffer } from "./rows.ts";
import type { Key, Span, Table } from "./table.ts";

/** Rows that follow each other in the order of their key. */
export interface Part {
  readonly rows: RowBuffer;
  /** The key of the last of them. */
  readonly upTo: Key;
}

/** A store that is read, as it was at one moment. */
export interface Source {
  /** What tells this store from any other, without telling anything of it. */
  readonly name: string;
  /** Whether nobody else has it open, and nobody can open it while this does: then nothing follows what is read. */
  readonly isAtRest: boolean;
  /** All rows of a table, in the order of its key. */
  parts(table: Table): AsyncIterable<Part>;
  close(): Promise<void>;
}

/** A store that is to become the same, and that no gateway starts on until it is. */
export interface Target {
  isEmpty(table: Table): Promise<boolean>;
  digest(table: Table, span: Span): Promise<Digest>;
  /** Puts rows in the place of those of a span, in one transaction. @throws RowsInTheWay */
  replace(table: Table, span: Span, rows: RowBuffer | undefined): Promise<void>;
  /** Adds rows, where there are none of their keys. */
  add(table: Table, rows: RowBuffer): Promise<void>;
  clear(table: Table): Promise<void>;
  /** Before and after an empty table is filled: what makes that slower is put off until it is. */
  beginFilling(table: Table): Promise<void>;
  endFilling(table: Table): Promise<void>;
  /** From here on a gateway may start on it. */
  release(): Promise<void>;
  close(): Promise<void>;
}

/** A row elsewhere in the table has what is to be unique: the table is to be filled anew. */
export class RowsInTheWay extends Error {
  override readonly name = "RowsInTheWay";
}

/** Thrown where a store cannot be moved from or to; says what to do. */
export class MoveError extends Error {
  override readonly name = "MoveError";
}
