import type { KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import { LIMITS } from "../../limits.ts";
import type { RecordKey } from "../../store/store.ts";
import type { IdentityCache } from "../identity-cache.ts";
import { createEntrySeal } from "./sealed-entry.ts";

/** How soon a lost or silent Redis is asked again: at first, and at most. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;
/** Entries written together should not all expire together. */
const LIFE_SPREAD = 0.1;

/** `{ timeout: undefined }`, which takes the client's default away; its types know no such value. */
const NO_TIMEOUT = Object.defineProperty({}, "timeout", { value: undefined, enumerable: true });

/**
 * The cache shared by several processes. The first call connects; until then, and whenever Redis is away, every answer
 * is "not known" at once. A Redis that is silent for longer than `redis_deadline_ms` counts as away until it answers a
 * ping again, so that a request never waits for it more than once.
 *
 * Stored: `eyg:id:<HMAC>` → encrypted record key, for `identity_cache_life_s` ± 10 %.
 */
export async function createRedisIdentityCache(options: {
  readonly url: string;
  readonly identityKey: KeyObject;
}): Promise<IdentityCache> {
  // Loading the client costs more than starting the rest of the gateway; only who has a REDIS_URL pays for it.
  const { createClient } = await import("redis");
  const seal = createEntrySeal(options.identityKey);
  const front = new LRUCache<string, RecordKey>({ max: LIMITS.identity_cache_entries_max });
  const client = createClient({
    url: options.url,
    disableOfflineQueue: true,
    // The client's own timeout costs three quarters of its throughput; `answer` below keeps the deadline.
    commandOptions: NO_TIMEOUT,
    socket: { reconnectStrategy: retryDelay, connectTimeout: RETRY_MS_MAX },
  });
  let silent = false;
  let closed = false;
  let probe: NodeJS.Timeout | undefined;

  const isUp = (): boolean => client.isReady && !silent && !closed;
  // The client tells of each failed attempt; the state says all that there is to say.
  client.on("error", () => {});
  client.on("ready", () => {
    // What others changed meanwhile has not been heard.
    front.clear();
    silent = false;
  });
  client.connect().catch(() => {});

  /** The reply, or `undefined` when Redis is away or too slow. */
  async function answer<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (!isUp()) return undefined;
    const reply = await withDeadline(command(), LIMITS.redis_deadline_ms);
    if (reply.kind === "late") {
      silent = true;
      probeAgain(0);
    }
    return reply.kind === "value" ? reply.value : undefined;
  }

  function probeAgain(attempt: number): void {
    clearTimeout(probe);
    probe = setTimeout(async () => {
      if (closed || !silent || !client.isReady) return;
      const reply = await withDeadline(client.ping(), LIMITS.redis_deadline_ms);
      if (reply.kind !== "value") return probeAgain(attempt + 1);
      front.clear();
      silent = false;
    }, retryDelay(attempt));
    probe.unref();
  }

  return {
    async get(identifier) {
      const near = front.get(identifier);
      if (near !== undefined) return near;
      const name = seal.name(identifier);
      const sealed = await answer(() => client.get(name));
      const record = typeof sealed === "string" ? seal.open(name, sealed) : undefined;
      if (record !== undefined) front.set(identifier, record);
      return record;
    },
    async put(identifier, record) {
      front.set(identifier, record);
      const name = seal.name(identifier);
      const life_s = LIMITS.identity_cache_life_s * (1 + LIFE_SPREAD * (2 * Math.random() - 1));
      const expiration = { type: "EX" as const, value: Math.round(life_s) };
      await answer(() => client.set(name, seal.seal(name, record), { expiration }));
    },
    async forget(identifier) {
      front.delete(identifier);
      await answer(() => client.del(seal.name(identifier)));
    },
    state: () => (isUp() ? "connected" : "down"),
    async close() {
      closed = true;
      clearTimeout(probe);
      client.destroy();
    },
  };
}

function retryDelay(attempt: number): number {
  return Math.min(RETRY_MS_MIN * 2 ** Math.min(attempt, 10), RETRY_MS_MAX);
}

type Reply<T> = { readonly kind: "value"; readonly value: T } | { readonly kind: "failed" } | { readonly kind: "late" };

function withDeadline<T>(reply: Promise<T>, deadline_ms: number): Promise<Reply<T>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: "late" }), deadline_ms);
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve({ kind: "value", value });
      },
      () => {
        clearTimeout(timer);
        resolve({ kind: "failed" });
      },
    );
  });
}
