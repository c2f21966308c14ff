import type { QualityReport } from "./quality-report.ts";
import { type ReadableTable, toReadableTables } from "./quality-tables.ts";

/** The report as a page that is read by people and by screen readers: captions, heads with their scope, no script. */
export function toHtml(report: QualityReport): string {
  const tables = toReadableTables(report);
  const body =
    tables.length === 0 ? "<p>Nothing was delivered yet.</p>" : tables.map((table) => toTable(table)).join("\n");
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data quality of ${escapeHtml(report.source)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; color: #212b32; background: #fff }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 1.5rem 0 }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { border: 1px solid #768692; padding: .25rem .5rem; text-align: left }
td { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<main>
<h1>Data quality of ${escapeHtml(report.source)}</h1>
<p>${escapeHtml(report.suppression.policy)}</p>
${body}
</main>
</body>
</html>
`;
}

function toTable({ title, head, rows }: ReadableTable): string {
  const heads = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const lines = rows.map(([first = "", ...cells]) => {
    const data = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(first)}</th>${data}</tr>`;
  });
  return `<div class="wide" role="region" aria-label="${escapeHtml(title)}" tabindex="0">
<table>
<caption>${escapeHtml(title)}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>
</div>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
