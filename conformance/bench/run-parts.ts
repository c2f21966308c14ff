import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { endProcesses } from "./clean-up.ts";
import type { Part } from "./parts/part.ts";

/** A part that takes so many times its budget, and longer than a machine may be busy, is broken off: it hangs. */
const BUDGETS = 3;
const PATIENCE_S = 300;
const TO_END_MS = 15_000;

/** One part after the other, each with its time; what breaks one of them is told, and the rest goes on. */
export async function runParts(bench: Bench, parts: readonly Part[], isBounded: boolean): Promise<void> {
  const { findings, say } = bench;
  for (const part of parts) {
    say(`… ${part.title}`);
    const started = performance.now();
    try {
      await (isBounded ? within(part.run(bench), Math.max(PATIENCE_S, part.budget_s * BUDGETS)) : part.run(bench));
    } catch (error) {
      const reason = error instanceof Error ? error.message : "it broke";
      findings.failed.push({ what: part.id, reason });
      say(`  BROKEN: ${reason}`);
    }
    const seconds = (performance.now() - started) / 1000;
    findings.parts.push({ part: part.id, seconds, budget_s: part.budget_s });
    say(`  took ${seconds.toFixed(0)} s`);
  }
}

async function within(work: Promise<void>, most_s: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(most_s * 1000, "late" as const, { signal: over.signal }).catch(() => undefined);
  const first = await Promise.race([work, late]).finally(() => over.abort());
  if (first !== "late") return;
  // Without its servers it ends by itself, with an error that nobody needs any more.
  endProcesses();
  await Promise.race([work.catch(() => undefined), sleep(TO_END_MS)]);
  throw new Error(`broken off after ${most_s} s`);
}
