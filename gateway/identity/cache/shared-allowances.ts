import type { Allowed } from "../coordination.ts";
import type { EntrySeal } from "./entry-seal.ts";
import type { RedisLink } from "./redis-link.ts";
import { toScript } from "./redis-server.ts";

/**
 * KEYS: how many are left, and since when, by the server's clock. ARGV: how many there may be, after how many milliseconds
 * one more is regained, and how many are given back: none where one is to be taken. Answers how long there is none.
 */
const TAKE = toScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local max = tonumber(ARGV[1])
local regained = tonumber(ARGV[2])
local left, at = string.match(redis.call('GET', KEYS[1]) or '', '([%d.]+) (%d+)')
left = math.min(max, (tonumber(left) or max) + math.max(0, now - (tonumber(at) or now)) / regained + tonumber(ARGV[3]))
local wait = 0
if ARGV[3] == '0' then
  if left < 1 then wait = math.ceil((1 - left) * regained) else left = left - 1 end
end
redis.call('SET', KEYS[1], string.format('%.3f %.0f', left, now), 'PX', max * regained)
return wait`);

/** What all processes let somebody do, together. */
export function createSharedAllowances({ link, seal }: { readonly link: RedisLink; readonly seal: EntrySeal }) {
  const run = async (name: string, { max, regained_ms }: Allowed, given: 0 | 1): Promise<number | undefined> => {
    const key = `eyg:${seal.keyId}:allowed:{${seal.digest("allowance", name)}}`;
    const told = await link.ask((redis) => redis.run(TAKE, [key], [max, regained_ms, given].map(String)));
    return typeof told === "number" ? told : undefined;
  };
  return {
    take: (name: string, allowed: Allowed) => run(name, allowed, 0),
    async giveBack(name: string, allowed: Allowed): Promise<void> {
      await run(name, allowed, 1);
    },
  };
}
