/**
 * One of the processes of `stale-reads.test.ts`: it reads and changes who holds which identifier, at random and many at a
 * time, in a truth that all of them share, and counts answers that are older than a change acknowledged before the
 * question. Started with the options as JSON; sends its counts while it is at work, and what came of it all when it was
 * told to finish and has done enough.
 */
import { createSecretKey } from "node:crypto";
import { openSync, readSync, writeSync } from "node:fs";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { openCommons } from "../../store/postgres/commons.ts";
import type { CacheCounts } from "../identity-cache.ts";
import { createFileFence, openSharedFence } from "./fence.ts";
import { createRedisIdentityCache } from "./redis.ts";

export interface StaleReadsOptions {
  readonly url: string;
  readonly fence: string;
  /** Of a database that keeps the fence instead, as for machines that share no disk. */
  readonly database?: string;
  /** Two files of zeros, 8 bytes an identifier: the state it is in, and the last state that was acknowledged. */
  readonly truth: string;
  readonly acknowledged: string;
  readonly identifiers: number;
  /** Which of the processes this is, and how many there are; each changes identifiers of its own. */
  readonly index: number;
  readonly processes: number;
  readonly operations: number;
  readonly isNear: boolean;
  /** How long anybody waits for a reply; as in the gateway when absent. */
  readonly deadline_ms?: number;
}

export interface StaleReadsResult {
  readonly kind: "result";
  readonly reads: number;
  readonly changes: number;
  readonly stale: number;
  readonly counts: CacheCounts;
}

/** What a process sends: now and then what it has counted, and in the end everything. */
export type StaleReadsMessage = { readonly kind: "counts"; readonly counts: CacheCounts } | StaleReadsResult;

const AT_A_TIME = 16;
const TOLD_EVERY_MS = 20;
const CHANGE_SHARE = 0.15;
/** No record of a child has such a key: the state in which an answer was found stands in it. */
const STATE_MARK = 1_000_000_000;
const STATE_BYTES = 8;

/** In every fifth state nobody holds the identifier, else one or two of few records, and the mark. */
function holdersIn(identifier: number, state: number): readonly number[] {
  if (state % 5 === 0) return [];
  const one = (identifier % 7) * 10 + (state % 3);
  return state % 5 === 1 ? [one, one + 100, STATE_MARK + state] : [one, STATE_MARK + state];
}

const argument: StaleReadsOptions = JSON.parse(process.argv[2] ?? "");
const truth = openSync(argument.truth, "r+");
const acknowledged = openSync(argument.acknowledged, "r+");
const bytes = Buffer.alloc(STATE_BYTES);

function stateIn(file: number, identifier: number): number {
  readSync(file, bytes, 0, STATE_BYTES, identifier * STATE_BYTES);
  return bytes.readDoubleLE(0);
}

function setState(file: number, identifier: number, state: number): void {
  const written = Buffer.alloc(STATE_BYTES);
  written.writeDoubleLE(state);
  writeSync(file, written, 0, STATE_BYTES, identifier * STATE_BYTES);
}

const commons = argument.database === undefined ? undefined : await openCommons({ url: argument.database });
const cache = createRedisIdentityCache({
  url: argument.url,
  identityKey: createSecretKey(Buffer.alloc(32, 1)),
  fence: commons === undefined ? createFileFence(argument.fence) : await openSharedFence(commons.numbers),
  isNear: argument.isNear,
  ...(argument.deadline_ms === undefined ? {} : { deadline_ms: argument.deadline_ms }),
});
let reads = 0;
let changes = 0;
let stale = 0;
let mayFinish = false;
process.on("message", () => {
  mayFinish = true;
});

/** Busy for so long now and then, a process has not yet heard what was sent to it, and asks at once. */
const BUSY_SHARE = 0.02;
const BUSY_MS = 2;

function beBusy(): void {
  const until = performance.now() + BUSY_MS;
  while (performance.now() < until);
}

async function read(identifier: number): Promise<void> {
  if (Math.random() < BUSY_SHARE) beBusy();
  const before = stateIn(acknowledged, identifier);
  const records = await cache.resolve(`system|${identifier}`, async () => {
    if (Math.random() < 0.5) await turn();
    return holdersIn(identifier, stateIn(truth, identifier));
  });
  const after = stateIn(truth, identifier);
  reads += 1;
  const mark = records.at(-1);
  const isFresh =
    mark === undefined
      ? Math.floor(after / 5) * 5 >= before
      : mark - STATE_MARK >= before && mark - STATE_MARK <= after;
  if (!isFresh) stale += 1;
}

const changing = new Set<number>();

async function change(identifier: number): Promise<void> {
  if (changing.has(identifier)) return;
  changing.add(identifier);
  const state = stateIn(truth, identifier);
  const held = holdersIn(identifier, state).filter((record) => record < STATE_MARK);
  setState(truth, identifier, state + 1);
  // Whoever holds it is enough to name when somebody does, as in a merge; else only the identifier can be named.
  const isNamed = held.length === 0 || Math.random() < 0.5;
  await cache.purge(isNamed ? { records: held, identifiers: [`system|${identifier}`] } : { records: held.slice(-1) });
  setState(acknowledged, identifier, state + 1);
  changes += 1;
  changing.delete(identifier);
}

async function work(): Promise<void> {
  const { identifiers, processes, index, operations } = argument;
  while (!mayFinish || reads + changes < operations) {
    const identifier = Math.floor(Math.random() * identifiers);
    if (Math.random() >= CHANGE_SHARE) await read(identifier);
    else await change(identifier - (identifier % processes) + index);
    if ((reads + changes) % 64 === 0) await turn();
  }
}

function tell(message: StaleReadsMessage): void {
  process.send?.(message);
}

while (cache.state() !== "connected") await pause(5);
const telling = setInterval(() => tell({ kind: "counts", counts: cache.counts() }), TOLD_EVERY_MS);
await Promise.all(Array.from({ length: AT_A_TIME }, work));
clearInterval(telling);
// Whatever has happened to Redis, it is found again.
while (cache.state() !== "connected") await pause(5);
tell({ kind: "result", reads, changes, stale, counts: cache.counts() });
await cache.close();
process.disconnect?.();
