import type { z } from "zod";
import { toFieldIssues } from "../datatypes/field-issue.ts";
import type { CsvRow, FieldIssue, Parsed, StagedTable } from "../mapper.ts";
import { withUnmapped } from "./code-lists.ts";

/** What a check of one row beyond its single fields found; `dropped` fields are taken out before the row is stored. */
export interface RowFindings {
  readonly issues: readonly FieldIssue[];
  readonly dropped: readonly string[];
}

export interface TableDefinition extends Pick<StagedTable, "name" | "required" | "key" | "parent"> {
  /** One string field a column that is kept; any other column, if the reader let it through, is taken out. */
  readonly schema: z.ZodObject;
  /** Marks what must not be kept, so that `check` can drop it. */
  withhold?(row: CsvRow): CsvRow;
  /** Checks that look at several fields together. */
  check?(row: CsvRow): RowFindings;
}

/** A staged table whose known columns are those of its schema. */
export function createTable(definition: TableDefinition): StagedTable {
  const { name, required, schema, key, parent, check, withhold = (row: CsvRow) => row } = definition;
  return {
    name,
    required,
    optional: Object.keys(schema.shape).filter((column) => !required.includes(column)),
    key,
    parent,
    withhold,
    parse(row): Parsed<CsvRow> {
      const kept = pick(withhold(row), Object.keys(schema.shape));
      const fields = schema.safeParse(kept);
      const { issues, dropped } = check?.(kept) ?? { issues: [], dropped: [] };
      const errors = [
        ...(fields.success ? [] : toFieldIssues(fields.error, name)),
        ...issues.filter((issue) => issue.severity === "error"),
      ].map((issue) => withUnmapped(issue, kept[issue.field]));
      if (errors.length > 0) return { ok: false, issues: errors };
      return { ok: true, record: omit(kept, dropped), warnings: issues };
    },
  };
}

function pick(row: CsvRow, columns: readonly string[]): CsvRow {
  return Object.fromEntries(Object.entries(row).filter(([column, value]) => columns.includes(column) && value !== ""));
}

function omit(row: CsvRow, columns: readonly string[]): CsvRow {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}
