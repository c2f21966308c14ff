import { LIMITS } from "../../limits.ts";
import { type Fence, fenceNumber } from "./fence.ts";
import { toRedisAddress } from "./redis-address.ts";
import type { Heard } from "./redis-changes.ts";
import { createClusterConnector } from "./redis-cluster.ts";
import { createListedConnector } from "./redis-listed.ts";
import { connectNode } from "./redis-node.ts";
import type { Lost, RedisServer } from "./redis-server.ts";
import { withDeadline } from "./with-deadline.ts";

/** How soon a lost or silent Redis is asked again: at first, and at most. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 1_000;

export interface RedisPlaceOptions {
  /** As `toRedisAddress` reads it. */
  readonly url: string;
  /** How long anybody waits for a reply; `redis_deadline_ms` when absent. */
  readonly deadline_ms?: number;
  /** Told of changed keys (client-side tracking), and of every loss of a connection. */
  readonly heard?: Heard;
  /** By which the processes use one incarnation of Redis at a time; absent: each that answers. */
  readonly fence?: Fence;
}

/**
 * Which server is to be asked, if any. Whatever is lost is away until somebody there has said who it is; who is silent, no
 * master, or of another mind than its cluster is connected to anew.
 */
export class RedisPlace {
  readonly usual_ms: number;
  readonly #heard: Heard | undefined;
  readonly #fence: Fence | undefined;
  readonly #connect: (lost: Lost) => Promise<RedisServer>;
  #state: "away" | "up" | "closed" = "away";
  #awaySince = performance.now();
  #server: RedisServer | undefined;
  #incarnation: string | undefined;
  #taken = 0;
  #attempt = 0;
  #looking: NodeJS.Timeout | "now" | undefined;
  #connections = 0;

  constructor(options: RedisPlaceOptions) {
    this.usual_ms = options.deadline_ms ?? LIMITS.redis_deadline_ms;
    this.#heard = options.heard;
    this.#fence = options.fence;
    this.#connect = createConnector(options);
    this.#lookIn(0);
  }

  /** Whether the server is there, and the one that all processes use. */
  readonly isUp = (): boolean => {
    if (this.#state !== "up" || this.#incarnation === undefined) return false;
    if (this.#fence === undefined || this.#fence.read().taken === this.#taken) return true;
    // Two of different minds should not answer each other at once.
    this.#attempt += 1;
    this.lost(retryDelay(this.#attempt) * Math.random());
    return false;
  };

  server(): RedisServer | undefined {
    return this.isUp() ? this.#server : undefined;
  }

  /** Of what answers, and of the time that all processes have used it. */
  incarnation(): string | undefined {
    return this.isUp() ? `${this.#incarnation} ${this.#taken}` : undefined;
  }

  /** Moves whenever a connection is lost or made. */
  connections(): number {
    return this.#connections;
  }

  /** In milliseconds; for ever once it is closed. */
  awayFor(): number {
    return this.#state === "closed" ? Number.POSITIVE_INFINITY : performance.now() - this.#awaySince;
  }

  /** Whether what answers says that it is the same as before. */
  isSame(told: string | undefined): boolean {
    const isSame = told !== undefined && told === this.#incarnation;
    if (isSame) this.#attempt = 0;
    return isSame;
  }

  lost(delay_ms = 0): void {
    this.#connections += 1;
    this.#incarnation = undefined;
    if (this.#state === "up") {
      this.#state = "away";
      this.#awaySince = performance.now();
    }
    this.#heard?.lost();
    if (this.#state === "away") this.#lookIn(delay_ms);
  }

  close(): void {
    this.#state = "closed";
    if (this.#looking !== "now") clearTimeout(this.#looking);
    this.#drop();
  }

  #lookIn(delay_ms: number): void {
    if (this.#looking === "now") return;
    clearTimeout(this.#looking);
    this.#looking = setTimeout(async () => {
      this.#looking = "now";
      // Where the fence cannot be written Redis is not used: nobody else would know of it.
      const isFound = await this.#find().catch(() => false);
      this.#looking = undefined;
      if (isFound || this.#state !== "away") return;
      this.#attempt += 1;
      this.#lookIn(retryDelay(this.#attempt));
    }, delay_ms);
    this.#looking.unref();
  }

  async #find(): Promise<boolean> {
    await this.#fence?.ask?.();
    const found = await this.#look();
    if (found === undefined || this.#state !== "away") return false;
    const before = this.#connections;
    const taken = await this.#take(found);
    // It may have been lost while the others were told of it.
    if (this.#state !== "away" || before !== this.#connections) return false;
    this.#incarnation = found;
    this.#taken = taken;
    this.#heard?.lost();
    this.#state = "up";
    return true;
  }

  /** Who answers, on the connection that there is, else on a new one; nothing where it is slow, or was lost meanwhile. */
  async #look(): Promise<string | undefined> {
    const server = this.#server ?? (await this.#open());
    const before = this.#connections;
    const asked = server.incarnation();
    const reply = await withDeadline(asked, this.usual_ms);
    if (reply.kind === "value") return before === this.#connections ? reply.value : undefined;
    const later = reply.kind === "late" ? await withDeadline(asked, LIMITS.redis_patience_ms) : reply;
    if (later.kind !== "value") this.#drop();
    return undefined;
  }

  async #open(): Promise<RedisServer> {
    let opened: RedisServer | undefined;
    opened = await this.#connect(() => {
      if (opened !== undefined && this.#server === opened) this.lost();
    });
    if (this.#state === "closed") {
      opened.close();
      throw new Error("The link is closed.");
    }
    this.#server = opened;
    return opened;
  }

  /** When it was taken into use, as all see it; nothing that anybody sees where another one was at the same moment. */
  async #take(incarnation: string): Promise<number> {
    const number = fenceNumber(incarnation);
    if (this.#fence === undefined) return 0;
    // Others may have gone over to another one: then what this one holds is of no era that counts.
    if (this.#fence.read().server !== number) await this.#fence.takeServer(number);
    const { server, taken } = this.#fence.read();
    return server === number ? taken : -1;
  }

  #drop(): void {
    const dropped = this.#server;
    this.#server = undefined;
    dropped?.close();
  }
}

function createConnector({ url, heard, fence }: RedisPlaceOptions): (lost: Lost) => Promise<RedisServer> {
  const address = toRedisAddress(url);
  switch (address.kind) {
    case "node":
      return (lost) => connectNode(address.url, heard, lost);
    case "cluster":
      return createClusterConnector(address, heard);
    case "listed":
      return createListedConnector({
        urls: address.urls,
        heard,
        isInUse: (incarnation) => fence?.read().server === fenceNumber(incarnation),
      });
  }
}

function retryDelay(attempt: number): number {
  return Math.min(RETRY_MS_MIN * 2 ** Math.min(attempt, 10), RETRY_MS_MAX);
}
