/**
 * `npm run -s resolve-bench -- [--children 300000] [--asked 100000] [--data DIR]`
 *
 * How fast records find their child: fills a store with invented children through the store's own verbs, resolves records
 * that it has never seen against it without writing anything, and prints one line of JSON: resolved a second, CPU and
 * time of one (median and 99th percentile), how many were linked and rightly so, resident memory. Half of the records
 * are of children that are held, told by another source without a number and with slips; half of strangers.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { type ChildResolver, createChildResolver } from "../identity/resolve-child.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { type RecordKey, SHARED_ID_SPACE, type Store } from "../store/store.ts";
import { CHILDREN_WITH_NUMBERS, type Invented, inventChild, tellAgain } from "./resolve-bench-children.ts";

const USAGE = `usage: npm run -s resolve-bench -- [--children N] [--asked N] [--data DIR]

  --children N   children in the store (default 300000, at most ${CHILDREN_WITH_NUMBERS})
  --asked N      records that are resolved (default 100000)
  --data DIR     where the store is kept and used again; a temporary one without it
`;

/** Children written in one transaction. */
const BATCH = 500;
const HEALTH = "leeds-csds";
const SCHOOL = "leeds-eyfsp";

interface Task {
  readonly children: number;
  readonly asked: number;
  readonly directory: string | undefined;
}

function parseTask(args: readonly string[]): Task | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        children: { type: "string", default: "300000" },
        asked: { type: "string", default: "100000" },
        data: { type: "string" },
      },
    });
    const [children, asked] = [Number(values.children), Number(values.asked)];
    const isWhole = [children, asked].every((count) => Number.isInteger(count) && count > 0);
    return isWhole && children <= CHILDREN_WITH_NUMBERS ? { children, asked, directory: values.data } : undefined;
  } catch {
    return undefined;
  }
}

/** Holds the children as the ingest line does after an own decision, without contributions and resources. */
async function fill(store: Store, resolver: ChildResolver, children: number): Promise<void> {
  for (let from = 0; from < children; from += BATCH) {
    await store.write(
      async (transaction) => {
        for (let serial = from; serial < Math.min(from + BATCH, children); serial++) {
          const identity = toIdentity(inventChild(serial));
          const record = await transaction.createChild(randomUUID(), SHARED_ID_SPACE);
          const { localId } = identity;
          await transaction.appendLink({
            source: HEALTH,
            localId,
            record,
            author: "bench",
            evidence: [],
            decidedAt: 0,
          });
          await transaction.putSourceIdentity(
            HEALTH,
            localId,
            identity,
            resolver.blockingKeysOf(identity),
            resolver.printOf(identity),
          );
          const key = `nhs-number|${identity.nhsNumber}`;
          await transaction.claimIdentityKey({ key, record, source: HEALTH, localId, isWithheld: false });
        }
      },
      { flush: "later" },
    );
  }
  await store.write(async () => undefined);
}

function toIdentity({ serial, ...identity }: Invented): SourceIdentity {
  return { localId: String(serial), ...identity };
}

interface Answers {
  readonly times_ms: readonly number[];
  readonly linked: number;
  readonly wrong: number;
  readonly inReview: number;
}

async function ask(store: Store, resolver: ChildResolver, { children, asked }: Task): Promise<Answers> {
  const times_ms: number[] = [];
  const counts = { linked: 0, wrong: 0, inReview: 0 };
  for (let n = 0; n < asked; n++) {
    // Scattered over all that is held, and beyond it for strangers.
    const serial = n % 2 === 0 ? (n * 7_919) % children : CHILDREN_WITH_NUMBERS + n;
    const { serial: _, nhsNumber: __, ...identity } = n % 2 === 0 ? tellAgain(serial) : inventChild(serial);
    const start = performance.now();
    const { record, decision } = await resolver.resolve(store, SCHOOL, { localId: `asked-${n}`, ...identity });
    times_ms.push(performance.now() - start);
    if (decision.reviews.some(({ kind }) => kind === "ambiguous")) counts.inReview += 1;
    if (record === undefined) continue;
    counts.linked += 1;
    if (!(await isRight(store, record, serial))) counts.wrong += 1;
  }
  return { times_ms, ...counts };
}

async function isRight(store: Store, record: RecordKey, serial: number): Promise<boolean> {
  const names = await store.namesOf(record);
  return names.some(({ localId }) => localId === String(serial));
}

async function run({ directory, ...task }: Task): Promise<void> {
  const folder = directory ?? (await mkdtemp(join(tmpdir(), "resolve-bench-")));
  const store = createSqliteStore({ path: join(folder, "store.sqlite"), isAlone: true });
  const scope = { matches: (one: string, other: string) => one === other, authorityOf: () => "leeds" };
  const resolver = createChildResolver(createMatcher(ENGLAND), scope);
  try {
    const [held] = await store.scanRecords({}, task.children - 1, 1);
    const filling = performance.now();
    if (held === undefined) await fill(store, resolver, task.children);
    const filled_s = (performance.now() - filling) / 1_000;
    await ask(store, resolver, { ...task, asked: Math.min(2_000, task.asked), directory });
    const cpu = process.cpuUsage();
    const { times_ms, ...counts } = await ask(store, resolver, { ...task, directory });
    const { user, system } = process.cpuUsage(cpu);
    const sorted = times_ms.toSorted((left, right) => left - right);
    const total_ms = times_ms.reduce((sum, time) => sum + time, 0);
    const at = (share: number): number => rounded(sorted[Math.floor(sorted.length * share)] ?? 0);
    const answer = {
      children: task.children,
      asked: task.asked,
      perSecond: Math.round((task.asked / total_ms) * 1_000),
      cpu_us: rounded((user + system) / task.asked),
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      ...counts,
      resident_MB: Math.round(process.memoryUsage.rss() / 1_048_576),
      filled_s: rounded(filled_s),
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } finally {
    await store.close();
    if (directory === undefined) await rm(folder, { recursive: true });
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

const task = parseTask(process.argv.slice(2));
if (task === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else await run(task);
