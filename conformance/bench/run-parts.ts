import type { Bench } from "./bench.ts";
import type { Part } from "./parts/part.ts";

/** One part after the other, each with its time; what breaks one of them is told, and the rest goes on. */
export async function runParts(bench: Bench, parts: readonly Part[]): Promise<void> {
  const { findings, say } = bench;
  for (const part of parts) {
    say(`… ${part.title}`);
    const started = performance.now();
    try {
      await part.run(bench);
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
