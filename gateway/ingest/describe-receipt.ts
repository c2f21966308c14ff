import type { Receipt } from "./receipt.ts";

/** What the audit log says of a delivery: counts, nothing of what was in it. */
export function describeReceipt({ source, received, committed, unchanged, quarantined }: Receipt): string {
  return `source=${source} received=${received} committed=${committed} unchanged=${unchanged} quarantined=${quarantined}`;
}
