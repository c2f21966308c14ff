import { createFixtureContext } from "../fixture-context.ts";
import type { CsvRow, FieldIssue, Mapped, StagedRows, StagedTable } from "../mapper.ts";
import { communityServicesDataSet } from "./mapper.ts";

type Issue = FieldIssue & { readonly record: string };

export interface Golden {
  readonly rows: StagedRows;
  readonly refused: readonly Issue[];
  readonly warnings: readonly Issue[];
  readonly mapped: Mapped;
}

const context = createFixtureContext("leeds-csds");

export function tableOf(name: string): StagedTable {
  const found = communityServicesDataSet.tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

/** Parses every row by itself and maps those that were kept, as staging does. */
export function stage(rows: StagedRows): Golden & { readonly kept: StagedRows } {
  const kept: Record<string, CsvRow[]> = {};
  const refused: Issue[] = [];
  const warnings: Issue[] = [];
  for (const [name, tableRows] of Object.entries(rows)) {
    const table = tableOf(name);
    for (const row of tableRows) {
      const record = `${name}/${table.key(row)}`;
      const parsed = table.parse(row);
      if (parsed.ok) {
        kept[name] = [...(kept[name] ?? []), parsed.record];
        warnings.push(...parsed.warnings.map((issue) => ({ record, ...issue })));
      } else {
        refused.push(...parsed.issues.map((issue) => ({ record, ...issue })));
      }
    }
  }
  const mapped = JSON.parse(JSON.stringify(communityServicesDataSet.map(kept, context)));
  return { rows, kept, refused, warnings, mapped };
}

/** What the golden files map to where everything is computed that can be. */
export function toDerived(goldens: readonly (readonly [string, Golden])[]): readonly Mapped[] {
  const switchedOn = createFixtureContext("leeds-csds", "383", ["asq-3-band", "growth-centile"]);
  return goldens.map(([, { rows }]) => communityServicesDataSet.map(stage(rows).kept, switchedOn));
}

export function issuesOf(table: string, row: CsvRow): readonly (readonly [string, string])[] {
  const parsed = tableOf(table).parse(row);
  return (parsed.ok ? parsed.warnings : parsed.issues).map(({ severity, field }) => [severity, field]);
}
