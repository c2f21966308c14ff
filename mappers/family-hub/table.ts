import type { z } from "zod";
import { toFieldIssues } from "../datatypes/field-issue.ts";
import type { CsvRow, FieldIssue, Parsed, StagedTable } from "../mapper.ts";

interface TableDefinition extends Pick<StagedTable, "name" | "required" | "key" | "parent"> {
  /** One string field a column that is kept; any other column, if the reader let it through, is taken out. */
  readonly schema: z.ZodObject;
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
      const kept = Object.fromEntries(columns.flatMap((column) => (row[column] ? [[column, row[column]]] : [])));
      const fields = schema.safeParse(kept);
      const found = fields.success ? check(kept) : [];
      const issues = [
        ...(fields.success ? [] : toFieldIssues(fields.error, table.name)),
        ...found.filter(({ severity }) => severity === "error"),
      ];
      return issues.length > 0 ? { ok: false, issues } : { ok: true, record: kept, warnings: found };
    },
  };
}
