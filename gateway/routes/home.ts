/** What the page at `/` and the text at start tell a newcomer. */
export interface FirstCalls {
  readonly baseUrl: string;
  /** Environment that the commands need to reach this gateway, as `BASE_URL=… `; empty for the defaults. */
  readonly environment: string;
  readonly isDemonstration: boolean;
}

/** The number of the demonstration's first named child: synthetic, from the 999 range. */
const DEMONSTRATION_NHS_NUMBER = "9990000018";

/** Three calls that work as pasted in a shell in the project's folder. */
export function firstCalls({ baseUrl, environment }: FirstCalls): readonly string[] {
  const fhir = `${baseUrl}/fhir/R4`;
  return [
    `curl -s ${fhir}/metadata`,
    `TOKEN=$(${environment}npm run -s token -- --client gp-demo)`,
    `curl -s -H "Authorization: Bearer $TOKEN" -d 'patient.identifier=https://fhir.nhs.uk/Id/nhs-number|${DEMONSTRATION_NHS_NUMBER}' -d '_sort=-date' ${fhir}/Observation/_search`,
  ];
}

/** Of pages without a script, a form or anything from outside. */
export const CONTENT_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export const HOME_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": CONTENT_SECURITY,
  "X-Content-Type-Options": "nosniff",
} as const;

/** A plain page: what runs here, and the first three calls. No script, nothing from outside, no data. */
export function homePage(calls: FirstCalls): string {
  const { baseUrl, isDemonstration } = calls;
  const commands = firstCalls(calls)
    .map((call) => `<li><pre><code>${escapeHtml(call)}</code></pre></li>`)
    .join("\n");
  const demonstration = `
<h2>The first three calls</h2>
<p>In a shell, in the project's folder. All children here are synthetic.</p>
<ol>
${commands}
</ol>`;
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Early Years FHIR Gateway</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #212b32; background: #fff }
pre { background: #f0f4f5; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
a { color: #005eb8 }
</style>
</head>
<body>
<main>
<h1>Early Years FHIR Gateway</h1>
<p>This server joins the early-years education and health-visiting records of a child and answers as one
FHIR R4 API, to those who may see them and to nobody else.</p>
<ul>
<li>FHIR base: <code>${escapeHtml(baseUrl)}/fhir/R4</code></li>
<li><a href="/fhir/R4/metadata">CapabilityStatement</a>: what is served</li>
<li><a href="/fhir/R4/.well-known/smart-configuration">SMART configuration</a>: how to get a token</li>
<li><a href="/identity/review">Identity review</a>: for data stewards</li>
<li><a href="/health/ready">Readiness</a> and <a href="/metrics">metrics</a></li>
</ul>${isDemonstration ? demonstration : ""}
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
