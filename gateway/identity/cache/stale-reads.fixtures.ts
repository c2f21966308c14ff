import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import type { StaleReadsOptions, StaleReadsResult } from "./stale-reads.process.ts";

/** More than these with `STALE_READ_OPERATIONS`, as 100000. */
const { STALE_READ_OPERATIONS: given = "1600" } = process.env;
const OPERATIONS = Number(given);
const PROCESSES = 2;
const IDENTIFIERS = 64;

export interface StaleReadsRun {
  /** Where the processes find what they share. */
  readonly directory: string;
  readonly name: string;
  readonly url: string;
  readonly isNear?: boolean;
  /** What happens to Redis meanwhile. */
  trouble?(): Promise<void>;
}

/** Several processes that read and change at random, while `trouble` happens. */
export async function runStaleReads(run: StaleReadsRun): Promise<StaleReadsResult> {
  const { directory, name, url, isNear = true, trouble = async () => {} } = run;
  const file = (kind: string) => join(directory, `${name.replaceAll(/\W/g, "-")}-${kind}`);
  for (const kind of ["truth", "acknowledged"])
    await writeFile(file(kind), Buffer.alloc((IDENTIFIERS + PROCESSES) * 8));
  const children = Array.from({ length: PROCESSES }, (_, index) => {
    const options: StaleReadsOptions = {
      url,
      isNear,
      index,
      processes: PROCESSES,
      identifiers: IDENTIFIERS,
      operations: Math.ceil(OPERATIONS / PROCESSES),
      fence: file("fence"),
      truth: file("truth"),
      acknowledged: file("acknowledged"),
    };
    return fork(new URL("./stale-reads.process.ts", import.meta.url), [JSON.stringify(options)], { stdio: "inherit" });
  });
  try {
    const results = Promise.all(children.map(resultOf));
    await Promise.race([pause(400), results]);
    await trouble();
    for (const child of children) child.send("finish");
    return sum(await results);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

async function resultOf(child: ChildProcess): Promise<StaleReadsResult> {
  const ended = once(child, "exit").then(() => Promise.reject(new Error("A process ended without a result.")));
  const [result]: StaleReadsResult[] = await Promise.race([once(child, "message"), ended]);
  if (result === undefined) throw new Error("A process sent nothing.");
  ended.catch(() => {});
  return result;
}

function sum(results: readonly StaleReadsResult[]): StaleReadsResult {
  const total = (of: (result: StaleReadsResult) => number) =>
    results.reduce((before, result) => before + of(result), 0);
  return {
    reads: total(({ reads }) => reads),
    changes: total(({ changes }) => changes),
    stale: total(({ stale }) => stale),
    counts: {
      nearHits: total(({ counts }) => counts.nearHits),
      farHits: total(({ counts }) => counts.farHits),
      misses: total(({ counts }) => counts.misses),
      purges: total(({ counts }) => counts.purges),
      voided: total(({ counts }) => counts.voided),
      entries: total(({ counts }) => counts.entries),
    },
  };
}

export function report(name: string, result: StaleReadsResult): void {
  if (process.env.STALE_READ_OPERATIONS !== undefined) process.stdout.write(`${name}: ${JSON.stringify(result)}\n`);
}

export async function commandAll(urls: readonly string[], words: readonly string[]): Promise<void> {
  for (const url of urls) {
    const client = createClient({ url }).on("error", () => {});
    await client.connect();
    await client.sendCommand([...words]);
    client.destroy();
  }
}
