import { createPrivateKey, createSecretKey, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createRedisCoordination } from "../identity/cache/coordination-redis.ts";
import type { Person } from "../identity/person.ts";
import { createPersonTracer } from "./create-person-tracer.ts";
import { JUDGE } from "./pds.fixtures.ts";

/** What a process of a test is told on its standard input. */
export interface TracingTask {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly redisUrl: string;
  /** base64. */
  readonly identityKey: string;
  readonly apiKey: string;
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
  readonly persons: readonly Person[];
}

/** Traces all persons of its task at once and writes what came of them. */
async function run(task: TracingTask): Promise<void> {
  const identityKey = createSecretKey(Buffer.from(task.identityKey, "base64"));
  const coordination = createRedisCoordination({ url: task.redisUrl, identityKey, processes: 4 });
  const tracer = createPersonTracer({
    baseUrl: task.baseUrl,
    credentials: { ...task, key: createPrivateKey(task.privateKey) },
    coordination,
    clock: Date.now,
    ids: randomUUID,
    random: Math.random,
    // All of a test's children wait in one line.
    deadline_ms: 250_000,
    ...JUDGE,
  });
  // A process that has not met its Redis yet works for itself.
  while (coordination.state() !== "connected") await pause(10);
  const outcomes = await Promise.all(task.persons.map((person) => tracer.trace(person)));
  process.stdout.write(JSON.stringify(outcomes.map(({ kind }) => kind)));
  await coordination.close();
}

const chunks: string[] = [];
for await (const chunk of process.stdin) chunks.push(String(chunk));
await run(JSON.parse(chunks.join("")));
