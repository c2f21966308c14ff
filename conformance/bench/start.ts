import { setTimeout as sleep } from "node:timers/promises";
import { withDirectory } from "./clean-up.ts";
import { residentMemory } from "./process-usage.ts";
import { openGateway } from "./server.ts";
import { median } from "./statistics.ts";

export interface StartFigures {
  /** The first of all, on an empty directory. */
  readonly first_s: number;
  readonly start_s: readonly number[];
  readonly median_s: number;
  readonly idle_MB: number;
}

/** Long enough for what is imported after listening, and for a collection of what the start left behind. */
const IDLE_AFTER_MS = 2_000;

/** Starts on a store that is there already, from spawn to the first 200, and looks at memory when nothing is asked. */
export async function measureStart(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  times: number,
): Promise<StartFigures> {
  const first_s = await withDirectory("bench-first-", async (directory) => {
    const gateway = await openGateway({ dataDir: directory, env });
    await gateway.stop();
    return gateway.ready_ms / 1000;
  });
  const start_s: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const gateway = await openGateway({ dataDir, env });
    start_s.push(gateway.ready_ms / 1000);
    if (round === times - 1) {
      await sleep(IDLE_AFTER_MS);
      idle.push(await residentMemory(gateway.pid));
    }
    await gateway.stop();
  }
  return { first_s, start_s, median_s: median(start_s), idle_MB: median(idle) };
}
