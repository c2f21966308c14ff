import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createClient, createCluster, type RedisArgument } from "redis";
import { LIMITS } from "../../limits.ts";
import { type RedisAddress, toRedisAddress } from "./redis-address.ts";
import { ChangeListener, type Heard } from "./redis-changes.ts";

/** How often a Redis that nobody asks anything is asked whether it is there, and how long that takes. */
const PING_EVERY_MS = 5_000;
/** How often somebody who waits for it looks whether Redis is back. */
const POLL_MS = 5;
/** How soon a lost or silent Redis is asked again: at first, and at most. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/** `{ timeout: undefined }`, which takes the client's default away; its types know no such value. */
const NO_TIMEOUT = Object.defineProperty({}, "timeout", { value: undefined, enumerable: true });

/** A Lua script, sent whole only to a server that does not have it yet. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export function toScript(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** The few commands that are used; each concerns one slot of a cluster. */
export interface RedisCommands {
  get(name: string): Promise<string | undefined>;
  /** Whether it was set: with `onlyNew` not when there is one already. */
  set(name: string, value: string, options: { readonly life_ms: number; readonly onlyNew?: true }): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** All keys in one slot. */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown>;
}

/**
 * A connection to one Redis or a cluster that never makes anybody wait for longer than a deadline (`redis_deadline_ms`
 * unless told otherwise), and after that for nothing until the server, or every master, has answered a ping.
 */
export interface RedisLink {
  /** The reply, or `undefined` when Redis is away, too slow or answers with an error. */
  ask<T>(command: (redis: RedisCommands) => Promise<T>, deadline_ms?: number): Promise<T | undefined>;
  /** Whether every master has answered, and with it told of all changes that were made before. */
  catchUp(): Promise<boolean>;
  isUp(): boolean;
  /** Whether it is up, or is so again before it has been away for `patience_ms`. */
  isBack(patience_ms: number): Promise<boolean>;
  /** Differs when a server was started anew or another one has taken its place; `undefined` while that is not known. */
  incarnation(): string | undefined;
  /** How long the last regular ping took; nothing while Redis is away. */
  roundTrip(): { readonly roundTrip_s?: number };
  close(): void;
}

type Reply<T> = { readonly kind: "value"; readonly value: T } | { readonly kind: "failed" } | { readonly kind: "late" };

export function createRedisLink(options: {
  readonly url: string;
  /** `redis_deadline_ms` when absent. */
  readonly deadline_ms?: number;
  /** Told of changed keys (client-side tracking), and of every loss of a connection. */
  readonly heard?: Heard;
}): RedisLink {
  const server = connect(toRedisAddress(options.url), options.heard, () => lost());
  const { deadline_ms: usual_ms = LIMITS.redis_deadline_ms } = options;
  let state: "away" | "up" | "closed" = "away";
  let awaySince = performance.now();
  let incarnation: string | undefined;
  let attempt = 0;
  let probe: NodeJS.Timeout | undefined;
  let connections = 0;

  function lost(): void {
    connections += 1;
    incarnation = undefined;
    if (state === "up") {
      state = "away";
      awaySince = performance.now();
    }
    options.heard?.lost();
    if (state === "away") probeIn(0);
  }

  function probeIn(delay_ms: number): void {
    clearTimeout(probe);
    probe = setTimeout(async () => {
      if (state !== "away") return;
      const before = connections;
      const reply = await withDeadline(server.incarnation(), usual_ms);
      if (state !== "away") return;
      if (reply.kind !== "value" || before !== connections) {
        attempt += 1;
        return probeIn(retryDelay(attempt));
      }
      attempt = 0;
      incarnation = reply.value;
      options.heard?.lost();
      state = "up";
    }, delay_ms);
    probe.unref();
  }

  async function reply<T>(command: () => Promise<T>, deadline_ms: number = usual_ms) {
    if (state !== "up") return undefined;
    const before = connections;
    const answered = await withDeadline(command(), deadline_ms);
    if (answered.kind === "late" && state === "up") lost();
    // An answer that came over another connection may be that of another server.
    return answered.kind === "value" && before === connections ? answered.value : undefined;
  }

  let roundTrip_s: number | undefined;
  const heartbeat = setInterval(async () => {
    const sent = performance.now();
    roundTrip_s = (await reply(server.ping)) === true ? (performance.now() - sent) / 1_000 : undefined;
  }, PING_EVERY_MS);
  heartbeat.unref();

  probeIn(0);
  return {
    ask: (command, deadline_ms) => reply(() => command(server), deadline_ms),
    catchUp: async () => (await reply(server.ping)) === true,
    isUp: () => state === "up",
    async isBack(patience_ms) {
      while (state === "away" && performance.now() - awaySince < patience_ms) await pause(POLL_MS);
      return state === "up";
    },
    incarnation: () => (state === "up" ? incarnation : undefined),
    roundTrip: () => (state === "up" && roundTrip_s !== undefined ? { roundTrip_s } : {}),
    close() {
      state = "closed";
      clearTimeout(probe);
      clearInterval(heartbeat);
      server.close();
    },
  };
}

interface Server extends RedisCommands {
  readonly ping: () => Promise<true>;
  /** Of all masters. Rejects while one of them does not answer. */
  incarnation(): Promise<string>;
  close(): void;
}

function connect(address: RedisAddress, heard: Heard | undefined, lost: () => void): Server {
  return address.kind === "node" ? connectNode(address.url, heard, lost) : connectCluster(address, heard, lost);
}

const SOCKET = { reconnectStrategy: retryDelay, connectTimeout: RETRY_MS_MAX };

function connectNode(url: string, heard: Heard | undefined, lost: () => void): Server {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    // The client's own timeout costs three quarters of its throughput; the link keeps the deadline.
    commandOptions: NO_TIMEOUT,
    socket: SOCKET,
    ...(heard === undefined ? {} : { clientSideCache: new ChangeListener(heard) }),
  });
  // The client tells of each failed attempt; the state says all that there is to say.
  client.on("error", lost);
  client.on("ready", lost);
  client.connect().catch(() => {});
  return {
    ...toCommands(client),
    async ping() {
      await client.ping();
      return true;
    },
    incarnation: async () => runIdOf(await client.info("server")),
    close: () => client.destroy(),
  };
}

function connectCluster(
  address: Extract<RedisAddress, { kind: "cluster" }>,
  heard: Heard | undefined,
  lost: () => void,
): Server {
  const defaults = {
    ...address.credentials,
    disableOfflineQueue: true,
    socket: address.isTls ? { ...SOCKET, tls: true as const } : SOCKET,
  };
  const cluster = createCluster({
    rootNodes: address.urls.map((url) => ({ url, socket: { connectTimeout: RETRY_MS_MAX, reconnectStrategy: false } })),
    defaults,
    commandOptions: NO_TIMEOUT,
    ...(heard === undefined ? {} : { clientSideCache: new ChangeListener(heard) }),
  });
  let isClosed = false;
  cluster.on("error", () => {});
  for (const event of ["node-ready", "node-error", "node-disconnect"]) cluster.on(event, lost);
  const open = (attempt: number): void => {
    if (isClosed) return;
    cluster.connect().catch(() => setTimeout(open, retryDelay(attempt), attempt + 1).unref());
  };
  open(0);
  const ofMasters = async <T>(ask: (client: Awaited<ReturnType<typeof cluster.nodeClient>>) => Promise<T>) => {
    if (!cluster.isReady) throw new Error("The cluster is not known yet.");
    return Promise.all(cluster.masters.map(async (node) => ask(await cluster.nodeClient(node))));
  };
  return {
    ...toCommands(cluster),
    async ping() {
      await ofMasters((client) => client.ping());
      return true;
    },
    async incarnation() {
      const ids = await ofMasters(async (client) => runIdOf(await client.info("server")));
      return createHash("sha256").update(ids.sort().join(" ")).digest("base64url");
    },
    close() {
      isClosed = true;
      if (cluster.isOpen) cluster.destroy();
    },
  };
}

function runIdOf(info: string): string {
  const [, id] = /^run_id:([0-9a-f]+)/m.exec(info) ?? [];
  if (id === undefined) throw new Error("The server does not say which run of it this is.");
  return id;
}

/** What one client and a cluster have in common. */
interface Client {
  get(name: RedisArgument): Promise<string | Buffer | null>;
  set(
    name: RedisArgument,
    value: RedisArgument,
    options: { readonly expiration: { readonly type: "PX"; readonly value: number }; readonly condition?: "NX" },
  ): Promise<string | Buffer | null>;
  unlink(name: RedisArgument): Promise<unknown>;
  evalSha(sha1: RedisArgument, options: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
  eval(text: RedisArgument, options: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
}

function toCommands(client: Client): RedisCommands {
  return {
    async get(name) {
      const value = await client.get(name);
      return value === null ? undefined : String(value);
    },
    async set(name, value, { life_ms, onlyNew }) {
      const expiration = { type: "PX" as const, value: Math.ceil(life_ms) };
      const done = await client.set(name, value, onlyNew ? { expiration, condition: "NX" as const } : { expiration });
      return done !== null;
    },
    async remove(name) {
      await client.unlink(name);
    },
    async run(script, keys, values) {
      const given = { keys: [...keys], arguments: [...values] };
      try {
        return await client.evalSha(script.sha1, given);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        return client.eval(script.text, given);
      }
    },
  };
}

function retryDelay(attempt: number): number {
  return Math.min(RETRY_MS_MIN * 2 ** Math.min(attempt, 10), RETRY_MS_MAX);
}

function withDeadline<T>(reply: Promise<T>, deadline_ms: number): Promise<Reply<T>> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ kind: "late" });
    // A process that was busy for so long may have the answer already, and only not have looked.
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), deadline_ms);
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
