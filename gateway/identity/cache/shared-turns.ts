import { randomUUID } from "node:crypto";
import type { EntrySeal } from "./entry-seal.ts";
import type { RedisLink } from "./redis-link.ts";
import { toScript } from "./redis-server.ts";
import { createTurns, TURN_WINDOW_MS } from "./turns.ts";

/** A process that Redis has not heard of for so long may be using the share that is kept for it. */
const CONTACT_LIFE_MS = 3_000;
const CONTACT_EVERY_MS = 1_000;
/** How late a command may reach Redis after it was sent, and how far off the estimate of its clock may be. */
const SLACK_MS = 100;
const DAY_MS = 86_400_000;

/**
 * KEYS: processes heard of, turns of the bucket (newest first), run of the server that gave them.
 * ARGV: this process, latest time at which this still counts, window, life of a contact, turns a window, processes, share,
 * how long nothing is given yet.
 * All times in microseconds of the server's clock. Answers [time, wait]: -1 for what came too late and did nothing.
 * A bucket that is not there, or of another run of the server, counts as used up: nobody knows what was given before.
 * For each process that has not been heard of, its share is left to it.
 */
const TAKE = toScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if now > tonumber(ARGV[2]) then return {now, -1} end
local window, perWindow = tonumber(ARGV[3]), tonumber(ARGV[5])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[4]))
redis.call('PEXPIRE', KEYS[1], ${DAY_MS})
if perWindow == 0 then return {now, 0} end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local last = redis.call('LINDEX', KEYS[2], 0)
if not last or redis.call('GET', KEYS[3]) ~= run then
  redis.call('DEL', KEYS[2])
  for _ = 1, perWindow do redis.call('LPUSH', KEYS[2], string.format('%.0f', now)) end
  redis.call('PEXPIRE', KEYS[2], ${DAY_MS})
  redis.call('SET', KEYS[3], run, 'PX', ${DAY_MS})
  return {now, window}
end
if tonumber(ARGV[8]) > 0 then return {now, tonumber(ARGV[8])} end
if tonumber(last) > now then now = tonumber(last) end
local missing = math.max(0, ARGV[6] - redis.call('ZCARD', KEYS[1]))
local allowed = perWindow - missing * ARGV[7]
if allowed < 1 then return {now, window} end
local oldest = redis.call('LINDEX', KEYS[2], allowed - 1)
if oldest and now - oldest < window then return {now, oldest + window - now} end
redis.call('LPUSH', KEYS[2], string.format('%.0f', now))
redis.call('LTRIM', KEYS[2], 0, perWindow - 1)
redis.call('PEXPIRE', KEYS[2], ${DAY_MS})
redis.call('PEXPIRE', KEYS[3], ${DAY_MS})
return {now, 0}`);

/** `[time of the server in microseconds, wait in microseconds or -1]`. */
function toTake(reply: unknown): { readonly server_us: number; readonly wait_us: number } | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [server_us, wait_us] = reply.map(Number);
  return server_us === undefined || wait_us === undefined ? undefined : { server_us, wait_us };
}

/** Turns that all processes take from one bucket in Redis, and what is left to this one while Redis is away. */
export interface SharedTurns {
  take(bucket: string, perSecond: number): Promise<number>;
  close(): void;
}

/**
 * While Redis is away, a process takes turns from a share of its own, a whole number of `perSecond / processes`; Redis has
 * left that share over since it has not heard of the process for `CONTACT_LIFE_MS`, and the process waits until that must
 * be so. Back in contact, it waits until what it gave by itself is past the window. So no window ever holds more than
 * `perSecond`, whoever can or cannot reach Redis; and without `processes`, or with more of them than turns, nobody takes
 * any turn while Redis is away.
 */
export function createSharedTurns(options: {
  readonly link: RedisLink;
  readonly seal: EntrySeal;
  /** How many processes there are at most. */
  readonly processes: number | undefined;
}): SharedTurns {
  const { link, seal, processes } = options;
  const me = randomUUID();
  const own = createTurns(() => performance.now());
  const started = performance.now();
  let lastContact = started;
  /** Of the server's clock over ours, at most; unknown at first. */
  let ahead_us: number | undefined;
  /** Which server gave the last answer, and from when on it may be asked for turns. */
  let known: string | undefined;
  let settledAt = 0;

  const nameOf = (part: string, bucket = ""): string =>
    `eyg:${seal.keyId}:turn:{${seal.digest("turns", "")}}:${part}${bucket === "" ? "" : `:${seal.digest("bucket", bucket)}`}`;

  const ownTurnsArePast = (): boolean =>
    processes === undefined || performance.now() > Math.max(own.last(), started) + TURN_WINDOW_MS;

  async function contact(bucket: string, perSecond: number, share: number): Promise<number | undefined> {
    if (!ownTurnsArePast()) return undefined;
    const sent = performance.now();
    const at = link.incarnation();
    if (at !== undefined && at !== known) {
      // Another server may have given turns until now, of which this one knows nothing; and its clock was another.
      known = at;
      settledAt = sent + TURN_WINDOW_MS + 2 * SLACK_MS;
      ahead_us = undefined;
    }
    const settling_us = Math.max(0, settledAt - sent) * 1_000;
    const latest_us = ahead_us === undefined ? 0 : sent * 1_000 + ahead_us + SLACK_MS * 1_000;
    const keys = [nameOf("heard"), nameOf("given", bucket), nameOf("run", bucket)];
    const times = [latest_us, TURN_WINDOW_MS * 1_000, CONTACT_LIFE_MS * 1_000];
    const numbers = [...times, perSecond, processes ?? 0, share, settling_us];
    const reply = await link.ask((redis) => redis.run(TAKE, keys, [me, ...numbers.map((n) => n.toFixed(0))]));
    const taken = toTake(reply);
    if (taken === undefined) return undefined;
    const isFirst = ahead_us === undefined;
    ahead_us = taken.server_us - sent * 1_000;
    if (taken.wait_us < 0) return isFirst ? contact(bucket, perSecond, share) : undefined;
    lastContact = performance.now();
    return Math.ceil(taken.wait_us / 1_000);
  }

  function takeOwn(bucket: string, share: number): number {
    const mayStart = lastContact + CONTACT_LIFE_MS + TURN_WINDOW_MS + 2 * SLACK_MS;
    const wait_ms = mayStart - performance.now();
    // Redis may be back sooner than that.
    return wait_ms > 0 ? Math.min(Math.ceil(wait_ms), TURN_WINDOW_MS) : own.take(bucket, share);
  }

  const heartbeat = setInterval(() => void contact("", 0, 0), CONTACT_EVERY_MS);
  heartbeat.unref();
  return {
    async take(bucket, perSecond) {
      const share = processes === undefined ? 0 : Math.floor(perSecond / processes);
      return (await contact(bucket, perSecond, share)) ?? takeOwn(bucket, share);
    },
    close: () => clearInterval(heartbeat),
  };
}
