import { tableStatements } from "./tables.ts";

export type ColumnType = "BIGINT" | "TEXT" | "BYTEA" | "DOUBLE PRECISION";

/** Their numbers in `pg_type`, which are the same on every server. */
export const TYPE_NUMBERS: Readonly<Record<ColumnType, number>> = {
  BIGINT: 20,
  TEXT: 25,
  BYTEA: 17,
  "DOUBLE PRECISION": 701,
};

/** By table and column, as `tables.ts` says. */
const TYPES: ReadonlyMap<string, ReadonlyMap<string, ColumnType>> = new Map(
  tableStatements().flatMap((statement) => {
    const [, table, columns = ""] = /^CREATE TABLE (\w+) \((.*)\)/s.exec(statement) ?? [];
    return table === undefined ? [] : [[table, toTypes(columns)] as const];
  }),
);

function toTypes(columns: string): ReadonlyMap<string, ColumnType> {
  const found = columns.matchAll(/(?:^|,)\s*([a-z_]+) (BIGSERIAL|BIGINT|TEXT|BYTEA|DOUBLE PRECISION)\b/g);
  return new Map([...found].map(([, column = "", type = ""]) => [column, toType(type)] as const));
}

function toType(type: string): ColumnType {
  return type === "TEXT" || type === "BYTEA" || type === "DOUBLE PRECISION" ? type : "BIGINT";
}

/** Of these columns, in their order; `undefined` where the table is none of the store's, or one is none of the table's. */
export function columnTypes(table: string, columns: readonly string[]): readonly ColumnType[] | undefined {
  const known = TYPES.get(table);
  const types = columns.flatMap((column) => known?.get(column) ?? []);
  return types.length === columns.length ? types : undefined;
}

/** All of a table, none where it is none of the store's. */
export function columnsOf(table: string): readonly string[] {
  return [...(TYPES.get(table)?.keys() ?? [])];
}
