import { setTimeout as pause } from "node:timers/promises";
import type { Disk } from "./disk.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import type { PostgresProcess } from "./postgres-process.ts";
import type { RedisProcess } from "./redis-process.ts";

/** What a fault is done to. */
export interface World {
  readonly gateway: GatewayProcess;
  readonly disk: Disk;
  readonly redis: RedisProcess | undefined;
  readonly postgres: PostgresProcess | undefined;
  /** Whether a request was refused, or not answered, since the fault began. */
  isFelt(): boolean;
  say(line: string): void;
}

export interface Fault {
  readonly id: string;
  readonly title: string;
  /** Within which all is well again, counted from when what was broken is whole. */
  readonly bound_ms: number;
  /** Why it cannot be done here; absent: it can. */
  missing(world: World): Promise<string | undefined> | string | undefined;
  /** Ends when what was broken is whole. Says how it was done. */
  run(world: World, hold_ms: number): Promise<string>;
}

/** How long a disk may still have room in files that are there already. */
const FILLING_MS = 30_000;
const POLL_MS = 20;

const needsRedis = ({ redis }: World) => (redis === undefined ? "there is no redis-server on the PATH" : undefined);
const needsPostgres = ({ postgres }: World) =>
  postgres === undefined ? "the gateway runs on its embedded store" : undefined;

export const FAULTS: readonly Fault[] = [
  {
    id: "worker-killed",
    title: "a worker killed",
    bound_ms: 10_000,
    async missing({ gateway }) {
      return (await gateway.workers()).length < 2 ? "the gateway runs as one process" : undefined;
    },
    async run({ gateway }) {
      const before = await gateway.workers();
      const [victim] = before;
      if (victim === undefined) throw new Error("no worker to kill");
      process.kill(victim, "SIGKILL");
      const deadline = performance.now() + this.bound_ms;
      for (;;) {
        const now = await gateway.workers();
        if (now.length >= before.length && !now.includes(victim)) break;
        if (performance.now() > deadline) return `SIGKILL to ${victim}; no other took its place`;
        await pause(POLL_MS);
      }
      return `SIGKILL to ${victim} of ${before.length} workers; another was started in its place`;
    },
  },
  {
    id: "gateway-killed",
    title: "the whole gateway killed and started again",
    bound_ms: 5_000,
    missing: () => undefined,
    async run({ gateway }) {
      const pids = await gateway.pids();
      await gateway.kill();
      await gateway.begin();
      return `SIGKILL to all of ${pids.length} process${pids.length === 1 ? "" : "es"}, then started`;
    },
  },
  {
    id: "postgres-restarted",
    title: "PostgreSQL restarted",
    bound_ms: 10_000,
    missing: needsPostgres,
    async run({ postgres }) {
      await postgres?.restart();
      return "immediate stop (SIGQUIT), then started; it recovered from its log";
    },
  },
  {
    id: "postgres-connections-ended",
    title: "PostgreSQL's connections terminated",
    bound_ms: 5_000,
    missing: needsPostgres,
    run: async ({ postgres }) => `SIGTERM to ${await postgres?.endConnections()} backends`,
  },
  {
    id: "redis-restarted",
    title: "Redis restarted and emptied",
    bound_ms: 5_000,
    missing: needsRedis,
    async run({ redis }) {
      await redis?.restart();
      return "SIGKILL, then started with nothing in it";
    },
  },
  {
    id: "redis-hung",
    title: "Redis hung for a while",
    bound_ms: 5_000,
    missing: needsRedis,
    async run({ redis }, hold_ms) {
      redis?.hang();
      await pause(hold_ms).finally(() => redis?.goOn());
      return `SIGSTOP for ${(hold_ms / 1_000).toFixed(1)} s, then SIGCONT`;
    },
  },
  {
    id: "disk-full",
    title: "the disk full for a while",
    bound_ms: 5_000,
    missing: ({ disk }) => (disk.way === undefined ? `a disk cannot be filled here: ${disk.reason}` : undefined),
    async run({ disk, gateway, isFelt }, hold_ms) {
      const pids = await gateway.pids();
      const from = performance.now();
      try {
        await disk.fill(pids);
        // Files keep the room that they have: it takes a moment until a write needs more.
        while (!isFelt() && performance.now() < from + FILLING_MS) await pause(POLL_MS);
        if (!isFelt()) return `${disk.way}; nobody felt it`;
        await pause(hold_ms);
      } finally {
        await disk.free(pids);
      }
      return `${disk.way}, for ${((performance.now() - from) / 1_000).toFixed(1)} s`;
    },
  },
];
