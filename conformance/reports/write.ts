import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "../result.ts";
import { toBadge } from "./badge.ts";
import { toHar } from "./har.ts";
import { toHtml } from "./html.ts";
import { toJunit } from "./junit.ts";
import { toResultsJson } from "./results-json.ts";
import { toTestReport } from "./test-report.ts";

/** Every report by the name of its file. */
const REPORTS: Readonly<Record<string, (report: RunReport) => string>> = {
  "results.json": toResultsJson,
  "junit.xml": toJunit,
  "report.html": toHtml,
  "testreport.json": toTestReport,
  "badge.svg": toBadge,
  "requests.har": toHar,
};

export async function writeReports(report: RunReport, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, render] of Object.entries(REPORTS)) await writeFile(join(directory, name), render(report));
}
