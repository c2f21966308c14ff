/** What a column holds, in both engines. */
export type ColumnType = "integer" | "real" | "text" | "bytes";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** A table that both engines have, alike. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The columns of its primary key in PostgreSQL, in order: of integers and texts alone. */
  readonly key: readonly string[];
}

/** Values of a table's key, in its order. */
export type Key = readonly (string | number)[];

/** Rows whose keys come after one and not after another; an end that is absent is open. */
export interface Span {
  readonly after?: Key | undefined;
  readonly upTo?: Key | undefined;
}
