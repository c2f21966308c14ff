import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import papaparse from "papaparse";
import { toPage } from "./page.ts";
import type { Evidence, EvidenceTable } from "./section.ts";

/** The page, all of it as JSON, and each table as CSV. Made anew where it is there already. */
export async function writeEvidence(out: string, evidence: Evidence): Promise<readonly string[]> {
  const tables = evidence.sections.flatMap((section) => section.tables);
  const files: readonly (readonly [name: string, text: string])[] = [
    ["evidence.html", toPage(evidence)],
    ["evidence.json", `${JSON.stringify(evidence, undefined, 2)}\n`],
    ...tables.map((table) => [join("tables", `${table.id}.csv`), toCsv(table)] as const),
  ];
  await mkdir(join(out, "tables"), { recursive: true, mode: 0o700 });
  for (const [name, text] of files) await writeFile(join(out, name), text, { mode: 0o600 });
  return files.map(([name]) => name);
}

/** A cell that a spreadsheet would take for a formula is told as text. */
function toCsv({ head, rows }: EvidenceTable): string {
  return `${papaparse.unparse([[...head], ...rows.map((row) => [...row])], { escapeFormulae: true })}\r\n`;
}
