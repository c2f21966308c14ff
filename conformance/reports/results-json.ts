import type { RunReport } from "../result.ts";

/** `results.json`: the run without its exchanges, which stand in requests.har; described by results.schema.json. */
export function toResultsJson({ exchanges, ...report }: RunReport): string {
  return `${JSON.stringify({ format: 1, requests: exchanges.length, ...report }, null, 2)}\n`;
}
