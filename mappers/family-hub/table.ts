import type { z } from "zod";
import { toFieldIssues } from "../datatypes/field-issue.ts";
import type { CsvRow, FieldIssue, Parsed, StagedTable } from "../mapper.ts";

interface TableDefinition extends Pick<StagedTable, "name" | "required" | "key" | "parent"> {
  /** One text a column that is kept, in our form; any other column, if the reader let it through, is taken out. */
  readonly schema: z.ZodObject<Readonly<Record<string, z.ZodType<string | undefined>>>>;
  /** Checks of a row whose fields are right each by itself. */
  check(row: CsvRow): readonly FieldIssue[];
}

/** A staged table whose known columns are those of its schema. */
export function createTable({ schema, check, ...table }: TableDefinition): StagedTable {
  const columns = Object.keys(schema.shape);
  return {
    ...table,
    optional: columns.filter((column) => !table.required.includes(column)),
    parse(row): Parsed<CsvRow> {
      const given = Object.fromEntries(columns.flatMap((column) => (row[column] ? [[column, row[column]]] : [])));
      const fields = schema.safeParse(given);
      if (!fields.success) return { ok: false, issues: toFieldIssues(fields.error, table.name) };
      const record = Object.fromEntries(
        Object.entries(fields.data).flatMap(([column, text]) => (text === undefined ? [] : [[column, text]])),
      );
      const found = check(record);
      const errors = found.filter(({ severity }) => severity === "error");
      return errors.length > 0 ? { ok: false, issues: errors } : { ok: true, record, warnings: found };
    },
  };
}
