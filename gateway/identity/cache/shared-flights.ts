import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { EntrySeal } from "./entry-seal.ts";
import { jittered } from "./life.ts";
import type { RedisLink } from "./redis-link.ts";
import { type RedisCommands, toScript } from "./redis-server.ts";

/** A holder that is silent for so long is taken for dead; a living one says so three times in it. */
const LOCK_MS = 3_000;
/** How long those who wait find what a flight came to. */
const LANDED_MS = 5_000;
const POLL_MS_MIN = 4;
const POLL_MS_MAX = 64;

/** KEYS: lock. ARGV: holder, life in ms. */
const RENEW = toScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`);

/** KEYS: lock, kept result, what this flight came to. ARGV: holder, result or '', its life in ms, result for those who wait, its life. */
const LAND = toScript(`
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[5])
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
return 1`);

/** KEYS: lock, kept result. */
const FORGET = toScript(`return redis.call('DEL', KEYS[1], KEYS[2])`);

/** What a flight came to: its result as text, or that it failed. */
type Landed = { readonly ok: true; readonly text: string } | { readonly ok: false };

export interface FlightWork {
  /** The result as text, and how long it is kept for others; 0 for a failure. */
  readonly work: () => Promise<{ readonly text: string; readonly life_s: number }>;
  readonly wait_ms: number;
}

export interface SharedFlights {
  fly(name: string, flight: FlightWork): Promise<string>;
  forget(name: string): Promise<void>;
}

interface Ports {
  readonly link: RedisLink;
  /** The first one writes, all are read. */
  readonly seals: readonly [EntrySeal, ...EntrySeal[]];
}

/** Names in Redis, all in one slot. */
function toNames(seal: EntrySeal, name: string) {
  const slot = `{${seal.digest("work", name)}}`;
  const lock = `eyg:${seal.keyId}:sf:${slot}`;
  return { lock, kept: `eyg:${seal.keyId}:dem:${slot}`, landed: (holder: string) => `${lock}:${holder}` };
}

/** Work that is done once for all processes: a lock in Redis says who does it, the others look for what it came to. */
export function createSharedFlights(ports: Ports): SharedFlights {
  const { link, seals } = ports;
  return {
    async fly(name, flight) {
      const { lock } = toNames(seals[0], name);
      const givenUp = performance.now() + flight.wait_ms;
      for (;;) {
        const known = await findKept(ports, name);
        if (known !== undefined) return known;
        const holder = randomUUID();
        const isOurs = await link.ask((redis) => redis.set(lock, holder, { life_ms: LOCK_MS, onlyNew: true }));
        if (isOurs === true) return lead(ports, name, holder, flight);
        // Redis is away, or too much time has gone by: better twice than not at all.
        if (isOurs === undefined || performance.now() >= givenUp) return (await flight.work()).text;
        const other = await link.ask((redis) => redis.get(lock));
        const came = other === undefined ? undefined : await follow(ports, name, other, givenUp);
        if (came?.ok === true) return came.text;
        if (came?.ok === false) throw new Error("The work that was waited for has failed in another process.");
      }
    },
    async forget(name) {
      for (const seal of seals) {
        const { lock, kept } = toNames(seal, name);
        await link.ask((redis) => redis.run(FORGET, [lock, kept], []));
      }
    },
  };
}

async function findKept({ link, seals }: Ports, name: string): Promise<string | undefined> {
  for (const seal of seals) {
    const { kept } = toNames(seal, name);
    const sealed = await link.ask((redis) => redis.get(kept));
    const text = sealed === undefined ? undefined : seal.open(kept, sealed);
    if (text !== undefined) return text;
  }
  return undefined;
}

async function lead({ link, seals: [seal] }: Ports, name: string, holder: string, flight: FlightWork): Promise<string> {
  const { lock, kept, landed } = toNames(seal, name);
  const own = landed(holder);
  const renew = (redis: RedisCommands) => redis.run(RENEW, [lock], [holder, String(LOCK_MS)]);
  const renewal = setInterval(() => void link.ask(renew), LOCK_MS / 3);
  const land = (came: Landed, result: string, life_ms: number) => {
    const told = seal.seal(own, JSON.stringify(came));
    const values = [holder, result, life_ms.toFixed(0), told, String(LANDED_MS)];
    return link.ask((redis) => redis.run(LAND, [lock, kept, own], values));
  };
  try {
    const { text, life_s } = await flight.work();
    const life_ms = life_s > 0 ? jittered(life_s) * 1_000 : 0;
    await land({ ok: true, text }, life_ms > 0 ? seal.seal(kept, text) : "", life_ms);
    return text;
  } catch (error) {
    await land({ ok: false }, "", 0);
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** What the flight of a holder came to, as soon as it is known; `undefined` when it will not be. */
async function follow(
  { link, seals: [seal] }: Ports,
  name: string,
  holder: string,
  givenUp: number,
): Promise<Landed | undefined> {
  const { lock, landed } = toNames(seal, name);
  const there = landed(holder);
  for (let poll_ms = POLL_MS_MIN; performance.now() < givenUp; poll_ms = Math.min(poll_ms * 2, POLL_MS_MAX)) {
    await pause(Math.max(0, Math.min(jittered(poll_ms), givenUp - performance.now())));
    // In this order: what it came to is there before the lock is gone.
    const stillHeld = await link.ask((redis) => redis.get(lock));
    const sealed = await link.ask((redis) => redis.get(there));
    const text = sealed === undefined ? undefined : seal.open(there, sealed);
    if (text !== undefined) {
      const came: Landed = JSON.parse(text);
      return came;
    }
    if (stillHeld !== holder) return undefined;
  }
  return undefined;
}
