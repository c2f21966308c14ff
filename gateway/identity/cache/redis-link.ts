import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "../../limits.ts";
import { RedisPlace, type RedisPlaceOptions } from "./redis-place.ts";
import type { RedisCommands, RedisServer } from "./redis-server.ts";
import { withDeadline } from "./with-deadline.ts";

/** How often a Redis that nobody asks anything is asked whether it is there and the same, and how long that takes. */
const PING_EVERY_MS = 5_000;
/** How often somebody who waits for it looks whether Redis is back. */
const POLL_MS = 5;
/**
 * A connection to one Redis or a cluster that never makes anybody wait for longer than a deadline (`redis_deadline_ms`
 * unless told otherwise), and after that for nothing until the server, or every master, has answered who it is.
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

export function createRedisLink(options: RedisPlaceOptions): RedisLink {
  const place = new RedisPlace(options);
  const { usual_ms } = place;

  async function reply<T>(command: (to: RedisServer) => Promise<T>, deadline_ms: number = usual_ms) {
    const server = place.server();
    if (server === undefined) return undefined;
    const before = place.connections();
    const answered = await withDeadline(command(server), deadline_ms);
    if (answered.kind === "late" && place.isUp()) place.lost();
    // An answer that came over another connection may be that of another server.
    return answered.kind === "value" && before === place.connections() ? answered.value : undefined;
  }

  let roundTrip_s: number | undefined;
  const heartbeat = setInterval(async () => {
    const sent = performance.now();
    roundTrip_s = (await reply((to) => to.ping())) === true ? (performance.now() - sent) / 1_000 : undefined;
    const known = place.incarnation();
    if (known === undefined) return;
    const told = await reply((to) => to.incarnation(), LIMITS.redis_patience_ms);
    if (!place.isSame(told) && place.incarnation() === known) place.lost();
  }, PING_EVERY_MS);
  heartbeat.unref();

  return {
    ask: reply,
    catchUp: async () => (await reply((to) => to.ping())) === true,
    isUp: place.isUp,
    async isBack(patience_ms) {
      while (!place.isUp() && place.awayFor() < patience_ms) await pause(POLL_MS);
      return place.isUp();
    },
    incarnation: () => place.incarnation(),
    roundTrip: () => (place.isUp() && roundTrip_s !== undefined ? { roundTrip_s } : {}),
    close() {
      clearInterval(heartbeat);
      place.close();
    },
  };
}
