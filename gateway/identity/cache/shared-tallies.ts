import { randomUUID } from "node:crypto";
import { LIMITS } from "../../limits.ts";
import type { Tallied, Tally } from "../coordination.ts";
import type { EntrySeal } from "./entry-seal.ts";
import type { RedisLink } from "./redis-link.ts";
import { toScript } from "./redis-server.ts";

const SECOND_LIFE_MS = 5_000;
const HOUR_LIFE_MS = 3_700_000;

/**
 * KEYS: requests of a second, requests under way by process, children and identifiers of an hour (HyperLogLog: a set in
 * 12 KB whose size is told within 1 %). ARGV: requests, this process, how many are under way in it, how long a process
 * may be silent, how many children follow; then digests of children, then of identifiers.
 */
const TALLY = toScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local requests = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${SECOND_LIFE_MS})
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ' ' .. string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[2], ${SECOND_LIFE_MS})
local elsewhere = 0
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  local count, at = string.match(all[i + 1], '(%d+) (%d+)')
  if now - at > tonumber(ARGV[4]) then redis.call('HDEL', KEYS[2], all[i])
  elseif all[i] ~= ARGV[2] then elsewhere = elsewhere + count end
end
local children = tonumber(ARGV[5])
for i = 6, #ARGV do
  redis.call('PFADD', i - 5 <= children and KEYS[3] or KEYS[4], ARGV[i])
end
redis.call('PEXPIRE', KEYS[3], ${HOUR_LIFE_MS})
redis.call('PEXPIRE', KEYS[4], ${HOUR_LIFE_MS})
return {requests, elsewhere, redis.call('PFCOUNT', KEYS[3]), redis.call('PFCOUNT', KEYS[4])}`);

/** What all processes count together of what a client asks. */
export function createSharedTallies({ link, seal }: { readonly link: RedisLink; readonly seal: EntrySeal }) {
  const me = randomUUID();
  return async (client: string, told: Tally): Promise<Tallied | undefined> => {
    const { second, hour, requests, underWay, released, asked } = told;
    const start = `eyg:${seal.keyId}:tally:{${seal.digest("client", client)}}`;
    const keys = [
      `${start}:second:${second}`,
      `${start}:underway`,
      `${start}:children:${hour}`,
      `${start}:asked:${hour}`,
    ];
    const counts = [requests, me, underWay, LIMITS.client_limits_silence_ms, released.length].map(String);
    const names = [...released, ...asked].map((name) => seal.digest("tally", name));
    return toTallied(await link.ask((redis) => redis.run(TALLY, keys, [...counts, ...names])));
  };
}

function toTallied(reply: unknown): Tallied | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [requests, underWayElsewhere, released, asked] = reply.map(Number);
  if (requests === undefined || underWayElsewhere === undefined) return undefined;
  return released === undefined || asked === undefined ? undefined : { requests, underWayElsewhere, released, asked };
}
