import { createHash } from "node:crypto";
import { Html, html } from "../review/pages/html.ts";
import { COLOURS } from "../review/pages/style.ts";
import type { Evidence, EvidenceSection, EvidenceTable } from "./section.ts";

const STYLE = `
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 82rem; padding: 0 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif; color: ${COLOURS.text}; background: ${COLOURS.page} }
a { color: ${COLOURS.link} }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid ${COLOURS.text}; outline-offset: 2px; box-shadow: 0 0 0 6px ${COLOURS.focus} }
.skip { position: absolute; left: -999rem }
.skip:focus { position: static; display: block; padding: .5rem 1rem; background: ${COLOURS.focus}; color: ${COLOURS.text} }
h1 { font-size: 2rem; line-height: 1.2 }
h2 { font-size: 1.5rem; margin: 2.5rem 0 .5rem; border-top: 1px solid ${COLOURS.line}; padding-top: 1rem }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-size: .875rem }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { border: 1px solid ${COLOURS.line}; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 5rem; max-width: 28rem }
thead th { background: ${COLOURS.shade} }
tbody th { font-weight: 600 }
@media print {
  body { max-width: none; padding: 0; font-size: 9pt }
  nav, .skip { display: none }
  .wide { overflow: visible }
  table { font-size: 7pt; width: 100% }
  th, td { min-width: 0; max-width: none }
  thead { display: table-header-group }
  tr { break-inside: avoid }
  h2 { break-before: page }
}
`;

/** Nothing is fetched and nothing runs, also where the page is opened from a disk. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

/** One page with all that it needs: no script, no picture, no address that is fetched. */
export function toPage(evidence: Evidence): string {
  const { gateway, madeAt, mode, sections } = evidence;
  const contents = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const page = html`<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evidence of the Early Years FHIR Gateway</title>
<style>${STYLE_MARKUP}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the evidence</a>
<h1>Evidence of the Early Years FHIR Gateway</h1>
<p>Made at ${madeAt} by release ${gateway} from its configuration and data (${mode}). It informs a data protection impact
assessment and a clinical safety case; it replaces neither, nor whoever signs them.</p>
<nav aria-label="Contents"><ol>${contents}</ol></nav>
<main id="main" tabindex="-1">
${sections.map(toSection)}
</main>
</body>
</html>
`;
  return `<!doctype html>\n${page.markup}`;
}

const STYLE_MARKUP = trusted(STYLE);

/** Text of our own that is no HTML. */
function trusted(markup: string): Html {
  return new Html(markup);
}

function toSection({ id, title, text, tables }: EvidenceSection): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${text.map((paragraph) => html`<p>${paragraph}</p>\n`)}${tables.map(toTable)}
</section>
`;
}

function toTable({ id, title, head, rows, isOnlyData }: EvidenceTable): Html {
  if (isOnlyData || rows.length === 0) {
    const told = rows.length === 0 ? "there is nothing to show." : `${rows.length} rows in tables/${id}.csv.`;
    return html`<p><strong>${title}:</strong> ${told}</p>\n`;
  }
  const lines = rows.map(([first = "", ...cells]) => {
    const data = cells.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${first}</th>${data}</tr>\n`;
  });
  return html`<div class="wide" role="region" aria-label="${title}" tabindex="0">
<table>
<caption>${title}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${lines}</tbody>
</table>
</div>
`;
}
