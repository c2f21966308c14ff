import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "redis";
import type { StaleReadsMessage, StaleReadsOptions, StaleReadsResult } from "./stale-reads.process.ts";

/** More than these with `STALE_READ_OPERATIONS`, as 100000. */
const { STALE_READ_OPERATIONS: given = "1600" } = process.env;
const OPERATIONS = Number(given);
const PROCESSES = 2;
const IDENTIFIERS = 64;
const POLL_MS = 5;

export interface StaleReadsRun {
  /** Where the processes find what they share. */
  readonly directory: string;
  readonly name: string;
  readonly url: string;
  readonly isNear?: boolean;
  /** Of a database that keeps the fence. */
  readonly database?: string;
  /** How long the processes wait for a reply; as the gateway does when absent. */
  readonly deadline_ms?: number;
  /** What happens to Redis meanwhile; begins when all of the processes have had answers out of it. */
  trouble?(told: Told): Promise<void>;
}

type Counts = StaleReadsResult["counts"];

/** What the processes tell while they are at work. */
export interface Told {
  /** Resolves when each of them has counted something after it was asked for. */
  untilMore(count: keyof Counts): Promise<void>;
  /** Resolves when any of them has. */
  untilAnyMore(count: keyof Counts): Promise<void>;
}

/** Several processes that read and change at random, while `trouble` happens. */
export async function runStaleReads(run: StaleReadsRun): Promise<StaleReadsResult> {
  const { directory, name, url, isNear = true, database, deadline_ms, trouble = async () => {} } = run;
  const file = (kind: string) => join(directory, `${name.replaceAll(/\W/g, "-")}-${kind}`);
  for (const kind of ["truth", "acknowledged"])
    await writeFile(file(kind), Buffer.alloc((IDENTIFIERS + PROCESSES) * 8));
  const workers = Array.from({ length: PROCESSES }, (_, index) => {
    const options: StaleReadsOptions = {
      url,
      isNear,
      index,
      processes: PROCESSES,
      identifiers: IDENTIFIERS,
      operations: Math.ceil(OPERATIONS / PROCESSES),
      fence: file("fence"),
      ...(database === undefined ? {} : { database }),
      ...(deadline_ms === undefined ? {} : { deadline_ms }),
      truth: file("truth"),
      acknowledged: file("acknowledged"),
    };
    return startWorker(options);
  });
  try {
    const told: Told = {
      untilMore: async (count) => {
        await Promise.all(workers.map((worker) => worker.untilMore(count)));
      },
      untilAnyMore: (count) => Promise.race(workers.map((worker) => worker.untilMore(count))),
    };
    await told.untilMore(isNear ? "nearHits" : "farHits");
    await trouble(told);
    for (const { child } of workers) child.send("finish");
    return sum(await Promise.all(workers.map(({ result }) => result)));
  } finally {
    for (const { child } of workers) child.kill("SIGKILL");
  }
}

function startWorker(options: StaleReadsOptions) {
  const child: ChildProcess = fork(new URL("./stale-reads.process.ts", import.meta.url), [JSON.stringify(options)], {
    stdio: "inherit",
  });
  let counts: Counts | undefined;
  let messages = 0;
  let isEnded = false;
  const ended = once(child, "exit").then((): never => {
    isEnded = true;
    throw new Error("A process ended without a result.");
  });
  const told = new Promise<StaleReadsResult>((resolve) => {
    child.on("message", (message: StaleReadsMessage) => {
      counts = message.counts;
      messages += 1;
      if (message.kind === "result") resolve(message);
    });
  });
  const result = Promise.race([told, ended]);
  result.catch(() => {});
  return {
    child,
    result,
    async untilMore(count: keyof Counts): Promise<void> {
      // What is on its way may be of before.
      const asked = messages;
      while (messages === asked && !isEnded) await pause(POLL_MS);
      const before = counts?.[count] ?? 0;
      while ((counts?.[count] ?? 0) <= before && !isEnded) await pause(POLL_MS);
    },
  };
}

function sum(results: readonly StaleReadsResult[]): StaleReadsResult {
  const total = (of: (result: StaleReadsResult) => number) =>
    results.reduce((before, result) => before + of(result), 0);
  return {
    kind: "result",
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
