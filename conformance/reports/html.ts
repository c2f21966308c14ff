import type { CaseResult, MatrixRow, RunReport } from "../result.ts";
import { escapeMarkup as e } from "./markup.ts";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.5rem;font-size:13px}
.o{font-weight:600;white-space:nowrap}.pass{color:#1b6e20}.fail,.error{color:#a32018}.warn,.blocked{color:#8a5a00}
.not-declared,.not-applicable,.not-tested,.not-run{color:#555}label{margin-right:1rem}a{color:#0b4f9e}`;

const SCRIPT = `const pick=[...document.querySelectorAll("select")];
const show=()=>{for(const r of document.querySelectorAll("tr[data-level]"))
r.hidden=pick.some(s=>s.value!==""&&r.dataset[s.name]!==undefined&&r.dataset[s.name]!==s.value)};
for(const s of pick)s.addEventListener("change",show);`;

/** `report.html`: one file that loads nothing from anywhere; its links lead to the paragraphs of R4. */
export function toHtml(report: RunReport): string {
  const { base, started, time_ms, counts, results, matrix, software, assumed } = report;
  const summary = Object.entries(counts).map(([name, count]) => `<b class="o ${name}">${count}</b> ${name}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>FHIR R4 conformance of ${e(base)}</title><style>${STYLE}</style></head><body>
<h1>FHIR R4 conformance</h1>
<p>${e(base)} ${e(software)} · ${e(started)} · ${time_ms} ms · ${report.exchanges.length} requests</p>
${assumed === undefined ? "" : `<p class="warn">Planned without the server's own statement: ${e(assumed)}</p>`}
<p>${summary.join(" · ")}</p>
<p>${select("outcome", Object.keys(counts))}${select("level", ["SHALL", "SHOULD", "rule", "MAY"])}${select("group", [...new Set(results.map(({ group }) => group))])}</p>
<h2>Cases</h2><table><thead><tr><th>Result</th><th>Case</th><th>Level</th><th>What is sent and expected</th></tr></thead>
<tbody>${results.map(toRow).join("\n")}</tbody></table>
<h2>Requirements</h2><table><thead><tr><th>Result</th><th>Rule</th><th>Level</th><th>In words</th><th>Cases</th></tr></thead>
<tbody>${matrix.map(toMatrixRow).join("\n")}</tbody></table>
<script>${SCRIPT}</script></body></html>
`;
}

function select(name: string, values: readonly string[]): string {
  const options = values.map((value) => `<option>${e(value)}</option>`).join("");
  return `<label>${name} <select name="${name}"><option value="">all</option>${options}</select></label>`;
}

function toRow(result: CaseResult): string {
  const { id, outcome, level, group, title, anchor, requirements } = result;
  const rules = `<a href="${e(anchor)}">${e(requirements.join(", "))}</a>`;
  return `<tr data-level="${level}" data-group="${group}" data-outcome="${outcome}"><td class="o ${outcome}">${outcome}</td>
<td>${e(id)}<br>${rules}</td><td>${level}</td><td>${e(title)}${toDetail(result)}</td></tr>`;
}

function toDetail({ reason, rule, exchange, curl }: CaseResult): string {
  if (reason === undefined) return "";
  const parts = [`<p>${e(reason)}</p>`];
  if (exchange !== undefined) {
    const { request, response } = exchange;
    const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`);
    const sent = [`${request.method} ${request.url}`, request.body].filter((part) => part !== undefined);
    const got = [`${response.status}`, ...headers, "", response.body];
    parts.push(`<details><summary>${e(rule)}</summary><pre>${e(sent.join("\n"))}</pre><pre>${e(got.join("\n"))}</pre>`);
    parts.push(`<pre>${e((curl ?? []).join("\n"))}</pre></details>`);
  }
  return parts.join("");
}

function toMatrixRow({ id, outcome, level, anchor, rule, cases, reason }: MatrixRow): string {
  const why = outcome === "not-tested" ? `<br><i>${e(reason ?? "")}</i>` : "";
  return `<tr data-level="${level}" data-outcome="${outcome}"><td class="o ${outcome}">${outcome}</td>
<td><a href="${e(anchor)}">${id}</a></td><td>${level}</td><td>${e(rule)}${why}</td><td>${e(cases.join(", "))}</td></tr>`;
}
